"""`fit` and `predict` learn, repeat themselves, stop in time, and say in a sentence what does not fit."""

from __future__ import annotations

import copy
import json
import math

import numpy as np
import pytest
import torch
from torch import nn
from training_child import Slow, planted, train, valid_loss

from helpers.models import LogisticRegression
from helpers.training import History, device, fit, one_cycle, predict, steps

TRAIN, VALID = planted(200, 1), planted(100, 2)
QUICK = {"epochs": 3, "lr": 0.01, "batch_size": 32, "progress": False}


def quick(model=None, train=TRAIN, valid=VALID, **settings) -> History:
    return fit(LogisticRegression(12) if model is None else model, train, valid, **QUICK | settings)


def equal(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_a_planted_rule_is_learned() -> None:
    history = quick(epochs=30, lr=0.05)
    assert history.valid_loss[-1] < 0.75 * history.valid_loss[0]
    assert history.valid_mcc[history.best_epoch - 1] > 0.6
    assert history.epochs == len(history.train_loss) == len(history.valid_mcc) == 30


def test_the_weights_of_the_best_epoch_stay_in_the_model() -> None:
    model = LogisticRegression(12)
    history = quick(model, epochs=25, lr=0.5)  # so steep that the last epoch is not the best
    assert 0 < history.best_epoch < 25
    assert valid_loss(model) == pytest.approx(min(history.valid_loss), abs=1e-6)
    assert not model.training


def test_the_numbers_are_those_of_the_loop_that_the_lessons_write() -> None:
    model = LogisticRegression(12)
    nn.init.normal_(
        model.weight, generator=torch.Generator().manual_seed(0)
    )  # from zero some slopes are zero, and AdamW makes a step of what rounding leaves
    bare = copy.deepcopy(model)
    history = quick(model, epochs=1, batch_size=200)
    optimizer = torch.optim.AdamW(bare.parameters(), lr=0.01, weight_decay=0)
    loss = nn.functional.binary_cross_entropy_with_logits(bare(TRAIN[0]), TRAIN[1])
    loss.backward()
    optimizer.step()
    assert torch.allclose(model.weight, bare.weight, atol=1e-6)
    assert history.train_loss == [pytest.approx(float(loss.detach()))]


def test_every_sequence_is_seen_once_an_epoch_even_a_last_one_alone() -> None:
    seen = []

    class Watched(LogisticRegression):
        def forward(self, X):
            if self.training:
                seen.append(X)
            return super().forward(X)

    quick(Watched(12), (TRAIN[0][:65], TRAIN[1][:65]), epochs=1)
    assert [len(X) for X in seen] == [32, 33]  # batch norm cannot train on one
    rows = torch.cat(seen).flatten(1)
    assert sorted(map(tuple, rows.int().tolist())) == sorted(map(tuple, TRAIN[0][:65].flatten(1).int().tolist()))
    assert not torch.equal(rows, TRAIN[0][:65].flatten(1).float())


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    models = [Slow() for _ in range(3)]
    histories = [train(model, seed=seed, progress=False) for model, seed in zip(models, (0, 0, 1), strict=True)]
    assert histories[0] == histories[1] and equal(models[0], models[1])
    assert histories[0] != histories[2]
    assert quick(seed=0).train_loss != quick(seed=1).train_loss  # the order of the batches alone


def test_the_global_random_state_stays_as_it_was() -> None:
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    train(Slow(), progress=False)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(np.random.get_state()[1], numpy_before)


def test_whole_numbers_booleans_and_lists_are_labels_too() -> None:
    expected = quick()
    X, y = TRAIN
    for labels in (y.long(), y.bool(), y.numpy(), y.int().tolist()):
        assert quick(train=(X.float().numpy(), labels)) == expected


def test_other_losses_train_other_models() -> None:
    X, y = TRAIN
    classes = nn.Sequential(nn.Flatten(), nn.Linear(48, 3))
    history = quick(classes, (X, (y * 2).long()), (X, (y * 2).long()), loss=nn.CrossEntropyLoss())
    assert history.valid_mcc == [] and history.epochs == 3
    assert predict(classes, X).shape == (200, 3)
    temperatures = 60 + 10 * y
    assert quick(train=(X, temperatures), valid=(X, temperatures), loss=nn.functional.mse_loss).epochs == 3
    weighted = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))
    assert quick(loss=weighted).valid_mcc


def test_a_column_of_pandas_is_read_without_a_warning(recwarn) -> None:
    import pandas as pd

    labels = pd.Series(Y.numpy())
    labels.to_numpy().flags.writeable = False
    assert quick(train=(X, labels)) == quick()
    assert not recwarn.list


def test_tokens_reach_an_embedding_as_whole_numbers() -> None:
    tokens, y = TRAIN[0].argmax(dim=1), TRAIN[1]  # (N, L) int64
    model = nn.Sequential(nn.Embedding(5, 4), nn.Flatten(), nn.Linear(48, 1), nn.Flatten(0))
    assert quick(model, (tokens, y), (tokens, y)).epochs == 3


def test_lazy_layers_frozen_layers_and_double_precision_train() -> None:
    frozen = nn.Sequential(nn.Flatten(), nn.LazyLinear(4), nn.ReLU(), nn.Linear(4, 1), nn.Flatten(0)).double()
    frozen[3].requires_grad_(False)
    before = copy.deepcopy(frozen[3])
    quick(frozen)
    assert equal(frozen[3], before)
    assert frozen[1].weight.dtype == torch.float64


def test_only_matrices_decay() -> None:
    model = LogisticRegression(12)
    nn.init.ones_(model.weight), nn.init.ones_(model.bias)
    quick(model, weight_decay=1.0, loss=lambda logits, y: 0 * logits.sum(), epochs=1, batch_size=200)
    assert torch.allclose(model.weight, torch.tensor(0.99))
    assert model.bias.item() == 1.0


def test_bfloat16_trains_and_is_another_arithmetic() -> None:
    history = quick(epochs=10, precision="bfloat16")
    assert history.valid_mcc[-1] > 0.5
    assert history != quick(epochs=10)


def test_a_schedule_sets_the_rate_of_every_step() -> None:
    steps = []
    expected = quick(epochs=2, batch_size=100, lr=0.02)
    assert quick(epochs=2, batch_size=100, lr=0.04, schedule=lambda part: steps.append(part) or 0.5) == expected
    assert steps == [0.0, 0.25, 0.5, 0.75]


def test_one_cycle_is_that_of_torch() -> None:
    steps = 1000
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=steps + 1)
    for step in range(steps):
        assert one_cycle(step / steps) == pytest.approx(theirs.get_last_lr()[0], abs=0.01)
        optimizer.step(), theirs.step()
    assert one_cycle(1.0) == pytest.approx(theirs.get_last_lr()[0], rel=0.01)


def test_patience_stops_after_so_many_epochs_without_a_better_one() -> None:
    history = quick(epochs=200, lr=0.3, patience=3)
    assert history.ending == "patience"
    assert history.epochs == history.best_epoch + 3 < 200


def test_steps_too_long_are_named_and_the_best_weights_kept() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 8), nn.Linear(8, 1), nn.Flatten(0))
    with pytest.raises(FloatingPointError, match=r"try a lower learning rate, lr=1e\+29 for lr=1e\+30"):
        quick(model, lr=1e30)
    assert all(p.isfinite().all() for p in model.parameters())


def test_an_infinite_slope_is_told_from_steps_too_long() -> None:
    class Root(LogisticRegression):
        def forward(self, X):
            return super().forward(X).abs().sqrt()  # its slope at 0, where training starts, is infinite

    with pytest.raises(FloatingPointError, match=r"epoch 1 .* log\(0\), sqrt\(0\) or a division by zero"):
        quick(Root(12))


def test_out_of_memory_halves_the_batch_says_so_and_skips_nothing(capsys) -> None:
    class Large(LogisticRegression):
        seen = 0

        def forward(self, X):
            if len(X) > 10:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")
            self.seen += len(X) * self.training
            return super().forward(X)

    model = Large(12)
    history = quick(model)
    assert history.batch_size == 8
    assert model.seen == 3 * 200
    assert "Out of memory: going on with 16 sequences in a batch instead of 32." in capsys.readouterr().out
    assert torch.allclose(predict(model, VALID[0], batch_size=64), predict(model, VALID[0], batch_size=5))
    assert "Out of memory: going on with 32 sequences in a batch instead of 64." in capsys.readouterr().out


def test_a_sequence_that_never_fits_is_said_and_other_errors_pass() -> None:
    class Failing(LogisticRegression):
        message = "can't allocate memory"

        def forward(self, X):
            if self.training:
                raise RuntimeError(self.message)
            return super().forward(X)

    with pytest.raises(RuntimeError, match="out of memory with a single sequence"):
        quick(Failing(12))
    Failing.message = "a bug of the learner's own"
    with pytest.raises(RuntimeError, match="learner's own"):
        quick(Failing(12))


X, Y = TRAIN
WRONG = [
    ({"train": (X[:99], Y)}, "train: 99 sequences but 200 labels"),
    ({"train": (X[:0], Y[:0])}, r"train.X is empty: its shape is \(0, 4, 12\)"),
    ({"valid": (X, Y + 1)}, r"valid.y: label 2 at position \d+; labels must be 0 or 1"),
    ({"train": (X, torch.ones(200))}, "train.y: all 200 labels are 1; there is nothing to tell apart"),
    ({"train": (X, Y[:, None])}, r"train.y has shape \(200, 1\); flatten it to \(200,\)"),
    ({"train": (X.float() / 0, Y)}, r"train.X holds (nan|inf) at \(0, \d, 0\); all numbers must be finite"),
    ({"train": ["ACGT"]}, r"train is of type list; pass a split of a data set, or a pair \(X, y\)"),
    ({"train": (["ACGT"] * 200, Y)}, "train.X is of type list and holds no numbers .*one_hot"),
    ({"train": (X[:, :, :9], Y)}, r"cannot read train.X, here 2 rows in the shape \(2, 4, 9\)"),
    ({"valid": (X.transpose(1, 2), Y)}, r"cannot read valid.X, here 2 rows in the shape \(2, 12, 4\)"),
    ({"epochs": 0}, "epochs is 0; it must be a whole number, 1 or more"),
    ({"epochs": 2.5}, "epochs is 2.5"),
    ({"batch_size": 0}, "batch_size is 0"),
    ({"seed": -1}, "seed is -1; it must be a whole number, 0 or more"),
    ({"patience": 0}, "patience is 0"),
    ({"lr": 0}, "lr is 0; it must be a positive number"),
    ({"lr": math.nan}, "lr is nan"),
    ({"weight_decay": -1}, "weight_decay is -1"),
    ({"precision": "half"}, "precision is 'half'; it must be one of auto, float32, bfloat16"),
    ({"device": "cuda:99"}, "device is 'cuda:99'; what this machine has is .*cpu"),
    ({"resume": True}, "resume=True needs checkpoint="),
    ({"loss": lambda logits, y: logits - y}, "before any training the loss of 2 rows of train is"),
    ({"loss": lambda logits, y: (logits - y).log().sum()}, "it must be one finite number"),
    ({"loss": nn.BCEWithLogitsLoss(reduction="sum")}, r"whose steps grow with the batch; pass BCEWithLogitsLoss\(\)"),
]


@pytest.mark.parametrize(("settings", "sentence"), WRONG, ids=[sentence[:40] for _, sentence in WRONG])
def test_what_does_not_fit_is_said_before_training(settings, sentence) -> None:
    model = LogisticRegression(12)
    with pytest.raises((ValueError, TypeError), match=sentence):
        quick(model, **settings)
    assert equal(model, LogisticRegression(12))


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([nn.Flatten(), nn.Linear(48, 1)], r"returns \(2, 1\), and train.y is \(2,\); .* needs .squeeze\(-1\)"),
        ([nn.Flatten(2)], r"returns \(2, 4, 12\)"),
        ([nn.GRU(12, 3)], "returns tuple"),
        ([nn.Flatten(), nn.AvgPool1d(48), nn.Flatten(0)], "no trainable parameters"),
        ([nn.Flatten(), nn.Linear(48, 1), nn.Sigmoid(), nn.Flatten(0)], "the model ends in a sigmoid"),
        ([nn.Flatten(), nn.Linear(48, 1).half(), nn.Flatten(0)], r"weights of float16 \(model.half\(\)\)"),
    ],
)
def test_a_model_of_the_wrong_shape_is_named(layers, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        quick(nn.Sequential(*layers))


def test_a_mean_squared_error_of_two_shapes_does_not_pass_as_a_matrix() -> None:
    with pytest.raises(ValueError, match=r"returns \(2, 1\), and train.y is \(2,\)"):
        quick(nn.Sequential(nn.Flatten(), nn.Linear(48, 1)), loss=nn.functional.mse_loss)


def test_a_training_that_ended_is_not_trained_again(tmp_path) -> None:
    settings = {"checkpoint": tmp_path / "new folder" / "model.pt", "progress": False, "patience": 2, "lr": 0.5}
    model, again = Slow(), Slow()
    history = train(model, **settings)
    assert train(again, resume=True, **settings) == history
    assert equal(again, model)


def test_a_longer_training_goes_on_where_the_shorter_ended_not_where_it_was_best(tmp_path) -> None:
    settings = {"valid": (VALID[0], 1 - VALID[1])}  # labels the wrong way round: what is learned makes it worse
    model, straight = Slow(), Slow()
    shorter = quick(Slow(), epochs=5, checkpoint=tmp_path / "model.pt", **settings)
    assert shorter.best_epoch < shorter.epochs
    history = quick(model, epochs=7, checkpoint=tmp_path / "model.pt", resume=True, **settings)
    assert history == quick(straight, epochs=7, **settings)
    assert equal(model, straight)


def test_without_resume_an_old_checkpoint_is_replaced(tmp_path) -> None:
    for _ in range(2):
        history = train(Slow(), checkpoint=tmp_path / "model.pt", progress=False, epochs=2)
    kept = torch.load(tmp_path / "model.pt", weights_only=True)
    assert kept["history"]["valid_loss"] == history.valid_loss


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lr": 0.02}, "was made with lr=0.01, and this run has lr=0.02; use the same, or delete it"),
        ({"seed": 1}, "was made with seed=0"),
        ({"epochs": 7}, "was made with epochs=6"),
        ({"schedule": None}, "was made with schedule='one_cycle'"),
        ({"loss": nn.BCEWithLogitsLoss()}, "was made with loss="),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(tmp_path, change, sentence) -> None:
    settings = {"checkpoint": tmp_path / "model.pt", "progress": False}
    train(Slow(), **settings)
    with pytest.raises(ValueError, match=sentence):
        train(Slow(), resume=True, **settings | change)


def test_a_checkpoint_of_other_data_or_another_model_is_refused(tmp_path) -> None:
    settings = {"checkpoint": tmp_path / "model.pt"}
    quick(**settings)
    with pytest.raises(ValueError, match="was made with data="):
        quick(train=(X.roll(1, dims=2), Y), resume=True, **settings)
    other = nn.Sequential(nn.Flatten(), nn.Linear(48, 1), nn.Flatten(0))
    with pytest.raises(ValueError, match=r"holds another model .* start afresh with resume=False"):
        quick(other, resume=True, **settings)


class Exploit:
    def __reduce__(self):
        return print, ("owned",)


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "pickle"])
def test_a_damaged_checkpoint_is_refused_and_runs_no_code(tmp_path, damage, capsys) -> None:
    file = tmp_path / "model.pt"
    quick(checkpoint=file)
    if damage == "pickle":
        torch.save({"format": 1, "settings": Exploit()}, file)
    else:
        file.write_bytes({"cut": file.read_bytes()[:-100], "empty": b"", "text": b"hello"}[damage])
    with pytest.raises(ValueError, match=r"model.pt cannot be read \(.+\); delete it"):
        quick(checkpoint=file, resume=True)
    assert "owned" not in capsys.readouterr().out


def test_a_folder_is_no_checkpoint(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"is a folder; name a file in it, such as .*model.pt"):
        quick(checkpoint=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"the folder of .* cannot be made"):
        quick(checkpoint=tmp_path / "file" / "model.pt")


def test_a_history_is_one_line_and_goes_into_json() -> None:
    history = quick()
    assert repr(history).startswith("3 epochs in ") and "\n" not in repr(history)
    assert f"best epoch {history.best_epoch}: valid loss" in repr(history)
    assert json.loads(json.dumps(history.to_dict()))["best_epoch"] == history.best_epoch
    assert repr(History()) == "0 epochs in 0.0 s on cpu (finished)"


def test_progress_can_be_switched_off(capsys) -> None:
    quick()
    assert capsys.readouterr() == ("", "")
    quick(progress=True)
    assert capsys.readouterr().out.count("\n") == 1


def test_predictions_do_not_depend_on_batches_types_or_modes() -> None:
    model = Slow()
    train(model, progress=False)
    model.train()
    model.layers[1].eval()
    expected = predict(model, VALID[0])
    assert (expected.shape, expected.dtype, expected.requires_grad) == ((100,), torch.float32, False)
    for size in (1, 7, 100):
        assert torch.allclose(predict(model, VALID[0], batch_size=size), expected, atol=1e-6)
    assert torch.equal(predict(model, VALID[0].double()), expected)
    assert [module.training for module in model.layers] == [True, False, True, True, True, True]


def test_predicting_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"predict: X is empty: its shape is \(0, 4, 12\)"):
        predict(LogisticRegression(12), X[:0])


def test_the_environment_names_the_device(monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert device() == torch.device("cpu")
    for name in ("gpu", "cuda:99"):
        monkeypatch.setenv("COURSE_DEVICE", name)
        with pytest.raises(ValueError, match=f"COURSE_DEVICE is '{name}'; what this machine has is .*cpu"):
            device()


def test_without_a_wish_the_best_device_is_taken(monkeypatch) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert device().type == best


def test_a_smoke_run_takes_one_epoch_of_few_sequences(monkeypatch) -> None:
    monkeypatch.setenv("COURSE_SMOKE", "1")
    seen = []
    model = LogisticRegression(12)
    model.register_forward_hook(lambda module, inputs, output: seen.append(len(output) * module.training))
    history = quick(model, planted(2_000, 1), epochs=9)
    assert history.epochs == 1 and 0 < sum(seen) <= 256


def test_steps_hands_on_each_item_and_says_how_many_are_done(capsys) -> None:
    assert list(steps((3, 1, 2), "seeds")) == [3, 1, 2]
    assert capsys.readouterr().out.splitlines()[-1] == "seeds: 3 of 3 done"
    with pytest.raises(TypeError):
        list(steps(iter(()), "seeds"))
