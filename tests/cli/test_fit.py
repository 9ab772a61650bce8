from __future__ import annotations

import json
import re
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.cli.conftest import CONFIG, Cli, table

SUMMARY = {"run", "best_epoch", "epochs", "stopped", "seconds", "parameters", "metrics"}


def test_head_epochs_and_end(cli: Cli) -> None:
    done = cli("fit", "c.yaml")
    assert done.code == 0
    for text in ("t.csv", "72 train, 24 validation, 24 test", "2 numeric, 1 categorical", "1.dense", "(B, 8)", "adam"):
        assert text in done.err
    for text in ("class[/x]", "[red]no[/red]", "yes, [/]"):
        assert text in done.err
    lines = [line for line in done.err.splitlines() if line.startswith("epoch ")]
    assert [line.split()[1] for line in lines] == ["1/3", "2/3", "3/3"]
    assert all(
        re.search(r"train_loss \d.* validation_loss \d.* validation_accuracy \d.* rows/s", line) for line in lines
    )
    assert any(line.endswith("* best") for line in lines)
    assert "runs/c-001" in done.err
    for text in ("baseline", "macro F1", "runs/c-001", "nntrain eval runs/c-001", "nntrain predict runs/c-001 new.csv"):
        assert text in done.out
    assert "\x1b" not in done.err + done.out
    assert not any(line.endswith(" ") for line in (done.err + done.out).splitlines())


def test_json_is_the_summary_and_nothing_else(cli: Cli) -> None:
    done = cli("fit", "c.yaml", "--json", "--out", "mine", "--set", "training.epochs=2")
    summary = json.loads(done.out)
    assert set(summary) >= SUMMARY
    assert summary == json.loads(Path("mine/summary.json").read_text())
    assert (summary["run"], summary["epochs"]) == ("mine", 2)
    assert "epoch 2/2" in done.err
    assert "nntrain eval mine" in done.err


def test_json_has_null_for_what_is_no_number(cli: Cli) -> None:
    Path("one.csv").write_text("a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(20)))
    Path("one.yaml").write_text(
        "data: {train: one.csv, target: y, split: {validation: 0.05, stratify: false}}\ntraining: {epochs: 1}\n"
    )
    done = cli("fit", "one.yaml", "--json")
    validation = json.loads(done.out, parse_constant=pytest.fail)["metrics"]["validation"]
    assert validation["roc_auc"] is None


def test_a_run_folder_is_never_overwritten(cli: Cli) -> None:
    assert [cli("fit", "c.yaml").code, cli("fit", "c.yaml").code] == [0, 0]
    assert {path.name for path in Path("runs").iterdir()} == {"c-001", "c-002", "latest"}


def test_all_mistakes_of_a_config_at_once(cli: Cli) -> None:
    Path("bad.yaml").write_text(CONFIG.replace("[8]", "[8], activation: rellu").replace("epochs: 3", "epochs: true"))
    done = cli("fit", "bad.yaml", "--set", "optimizer.adam.lr=-1")
    assert done.code == 2
    assert done.out == ""
    first, second, third, *rest = done.err.splitlines()
    assert first.startswith("bad.yaml:2:41: error: architecture.activation: unknown activation 'rellu'")
    assert second.startswith("bad.yaml:3:20: error: training.epochs: ")
    assert third.startswith("--set optimizer.adam.lr=-1: error: optimizer.adam.lr: ")
    assert rest == []
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["fit"], 2, "fit needs CONFIG"),
        (["fit", "nope.yaml"], 2, "nope.yaml"),
        (["fit", "c.yaml", "--bad"], 2, "No such option: --bad"),
        (["fit", "c.yaml", "d.yaml"], 2, "d.yaml"),
        (["fit", "c.yaml", "--set", "data.train=nope.csv"], 3, "nope.csv: error: no such file"),
        (["fit", "c.yaml", "--set", "data.target=nope"], 3, "nope"),
        (["fit", "--resume", "nowhere"], 4, "nowhere: error: no such run folder"),
        (["fit", "--resume", "."], 4, "is it a run folder?"),
        (["fit", "--resume"], 2, "--resume without CONFIG"),
        (["fit", "c.yaml", "--out", "t.csv/run"], 6, "no run folder can be made"),
        (["ftt"], 2, "Did you mean 'fit'?"),
    ],
)
def test_what_is_wrong_in_one_line(cli: Cli, arguments: list[str], code: int, message: str) -> None:
    done = cli(*arguments)
    assert done.code == code
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert done.out == ""


def test_divergence_names_the_best_checkpoint(cli: Cli) -> None:
    assert cli("fit", "c.yaml", "--set", "optimizer={sgd: {lr: 0.01}}", "--out", "hot").code == 0
    done = cli("fit", "--resume", "hot", "--set", "optimizer.sgd.lr=1e30", "--set", "training.epochs=9", "--json")
    assert done.code == 5
    assert done.out == ""
    assert "error: training diverged: " in done.err
    assert "nntrain eval hot" in done.err.splitlines()[-1]
    assert cli("eval", "hot").code == 0


@pytest.mark.parametrize(
    ("stop", "code", "word"), [(KeyboardInterrupt(), 130, "interrupted"), (SystemExit(143), 143, "terminated")]
)
def test_a_signal_after_the_last_epoch_says_how_to_go_on(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, stop: BaseException, code: int, word: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("nntrain.api.train._summary", Mock(side_effect=stop))
        done = cli("fit", "c.yaml", "--json")
    assert (done.code, done.out) == (code, "")
    assert done.err.splitlines()[-2:] == [word, "go on with: nntrain fit c.yaml --resume runs/c-001"]
    assert json.loads(cli("fit", "c.yaml", "--resume", "runs/c-001", "--json").out)["epochs"] == 3


def test_a_signal_before_anything_is_kept_says_just_that(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.api.train.Trainer", Mock(side_effect=KeyboardInterrupt))
    done = cli("fit", "c.yaml")
    assert done.code == 130
    assert done.err.splitlines()[-1] == "interrupted"


def test_warnings_of_the_data_are_told(cli: Cli) -> None:
    Path("t.csv").write_text(table().replace("class[/x]", "class[/x],k").replace('"\n', '",1\n'))
    done = cli("fit", "c.yaml")
    assert done.code == 0
    assert re.search(r"^warning: .*'k' is 1 in every training row", done.err, re.MULTILINE)


class TestResume:
    def test_the_latest_run_of_a_config(self, cli: Cli) -> None:
        first = cli("fit", "c.yaml", "--resume")
        assert first.code == 0
        assert "note: no run of c.yaml to resume yet: this is a new one" in first.err
        cli("fit", "c.yaml")
        done = cli("fit", "c.yaml", "--resume", "--set", "training.epochs=5")
        assert done.code == 0
        assert "note: training.epochs: 3 → 5" in done.err
        assert [line.split()[1] for line in done.err.splitlines() if line.startswith("epoch ")] == ["4/5", "5/5"]
        assert "runs/c-002" in done.out

    @pytest.mark.parametrize("run", ["runs/c-001", "runs/latest", "runs/c-001/"])
    def test_a_named_run_without_its_config(self, cli: Cli, run: str) -> None:
        cli("fit", "c.yaml")
        Path("c.yaml").unlink()
        done = cli("fit", "--resume", run, "--set", "training.epochs=4", "--json")
        assert done.code == 0
        assert json.loads(done.out)["epochs"] == 4
        assert Path("runs/latest").resolve().name == "c-001"

    def test_settings_are_the_run_s_own(self, cli: Cli) -> None:
        cli("fit", "c.yaml", "--set", "training.seed=7")
        assert "keeps its own settings" not in cli("fit", "--resume", "runs/c-001").err
        done = cli("fit", "c.yaml", "--resume", "runs/c-001")
        assert done.code == 0
        assert (
            "note: the run keeps its own settings where c.yaml differs (--set changes them): "
            "training.seed 7 (there: 0)\n" in done.err
        )

    def test_what_cannot_be_changed(self, cli: Cli) -> None:
        cli("fit", "c.yaml")
        done = cli("fit", "--resume", "runs/c-001", "--set", "training.seed=1")
        assert done.code == 2
        assert "--set training.seed=1: error: training.seed: 0 → 1" in done.err
        assert cli("fit", "c.yaml", "--resume", "runs/c-001", "--out", "x").code == 2

    def test_in_a_folder_of_one_s_own(self, cli: Cli) -> None:
        assert json.loads(cli("fit", "c.yaml", "--out", "exp/a", "--resume", "--json").out)["run"] == "exp/a"
        longer = ["--set", "training.epochs=4", "--json"]
        assert json.loads(cli("fit", "c.yaml", "--out", "exp/a", "--resume", *longer).out)["epochs"] == 4
        assert [path.name for path in Path("exp").iterdir()] == ["a"]

    def test_the_newest_run_goes_on_even_if_it_was_killed_before_its_first_checkpoint(self, cli: Cli) -> None:
        cli("fit", "c.yaml")
        cli("fit", "c.yaml", "--set", "training.epochs=4")
        for name in ("last.safetensors", "best.safetensors", "history.jsonl", "summary.json"):
            Path("runs/c-002", name).unlink()
        done = cli("fit", "c.yaml", "--resume", "--json")
        assert (json.loads(done.out)["run"], json.loads(done.out)["epochs"]) == ("runs/c-002", 4)
        assert "stopped before its first checkpoint" in done.err
