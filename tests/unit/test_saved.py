"""A trained model comes back from its checkpoint, runs no code of the file, and what is none is said in a sentence."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from training_child import planted

from helpers.models import GRUClassifier, LogisticRegression, MotifCNN, PromoterCNN
from helpers.training import fit, load, predict

TRAIN, VALID = planted(120, 1), planted(60, 2)
QUICK = {"epochs": 2, "lr": 0.01, "batch_size": 32, "progress": False}


class Own(nn.Module):
    """All that a form has to hold: a tied weight, a tensor that is no parameter, a function, a frozen layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(12, 12), nn.Linear(12, 12)
        self.second.weight = self.first.weight
        self.first.bias.requires_grad_(False)
        self.places = torch.linspace(-1, 1, 12)
        self.act = F.relu
        self.norm = nn.BatchNorm1d(4)

    def forward(self, X):
        return (self.second(self.act(self.first(self.norm(X.float())))) * self.places).sum(dim=(1, 2))


def trained(model, path, **settings):
    fit(model, TRAIN, VALID, checkpoint=path, **QUICK | settings)
    return predict(model, VALID[0])


@pytest.mark.parametrize(
    "build",
    [
        lambda: LogisticRegression(12),
        lambda: PromoterCNN(12, hide=0.1),
        lambda: MotifCNN(8, 5),
        lambda: GRUClassifier(12),
        Own,
        lambda: nn.Sequential(nn.Flatten(), nn.LazyLinear(1), nn.Flatten(0)),
        lambda: nn.Sequential(
            nn.Conv1d(4, 8, 3), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(8, 1), nn.Flatten(0)
        ),
    ],
)
def test_a_model_comes_back_as_it_was_left(build, tmp_path) -> None:
    path = tmp_path / "model.pt"
    logits = trained(build(), path)
    back = load(path)
    assert torch.equal(predict(back, VALID[0]), logits)
    assert not back.training


def test_tied_weights_stay_tied_and_frozen_ones_frozen(tmp_path) -> None:
    trained(Own(), tmp_path / "model.pt")
    back = load(tmp_path / "model.pt")
    assert back.second.weight is back.first.weight
    assert not back.first.bias.requires_grad and back.second.bias.requires_grad


def test_it_holds_the_best_epoch_and_not_the_last(tmp_path) -> None:
    logits = trained(LogisticRegression(12), tmp_path / "model.pt", epochs=25, lr=0.5)
    assert torch.equal(predict(load(tmp_path / "model.pt"), VALID[0]), logits)


def test_compiled_or_not_is_one_model(tmp_path) -> None:
    path = tmp_path / "model.pt"
    model = LogisticRegression(12)
    logits = trained(torch.compile(model, backend="eager"), path)
    assert type(load(path)) is LogisticRegression
    assert torch.equal(predict(load(path), VALID[0]), logits)
    assert torch.equal(predict(load(path, torch.compile(LogisticRegression(12), backend="eager")), VALID[0]), logits)
    history = fit(LogisticRegression(12), TRAIN, VALID, checkpoint=path, resume=True, **QUICK | {"epochs": 3})
    assert history.epochs == 3


def test_a_part_that_was_compiled_is_the_part_itself(tmp_path) -> None:
    inner = torch.compile(LogisticRegression(12), backend="eager")
    logits = trained(nn.Sequential(inner, nn.Identity()), tmp_path / "model.pt")
    back = load(tmp_path / "model.pt")
    assert type(back[0]) is LogisticRegression
    assert torch.equal(predict(back, VALID[0]), logits)


@pytest.mark.process
def test_a_class_that_is_not_here_is_named_and_the_model_may_be_passed(tmp_path) -> None:
    path = tmp_path / "model.pt"
    program = (
        "import sys, torch\nfrom torch import nn\nfrom helpers.training import fit\n"
        "class Mine(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.linear = nn.Linear(48, 1)\n"
        "    def forward(self, X):\n        return self.linear(X.float().flatten(1))[:, 0]\n"
        "X = torch.eye(4)[torch.arange(240).reshape(20, 12) * 7 % 4].transpose(1, 2)\n"
        "fit(Mine(), (X, torch.arange(20) % 2), (X, torch.arange(20) % 2), epochs=1, lr=0.1, batch_size=9, "
        "progress=False, checkpoint=sys.argv[1])\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
    with pytest.raises(ValueError, match="the model needs Mine, and __main__ has none; import or define it first"):
        load(path)
    mine = nn.Module()
    mine.linear = nn.Linear(48, 1)
    assert load(path, mine).linear.bias.item() != 0


def test_a_form_that_cannot_be_written_leaves_the_weights(tmp_path) -> None:
    def build():
        model = LogisticRegression(12)
        model.scale = lambda logits: logits
        return model

    logits = trained(build(), tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"weights alone \(LogisticRegression cannot be written .*pass it: load\("):
        load(tmp_path / "model.pt")
    assert torch.equal(predict(load(tmp_path / "model.pt", build()), VALID[0]), logits)


class Exploit:
    def __reduce__(self):
        return print, ("owned",)


def test_a_form_runs_no_code(tmp_path, capsys) -> None:
    path = tmp_path / "model.pt"
    trained(LogisticRegression(12), path)
    state = torch.load(path, weights_only=True)
    with io.BytesIO() as file:
        pickle.dump(Exploit(), file)
        state["form"] = torch.frombuffer(bytearray(file.getvalue()), dtype=torch.uint8)
    torch.save(state, path)
    with pytest.raises(ValueError, match=r"builtins.print, which is neither a module nor a plain value"):
        load(path)
    assert "owned" not in capsys.readouterr().out


def test_what_is_no_checkpoint_is_said(tmp_path) -> None:
    path = tmp_path / "model.pt"
    with pytest.raises(FileNotFoundError, match="load: there is no file"):
        load(path)
    with pytest.raises(ValueError, match="is a folder; name the file"):
        load(tmp_path)
    path.write_text("hello")
    with pytest.raises(ValueError, match=r"model.pt is no checkpoint of fit, or a damaged one \(.+\); name the file"):
        load(path)
    torch.save(LogisticRegression(12).state_dict(), path)
    with pytest.raises(ValueError, match="is no checkpoint of fit"):
        load(path)
    trained(LogisticRegression(12), path)
    with pytest.raises(ValueError, match="holds another model than MotifCNN"):
        load(path, MotifCNN(8, 5))
