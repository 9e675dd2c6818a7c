"""The course's data sets: what there is, where it comes from, and train, validation and test sets to use."""

from helpers.datasets.contact_maps import Contacts
from helpers.datasets.downloads import DataUnavailable
from helpers.datasets.entries import Entry, registry
from helpers.datasets.loading import Dataset, Split, fetch, load, path, require_binary, verify, whereabouts
from helpers.datasets.own import from_files
from helpers.datasets.protein_tables import Family, Table
from helpers.datasets.splits import leaks, overlap
from helpers.places import shipped

__all__ = [
    "Contacts",
    "DataUnavailable",
    "Dataset",
    "Entry",
    "Family",
    "Split",
    "Table",
    "fetch",
    "from_files",
    "leaks",
    "load",
    "overlap",
    "path",
    "registry",
    "require_binary",
    "shipped",
    "verify",
    "whereabouts",
]
