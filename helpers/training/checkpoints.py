"""Checkpoints: a training kept in one file, written whole or not at all."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from helpers.files import write_whole

FORMAT = 1


class Checkpoint:
    """The file of one training, and the settings that a later run must share to go on from it.

    Parameters
    ----------
    path : path
        Its folder is made if need be.
    settings : dict
        Numbers and strings, kept in the file and compared when it is loaded.

    Raises
    ------
    ValueError
        If `path` is a folder, or its folder cannot be made.
    """

    def __init__(self, path: str | os.PathLike[str], settings: dict[str, Any]) -> None:
        self.path, self.settings = Path(path), settings
        if self.path.is_dir():
            raise ValueError(
                f"checkpoint: {self.path} is a folder; name a file in it, such as {self.path / 'model.pt'}"
            )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"checkpoint: the folder of {self.path} cannot be made ({error.strerror})") from error

    def save(self, state: dict[str, Any]) -> None:
        """Replace the file in one step: whoever reads it finds the old one or the new one, never half of either.

        Raises OSError if it cannot be written (a full disk); then the old one stays.
        """
        whole = io.BytesIO()  # torch's own file writer hides why it failed
        torch.save({"format": FORMAT, "settings": self.settings, **state}, whole)
        write_whole(self.path, whole.getvalue())

    def load(self) -> dict[str, Any]:
        """Return what was saved, on the CPU.

        Raises ValueError if the file is no checkpoint or a damaged one, or if it was made with other settings.
        """
        otherwise = "delete it, name another file, or start afresh with resume=False"
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            made_with = state["settings"] if state["format"] == FORMAT else {}
        except Exception as error:  # damaged bytes raise anything, from EOFError to UnpicklingError
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ValueError(f"checkpoint: {self.path} cannot be read ({reason:.120}); {otherwise}") from error
        for name, value in self.settings.items():
            if made_with.get(name) != value:
                raise ValueError(
                    f"checkpoint: {self.path} was made with {name}={made_with.get(name)!r}, and this run has "
                    f"{name}={value!r}; use the same, or {otherwise}"
                )
        return state


def fingerprint(*tensors: Tensor) -> int:
    """Return one number that changes, almost surely, if any of the tensors does (a CRC-32 of their bytes)."""
    checksum = 0
    for tensor in tensors:
        checksum = zlib.crc32(str((tensor.dtype, tuple(tensor.shape))).encode(), checksum)
        checksum = zlib.crc32(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().data, checksum)
    return checksum
