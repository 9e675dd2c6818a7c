"""Imported for what it does: 38 grammars of addresses are not compiled, a second in every process with nbformat.

Behind nbformat, jsonschema would compile them to check addresses that no notebook holds. For processes of the course's
own; what learners run stays as it is.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
