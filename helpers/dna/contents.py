"""What a file holds, as text: unpacked, decoded, and named where it is something else.

Every complaint is a ``ValueError`` that reads ``file:line: what is wrong; what would be right``.
"""

from __future__ import annotations

import gzip
import io
import os
import zlib
from typing import NoReturn

_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BGZIP_FIELD = b"BC\x02\x00"  # what bgzip writes into the header of each block, and how it ends a file
_BGZIP_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_CUT_OFF, _AGAIN = "the gzip file is cut off here", "download or copy it again"
_OTHER_FORMATS = {  # the first bytes of what people hand in, and what to do
    b"PK\x03\x04": ("a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"),
    b"\xd0\xcf\x11\xe0": ("an old spreadsheet (.xls)", "save the sheet as CSV or .xlsx"),
    b"BZh": ("packed with bzip2", "unpack it with `bunzip2`, or pack it with gzip"),
    b"\xfd7zXZ": ("packed with xz", "unpack it with `unxz`, or pack it with gzip"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it with `unzstd`, or pack it with gzip"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"%PDF": ("a PDF", "export the data as text"),
    b"\x89HDF": ("an HDF5 file", "export the data as text"),
    b"PAR1": ("a parquet file", "save the table as CSV"),
    b"\x89PNG": ("a picture", "choose the file with the sequences"),
}


def complain(path: str | os.PathLike[str], line: int, wrong: str, right: str) -> NoReturn:
    """Raise the ValueError of this module's form."""
    raise ValueError(f"{os.fspath(path)}:{line}: {wrong}; {right}")


def require_end(path: str | os.PathLike[str]) -> None:
    """Refuse a bgzip file without its last, empty block: one that was cut between two blocks reads like a whole one."""
    with open(path, "rb") as handle:
        start = handle.read(18)
        handle.seek(-min(len(_BGZIP_END), handle.seek(0, os.SEEK_END)), os.SEEK_END)
        if start.startswith(_GZIP_MAGIC) and _BGZIP_FIELD in start and handle.read() != _BGZIP_END:
            complain(path, 1, "the bgzip file is cut off: the mark at its end is missing", _AGAIN)


def read_text(path: str | os.PathLike[str]) -> str:
    """Read a file, plain or gzip (bgzip too), as UTF-8, with ``\\n`` for every line ending.

    Raises
    ------
    ValueError
        The file is empty, cut off, not UTF-8, or of a format that holds no plain text.
    """
    with open(path, "rb") as handle:
        data = handle.read()
    if data.startswith(_GZIP_MAGIC):
        data = _decompress(path, data)
        require_end(path)  # after a block that was cut within has been named by its line
    if not data.strip():
        complain(path, 1, "the file is empty", "it should hold at least one sequence")
    if data.startswith(_UTF16_MARKS) or data.count(b"\0") > len(data) // 3:  # with a mark, or without
        complain(path, 1, "the file is UTF-16", "save it as UTF-8 (or plain ASCII) text")
    for magic, (wrong, right) in _OTHER_FORMATS.items():
        if data.startswith(magic):
            complain(path, 1, f"the file is {wrong}", right)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        complain(
            path, line, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8 (or plain ASCII) text"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decompress(path: str | os.PathLike[str], data: bytes) -> bytes:
    whole = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while block := stream.read1(1 << 16):
                whole += block
    except (EOFError, OSError, zlib.error) as error:
        line = whole.count(b"\n") + 1
        complain(
            path, line, _CUT_OFF if isinstance(error, EOFError) else f"the gzip file is damaged ({error}) here", _AGAIN
        )
    return bytes(whole)
