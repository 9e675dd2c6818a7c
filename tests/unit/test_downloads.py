"""Fetching over HTTP, from a server here that behaves as badly as servers and networks do."""

import contextlib
import dataclasses
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from helpers.datasets import downloads
from helpers.datasets.downloads import DataUnavailable, RemoteFile, fetch_file
from helpers.datasets.entries import registry


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves /<behaviour>/<set>/<file>."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        _, behaviour, *rest = self.path.split("/")
        self.server.asked.append(behaviour)
        data = (self.server.folder / "/".join(rest)).read_bytes()
        getattr(self, f"answer_{behaviour.replace('-', '_')}")(data)

    def send(self, data, length=None, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def answer_good(self, data):
        self.send(data)

    def answer_missing(self, data):
        self.send(b"404: Not Found", status=404)

    def answer_busy(self, data):
        self.send(b"come back later", status=503)

    def answer_wrong(self, data):
        self.send(data.replace(b"A", b"C", 1))

    def answer_page(self, data):
        self.send(b"<html>Please log in to the guest network</html>")

    def answer_short(self, data):
        self.send(data[: len(data) // 2], length=len(data))
        self.close_connection = True

    def answer_unnoticed(self, data):
        """Half of it, and a Content-Length that says this is all."""
        self.send(data[: len(data) // 2])

    def answer_broken(self, data):
        """Chunks that stop in the middle of one."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n" % len(data) + data[: len(data) // 2])
        self.close_connection = True

    def answer_flaky(self, data):
        once = self.server.asked.count("flaky") == 1
        (self.answer_short if once else self.answer_good)(data)

    def answer_hanging(self, data):
        """Half of it, then nothing until the test lets go."""
        with contextlib.suppress(ConnectionError):
            self.send(data[: len(data) // 2], length=len(data))
            self.wfile.flush()
            self.server.halfway.set()
            self.server.let_go.wait(60)
            self.wfile.write(data[len(data) // 2 :])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(real_data):
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.daemon_threads = True
    served.folder, served.asked = real_data, []
    served.halfway, served.let_go = threading.Event(), threading.Event()
    threading.Thread(target=served.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{served.server_port}"
    yield served
    served.let_go.set()
    served.shutdown()
    served.server_close()


@pytest.fixture
def closed():
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE", str(folder))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    downloads.forget_unreachable()
    return folder


REAL = [file.content for entry in registry().values() if entry.kind == "real" for file in entry.files]
FILE = next(file for file in REAL if str(file) == "human_tata/test.csv")


def from_urls(*bases, file=FILE):
    return dataclasses.replace(file, urls=tuple(f"{base}/{file}" for base in bases))


def left_in(cache):
    """What lies in the cache, less the locks."""
    return sorted(path.name for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock")


def fetch(file):
    said = []
    return fetch_file(file, say=said.append), said


def fetch_fails(file):
    said = []
    with pytest.raises(DataUnavailable) as error:
        fetch_file(file, say=said.append)
    return str(error.value), said


# --- what goes well --------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", REAL, ids=str)
def test_clean_fetch_brings_each_real_file_whole(file, server, cache, real_data):
    path, said = fetch(from_urls(f"{server.url}/good", file=file))
    assert path == cache / file.folder / file.name
    assert path.read_bytes() == (real_data / file.folder / file.name).read_bytes()
    assert left_in(cache) == [file.name]
    assert len(said) == 1 and f"{file}: fetching" in said[0]


def test_second_fetch_asks_nobody(server, cache):
    file = from_urls(f"{server.url}/good")
    fetch(file)
    assert fetch(file) == (cache / "human_tata" / "test.csv", [])
    assert server.asked == ["good"]


def test_fetched_file_can_be_read_by_others(server, cache):
    path, _ = fetch(from_urls(f"{server.url}/good"))
    assert path.stat().st_mode & 0o044 == 0o044


def test_damaged_copy_in_the_cache_is_reported_and_replaced(server, cache, real_data):
    target = cache / "human_tata" / "test.csv"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"sequence,label\nACGT,1\n")
    path, said = fetch(from_urls(f"{server.url}/good"))
    assert said[0] == (
        "human_tata/test.csv: the copy in the cache is damaged: 22 bytes instead of 44,764; "
        "it is removed and fetched again."
    )
    assert path.read_bytes() == (real_data / "human_tata" / "test.csv").read_bytes()


# --- servers that misbehave ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "behaviour, tries, reason",
    [
        ("missing", 1, "the server answered 404 Not Found"),
        ("busy", 2, "the server answered 503 Service Unavailable"),
        ("short", 2, "the transfer broke off"),
        ("broken", 2, "the transfer broke off"),
        ("unnoticed", 2, "what came is damaged: 22,382 bytes instead of 44,764, and was thrown away"),
        ("wrong", 2, "what came is damaged: its SHA-256 is"),
        ("page", 2, "what came is damaged: 47 bytes instead of 44,764"),
    ],
)
def test_bad_source_is_named_thrown_away_and_followed_by_the_next(behaviour, tries, reason, server, cache, real_data):
    path, said = fetch(from_urls(f"{server.url}/{behaviour}", f"{server.url}/good"))
    assert path.read_bytes() == (real_data / "human_tata" / "test.csv").read_bytes()
    assert server.asked == [behaviour] * tries + ["good"]
    complaints = [sentence for sentence in said if reason in sentence]
    assert len(complaints) == tries
    assert all("; trying once more." in sentence for sentence in complaints[:-1])
    assert complaints[-1].endswith(f"; trying 127.0.0.1:{server.server_port}.")
    assert left_in(cache) == ["test.csv"]


@pytest.mark.parametrize("behaviour", ["missing", "busy", "short", "broken", "unnoticed", "wrong", "page"])
def test_bad_source_alone_fails_and_leaves_nothing(behaviour, server, cache):
    message, said = fetch_fails(from_urls(f"{server.url}/{behaviour}"))
    assert message.startswith(f"human_tata/test.csv could not be had (127.0.0.1:{server.server_port}: ")
    assert said[-1].endswith("; giving up.")
    assert left_in(cache) == []


def test_transfer_cut_once_is_tried_again_at_the_same_server(server, cache):
    path, _ = fetch(from_urls(f"{server.url}/flaky"))
    assert server.asked == ["flaky", "flaky"]
    assert downloads.state(FILE, path) == "ok"


# --- no network ------------------------------------------------------------------------------------------


def test_refused_connection_is_named_and_the_next_source_tried(server, closed, cache):
    _, said = fetch(from_urls(closed, f"{server.url}/good"))
    assert "cannot be reached (Connection refused); trying 127.0.0.1" in said[0]


def test_unknown_server_is_named(cache):
    message, _ = fetch_fails(from_urls("http://data.invalid"))
    assert "data.invalid: cannot be reached (" in message
    assert left_in(cache) == []


def test_proxy_that_is_down_is_noticed_without_asking_the_server(server, closed, cache, monkeypatch):
    monkeypatch.setenv("http_proxy", closed)
    monkeypatch.setenv("no_proxy", "")
    message, _ = fetch_fails(from_urls(f"{server.url}/good"))
    assert "cannot be reached" in message
    assert server.asked == []


def test_unreachable_server_is_asked_once_until_told_to_forget(closed, cache):
    first, _ = fetch_fails(from_urls(closed))
    again, _ = fetch_fails(from_urls(closed))
    assert "Connection refused" in first
    assert re.search(r"could not be reached \d+ s ago, not asked again yet", again)
    downloads.forget_unreachable()
    assert "Connection refused" in fetch_fails(from_urls(closed))[0]


def test_file_without_a_source_says_so(cache):
    message, _ = fetch_fails(dataclasses.replace(FILE, urls=()))
    assert message == "human_tata/test.csv could not be had (no source is named for it)"


# --- mirrors ---------------------------------------------------------------------------------------------


def test_mirror_folder_comes_before_the_pinned_address(server, cache, real_data, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    path, _ = fetch(from_urls(f"{server.url}/good"))
    assert path == cache / "human_tata" / "test.csv"
    assert server.asked == []


def test_mirror_address_comes_before_the_pinned_one(server, cache, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", f"{server.url}/good/")
    fetch(from_urls(f"{server.url}/missing"))
    assert server.asked == ["good"]


def test_mirrors_are_tried_in_order_then_the_pinned_address(server, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", f"{tmp_path / 'nowhere'}; {server.url}/missing")
    _, said = fetch(from_urls(f"{server.url}/good"))
    assert said[0].startswith(f"human_tata/test.csv from {tmp_path / 'nowhere'}: no such file; trying 127.0.0.1")
    assert server.asked == ["missing", "good"]


def test_wrong_file_in_a_mirror_folder_is_not_used(server, cache, tmp_path, monkeypatch):
    (tmp_path / "usb" / "human_tata").mkdir(parents=True)
    (tmp_path / "usb" / "human_tata" / "test.csv").write_text("sequence,label\nACGT,1\n")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "usb"))
    path, said = fetch(from_urls(f"{server.url}/good"))
    assert "what came is damaged: 22 bytes instead of 44,764" in said[0]
    assert downloads.state(FILE, path) == "ok"


def test_relative_mirror_is_found_from_the_folder_of_a_notebook(cache, real_data, tmp_path, monkeypatch):
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("COURSE_DATA", os.path.relpath(real_data, root))
    monkeypatch.chdir(tmp_path)
    path, _ = fetch(dataclasses.replace(FILE, urls=()))
    assert downloads.state(FILE, path) == "ok"


# --- a cache that cannot be written ----------------------------------------------------------------------


def test_unwritable_cache_is_named_once_and_a_temporary_folder_used(server, cache, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way: this works for root, too")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    file = from_urls(f"{server.url}/good")
    path, said = fetch(file)
    assert f"The cache folder {tmp_path / 'file' / 'cache'} cannot be written (Not a directory)" in said[0]
    assert "temporary folder" in said[0] and "COURSE_CACHE" in said[0]
    assert downloads.state(file, path) == "ok"
    assert fetch(file) == (path, [])
    assert server.asked == ["good"]


def test_read_only_cache_that_has_the_file_is_used_without_writing(cache, real_data):
    target = cache / "human_tata" / "test.csv"
    target.parent.mkdir(parents=True)
    target.write_bytes((real_data / "human_tata" / "test.csv").read_bytes())
    before = sorted(cache.rglob("*"))
    assert fetch(dataclasses.replace(FILE, urls=())) == (target, [])
    assert sorted(cache.rglob("*")) == before  # not even a lock


# --- several processes, and ends before the end ----------------------------------------------------------

CHILD = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
from helpers.datasets.downloads import RemoteFile, fetch_file
fields = json.loads(sys.argv[1])
print(fetch_file(RemoteFile(**{**fields, "urls": tuple(fields["urls"])}), say=lambda text: print(text, flush=True)))
"""


@pytest.fixture
def start_child(cache):
    children = []

    def start(file: RemoteFile):
        root = Path(__file__).resolve().parents[2]
        arguments = [sys.executable, "-c", CHILD, json.dumps(dataclasses.asdict(file))]
        child = subprocess.Popen(arguments, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()


def test_two_processes_at_once_fetch_once_and_both_get_the_file(server, cache, start_child):
    file = from_urls(f"{server.url}/hanging")
    first = start_child(file)
    assert server.halfway.wait(60)
    second = start_child(file)
    assert "another program is fetching it; waiting" in second.stdout.readline()
    server.let_go.set()
    for child in (first, second):
        out, error = child.communicate(timeout=60)
        assert child.returncode == 0, error
        assert out.splitlines()[-1] == str(cache / "human_tata" / "test.csv")
    assert server.asked == ["hanging"]
    assert left_in(cache) == ["test.csv"]


def test_ctrl_c_halfway_leaves_nothing_and_the_next_fetch_works(server, cache, start_child):
    child = start_child(from_urls(f"{server.url}/hanging"))
    assert server.halfway.wait(60)
    assert [name for name in left_in(cache) if name.endswith(".part")]
    child.send_signal(signal.SIGINT)
    _, error = child.communicate(timeout=60)
    assert child.returncode != 0 and "KeyboardInterrupt" in error
    assert left_in(cache) == []
    path, _ = fetch(from_urls(f"{server.url}/good"))
    assert downloads.state(FILE, path) == "ok"


def test_killed_fetch_leaves_no_lock_no_file_and_its_rest_is_swept_away_later(server, cache, start_child):
    child = start_child(from_urls(f"{server.url}/hanging"))
    assert server.halfway.wait(60)
    child.kill()
    child.communicate(timeout=60)
    (rest,) = (cache / "human_tata").glob(".*.part")
    os.utime(rest, (time.time() - 2 * downloads.STALE_SECONDS,) * 2)
    path, said = fetch(from_urls(f"{server.url}/good"))
    assert not any("waiting" in sentence for sentence in said)
    assert downloads.state(FILE, path) == "ok"
    assert left_in(cache) == ["test.csv"]
