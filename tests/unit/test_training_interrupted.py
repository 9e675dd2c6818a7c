"""Training in a process that is killed, interrupted, or finds the disk full: nothing is lost, and all is said."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from training_child import EPOCHS, Slow, train

import helpers

CHILD = Path(__file__).with_name("training_child.py")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(helpers.__file__).parent.parent)}


def start(checkpoint: Path, *, resume: bool = False, limit: int = 0, pause: float = 0.0, **streams) -> subprocess.Popen:
    words = [sys.executable, CHILD, checkpoint, int(resume), limit, pause]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | streams
    return subprocess.Popen(list(map(str, words)), env=ENVIRONMENT, **streams)


def wait_for_epoch(checkpoint: Path, epoch: int, child: subprocess.Popen) -> None:
    """Wait until the checkpoint holds this many epochs."""
    for _ in range(3000):
        assert child.poll() is None, child.communicate()
        with contextlib.suppress(FileNotFoundError):
            if len(torch.load(checkpoint, weights_only=True)["history"]["valid_loss"]) >= epoch:
                return
        time.sleep(0.02)
    raise AssertionError(f"epoch {epoch} did not come")


def said(child: subprocess.Popen) -> tuple[dict, str]:
    """What a child that ended well printed: its last line, and all; nothing may go to standard error."""
    out, err = child.communicate(timeout=120)
    assert (child.returncode, err) == (0, "")
    return json.loads(out.splitlines()[-1]), out


@pytest.fixture(scope="module")
def undisturbed() -> tuple[dict, dict]:
    """The numbers and the weights of a training that nothing disturbed."""
    model = Slow()
    return numbers(train(model, progress=False).to_dict()), model.state_dict()


def numbers(history: dict) -> dict:
    return {name: history[name] for name in ("train_loss", "valid_loss", "valid_mcc", "batch_size", "best_epoch")}


def test_killed_in_the_middle_and_resumed_gives_the_same_bits(tmp_path, undisturbed) -> None:
    checkpoint = tmp_path / "model.pt"
    child = start(checkpoint, pause=0.25)
    wait_for_epoch(checkpoint, 2, child)
    time.sleep(0.1)  # somewhere in the third epoch
    child.kill()
    child.communicate()
    assert child.returncode == -signal.SIGKILL

    model = Slow()
    history = train(model, checkpoint=checkpoint, resume=True, progress=False)
    expected_numbers, expected_weights = undisturbed
    assert numbers(history.to_dict()) == expected_numbers
    assert all(torch.equal(value, expected_weights[name]) for name, value in model.state_dict().items())


def test_killed_while_it_saves_leaves_a_whole_checkpoint(tmp_path) -> None:
    checkpoint = tmp_path / "model.pt"
    for _ in range(3):
        child = start(checkpoint, resume=True, pause=0.001)
        with contextlib.suppress(AssertionError):
            wait_for_epoch(checkpoint, 1, child)
        child.kill()
        child.communicate()
        torch.load(checkpoint, weights_only=True)
    assert train(Slow(), checkpoint=checkpoint, resume=True, progress=False).epochs == EPOCHS


def test_ctrl_c_returns_the_history_and_keeps_the_best_weights(tmp_path) -> None:
    checkpoint = tmp_path / "model.pt"
    child = start(checkpoint, pause=0.25)
    wait_for_epoch(checkpoint, 2, child)
    child.send_signal(signal.SIGINT)
    history, _ = said(child)
    assert history["ending"] == "interrupted"
    assert 2 <= len(history["valid_loss"]) < EPOCHS
    assert history["left_with"] == pytest.approx(min(history["valid_loss"]), abs=1e-6)


@contextlib.contextmanager
def full_disk(folder: Path):
    """A file system of 64 kB; where none can be made, a folder as it is and a limit on the size of a file."""
    mounted = sys.platform == "linux" and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield 0 if mounted else 8_000
    finally:
        if mounted:
            subprocess.check_call(["umount", folder])


def test_a_full_disk_is_said_in_a_sentence_and_loses_nothing(tmp_path, undisturbed) -> None:
    with full_disk(tmp_path) as limit:
        if not limit:
            (tmp_path / "other").write_bytes(bytes(60_000))
        history, out = said(start(tmp_path / "model.pt", limit=limit))
        assert [path.name for path in tmp_path.iterdir() if path.name != "other"] == []
    assert numbers(history) == undisturbed[0]
    assert "Epoch 1 was not saved in" in out
    assert any(reason in out for reason in ("No space left on device", "File too large"))


def test_a_disk_that_fills_up_keeps_the_last_whole_checkpoint(tmp_path, undisturbed) -> None:
    with full_disk(tmp_path) as limit:
        checkpoint = tmp_path / "model.pt"
        train(Slow(), checkpoint=checkpoint, epochs=2, schedule=None, progress=False)
        before = checkpoint.read_bytes()
        if not limit:
            (tmp_path / "other").write_bytes(bytes(64_000 - 2 * len(before) + 4_000))
        _, out = said(start(checkpoint, limit=limit))
        assert checkpoint.read_bytes() == before
    assert "what was saved before is whole" in out


def test_nothing_goes_to_standard_error_and_a_log_gets_one_line(tmp_path, undisturbed) -> None:
    history, out = said(start(tmp_path / "model.pt"))
    assert numbers(history) == undisturbed[0]
    assert len(out.splitlines()) == 2
    assert out.startswith("6 epochs in ")


def test_a_terminal_sees_one_line_that_rewrites_itself(tmp_path) -> None:
    ours, theirs = pty.openpty()
    child = start(tmp_path / "model.pt", pause=0.03, stdout=theirs)
    os.close(theirs)
    text = b""
    with contextlib.suppress(OSError):  # Linux says the other end is closed by an error
        while piece := os.read(ours, 4096):
            text += piece
    os.close(ours)
    assert child.wait() == 0
    line, result = text.decode().strip().split("\r\n")
    assert line.count("\r") >= 2
    assert "epoch 1 of 6" in line and json.loads(result)["ending"] == "finished"


def test_a_notebook_keeps_the_last_line_only(tmp_path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(CHILD.parent)!r})\n"
        "from training_child import Slow, train\nhistory = train(Slow(0.02))"
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(book, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    (output,) = book.cells[0].outputs
    assert output.output_type == "display_data"
    assert output.data["text/plain"].startswith("6 epochs in ")
