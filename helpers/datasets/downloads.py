"""Bring data files into the cache: several sources in order, checked before use, moved in whole.

A file in the cache is always complete and has the SHA-256 that the registry names. Whatever goes wrong on
the way (no network, a cut transfer, a wrong page, two processes at once, Ctrl-C) leaves the cache as it was,
and a sentence says what happens next.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from helpers import places, settings

Say = Callable[[str], None]

CONNECT_SECONDS = 2.5  # how long a server may take to pick up the phone
SILENCE_SECONDS = 15.0  # how long it may fall silent halfway
LOCK_SECONDS = 300.0  # how long another process may hold the same file
TRIES = 2  # for each source that answers
REMEMBER_SECONDS = 60.0  # how long an unreachable server is not asked again
STALE_SECONDS = 3600.0  # how old an unfinished file of a killed program is when it is swept away

_unreachable: dict[str, float] = {}
_temporary: dict[Path, tempfile.TemporaryDirectory[str]] = {}


class DataUnavailable(OSError):
    """A file could be had from none of its sources."""


class _Failed(Exception):
    """One attempt failed; ``again`` says whether the same source deserves another."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


@dataclass(frozen=True)
class RemoteFile:
    """A file that is known by its content.

    Attributes
    ----------
    folder, name : str
        Where it lies, in the cache and on a mirror: ``folder/name``.
    sha256 : str
        Hexadecimal SHA-256 of its bytes.
    bytes : int
        Its size.
    urls : tuple of str
        Pinned addresses, tried in order.
    """

    folder: str
    name: str
    sha256: str
    bytes: int
    urls: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.folder}/{self.name}"


# --- the cache -------------------------------------------------------------------------------------------


def state(file: RemoteFile, path: Path) -> str:
    """Say how a copy of a file is: ``"ok"``, ``"missing"``, or ``"damaged: ..."`` with the reason."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except OSError as error:
        return f"damaged: it cannot be read ({error.strerror})"
    if len(data) != file.bytes:
        return f"damaged: {len(data):,} bytes instead of {file.bytes:,}"
    digest = hashlib.sha256(data).hexdigest()
    if digest != file.sha256:
        return f"damaged: its SHA-256 is {digest[:12]}… instead of {file.sha256[:12]}…"
    return "ok"


def cached(file: RemoteFile) -> Path | None:
    """The intact copy in the cache, or None. Nothing is written: a shared cache may be read-only."""
    target = settings.cache() / file.folder / file.name
    return target if state(file, target) == "ok" else None


def fetch_file(file: RemoteFile, *, say: Say = print) -> Path:
    """Return an intact copy of a file, from the cache or else from the first source that has it.

    Sources are the mirrors named by ``COURSE_DATA``, then the pinned addresses.

    Parameters
    ----------
    file : RemoteFile
        What to bring.
    say : callable
        Receives one sentence for everything that a person should know.

    Returns
    -------
    Path
        In the cache, or in a temporary folder when the cache cannot be written.

    Raises
    ------
    DataUnavailable
        No source has it; the message lists what each one answered.
    """
    copy = cached(file)
    if copy is not None:
        return copy
    folder = _writable(settings.cache(), file.folder, say)
    target = folder / file.name
    with _locked(folder, file, say):
        found = state(file, target)
        if found == "ok":  # another process was faster
            return target
        if found != "missing":
            say(f"{file}: the copy in the cache is {found}; it is removed and fetched again.")
            target.unlink()
        _sweep(folder, file)
        _fetch_from_first(file, target, say)
    return target


def forget_unreachable() -> None:
    """Ask servers again that could not be reached a moment ago."""
    _unreachable.clear()


def _writable(cache: Path, name: str, say: Say) -> Path:
    """The folder ``cache/name``, made if need be, or a temporary one when nothing can be written there."""
    folder = cache / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        folder = _temporary_folder(cache, error.strerror or str(error), say) / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _temporary_folder(instead_of: Path, reason: str, say: Say) -> Path:
    """One temporary folder a process, announced when it is made, removed when the process ends."""
    if instead_of not in _temporary:
        _temporary[instead_of] = tempfile.TemporaryDirectory(prefix="dna-course-")
        say(
            f"The cache folder {instead_of} cannot be written ({reason}); data goes to a temporary folder "
            "until this program ends. To keep it, name a folder of your own in COURSE_CACHE."
        )
    return Path(_temporary[instead_of].name)


@contextlib.contextmanager
def _locked(folder: Path, file: RemoteFile, say: Say) -> Iterator[None]:
    """Hold the file's lock; on a disk without locks go on alone, which wastes work but harms nothing."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / f".{file.name}.lock")
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        say(f"{file}: another program is fetching it; waiting for that one to finish.")
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            say(f"{file}: the other program has taken over {LOCK_SECONDS:.0f} s; fetching it here as well.")
    except (OSError, NotImplementedError):
        pass
    try:
        yield
    finally:
        lock.release()


# --- the sources -----------------------------------------------------------------------------------------


def _sources(file: RemoteFile) -> list[str]:
    return [f"{mirror.rstrip('/')}/{file}" for mirror in settings.mirrors()] + list(file.urls)


def _sweep(folder: Path, file: RemoteFile) -> None:
    """Remove what a killed program left unfinished."""
    for part in folder.glob(f".{file.name}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink()


def _fetch_from_first(file: RemoteFile, target: Path, say: Say) -> None:
    sources = _sources(file)
    answers = []
    for number, source in enumerate(sources):
        for attempt in range(1, TRIES + 1):
            try:
                _fetch_from(source, file, target, say)
                return
            except _Failed as failure:
                again = failure.again and attempt < TRIES
                following = sources[number + 1 : number + 2]
                then = f"trying {_where(following[0])}" if following else "giving up"
                then = "trying once more" if again else then
                say(f"{file} from {_where(source)}: {failure}; {then}.")
                if not again:
                    answers.append(f"{_where(source)}: {failure}")
                    break
    tried = "; ".join(answers) or "no source is named for it"
    raise DataUnavailable(f"{file} could not be had ({tried})")


def _fetch_from(source: str, file: RemoteFile, target: Path, say: Say) -> None:
    """Bring one file from one source into place, or raise ``_Failed`` and leave nothing behind."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        if _is_url(source):
            _download(source, file, part, say)
        else:
            _copy(source, part)
        found = state(file, part)
        if found != "ok":
            raise _Failed(f"what came is {found}, and was thrown away", again=_is_url(source))
        part.chmod(0o644)  # mkstemp's 0600 would lock others out of a shared cache
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: str, part: Path) -> None:
    origin = _find_local(source)
    if origin is None:
        raise _Failed("no such file")
    try:
        shutil.copyfile(origin, part)
    except OSError as error:
        raise _Failed(error.strerror or str(error)) from None


def _find_local(source: str) -> Path | None:
    """Find a file of a mirror; a relative one from here, then from the checkout (notebooks run elsewhere)."""
    path = Path(source).expanduser()
    for candidate in (path, places.PACKAGE.parent / path):
        if candidate.is_file():
            return candidate
    return None


def _download(url: str, file: RemoteFile, part: Path, say: Say) -> None:
    import pooch
    import requests

    _require_reachable(url)
    say(f"{file}: fetching {file.bytes / 1e6:.2f} MB from {_where(url)} …")
    download = pooch.HTTPDownloader(
        progressbar=_is_watched(), chunk_size=1 << 16, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
    )
    try:
        download(url, str(part), None)
    except requests.HTTPError as error:
        response = error.response if error.response is not None else requests.Response()
        busy = response.status_code is not None and response.status_code >= 500
        raise _Failed(f"the server answered {response.status_code} {response.reason}", again=busy) from None
    except requests.RequestException as error:
        raise _Failed(f"the transfer broke off ({type(error).__name__})", again=True) from None
    except OSError as error:
        raise DataUnavailable(f"{file} could not be written to {part.parent}: {error.strerror or error}") from error


def _require_reachable(url: str) -> None:
    """Knock at the server, or the proxy before it: looking up a name can hang far longer than connecting."""
    from requests.utils import get_environ_proxies, select_proxy

    address = urlsplit(select_proxy(url, get_environ_proxies(url)) or url)
    host = address.hostname or ""
    port = address.port or (80 if address.scheme == "http" else 443)
    server = f"{host}:{port}"
    since = time.monotonic() - _unreachable.get(server, -REMEMBER_SECONDS)
    if since < REMEMBER_SECONDS:
        raise _Failed(f"could not be reached {since:.0f} s ago, not asked again yet")
    problems = ["no answer"]
    knocking = threading.Thread(target=_knock, args=(host, port, problems), daemon=True)
    knocking.start()
    knocking.join(CONNECT_SECONDS + 0.5)
    if problems:
        _unreachable[server] = time.monotonic()
        raise _Failed(f"cannot be reached ({problems[-1]})")


def _knock(host: str, port: int, problems: list[str]) -> None:
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
        problems.clear()
    except OSError as error:
        problems.append(error.strerror or str(error))


def _is_watched() -> bool:
    """Whether someone sees a progress bar: a terminal or a notebook, and tqdm to draw it."""
    seen = (sys.stderr is not None and sys.stderr.isatty()) or "ipykernel" in sys.modules
    return seen and importlib.util.find_spec("tqdm") is not None


def _is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _where(source: str) -> str:
    """A server's name for an address, the folder for a file."""
    return urlsplit(source).netloc if _is_url(source) else str(Path(source).parent.parent)
