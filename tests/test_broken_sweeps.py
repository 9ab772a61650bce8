"""The broken sweeps of tests/assets/sweeps: each gives these lines, and no other, before the first run."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.sweep.identity import Identities
from nntrain.sweep.loading import load_sweep
from nntrain.sweep.planner import Planner
from nntrain.sweep.run import check_points

FOLDER = Path(__file__).parent / "assets" / "sweeps"

TABLE: dict[str, list[str]] = {
    "bare_value": [
        "3:24: error: training.batch_size: 16; expected a list of values, {log: [low, high]} or {range: [low, high]}",
    ],
    "base_broken": [
        "3:15: error: optimizer.adan: unknown optimizer 'adan' (did you mean 'adam'?)",
    ],
    "base_file_broken": [
        "broken_base/base.yaml:2:12: error: training.epocs: unknown key (did you mean 'epochs'?)",
    ],
    "base_not_there": [
        "1:7: error: base: no such file: digits.yml",
    ],
    "combination": [
        "base.yaml:4:10: error: data.split: validation 0.6 and test 0.5 leave no rows to train on; together they must be less than 1 (with data.split.validation: 0.6, data.split.test: 0.5)",
    ],
    "condition_never_met": [
        "4:3: error: optimizer.rmsprop.rho: no value that 'optimizer' has in this space has this key",
    ],
    "duplicate_key": [
        '4:3: error: space."training.batch_size": duplicate key, first given on line 3 (remove one of them)',
    ],
    "empty_list": [
        "3:24: error: training.batch_size: the list is empty; expected at least one value",
    ],
    "empty_space": [
        "2:8: error: space: it is empty; expected keys of the config, each with a list of values, {log: [low, high]} or {range: [low, high]}",
    ],
    "folds_of_a_file": [
        "6:8: error: folds: the base has a file of validation rows (data.validation); folds need it to be left out",
    ],
    "grid_without_steps": [
        "3:22: error: optimizer.adam.lr: a grid needs to know how many values of an interval; add steps, such as steps: 5",
    ],
    "interval_of_three": [
        "3:28: error: optimizer.adam.lr: a list; expected two numbers, [low, high]",
    ],
    "interval_of_words": [
        "3:29: error: optimizer.adam.lr: 'tiny' (text); expected a number",
    ],
    "interval_out_of_range": [
        "3:33: error: architecture.dropout: 1.0; expected a number < 1",
        "3:33: error: architecture.dropout: 1.5; expected a number < 1",
    ],
    "interval_turned_round": [
        "3:28: error: optimizer.adam.lr: from 0.1 to 0.001; expected the lower bound first, and two different ones",
    ],
    "key_is_no_path": [
        "3:3: error: training..seed: expected a path such as optimizer.adam.lr",
    ],
    "key_not_in_config": [
        "3:3: error: training.batch_sise: unknown key (did you mean 'batch_size'?)",
    ],
    "key_of_other_component": [
        "3:3: error: optimizer.lr: 'lr' is a setting of adam (did you mean 'optimizer.adam.lr'?)",
    ],
    "log_and_range": [
        "3:22: error: optimizer.adam.lr: both log and range here; expected a list of values, {log: [low, high]} or {range: [low, high]}",
    ],
    "log_of_zero": [
        "3:29: error: optimizer.adam.lr: 0; the logarithm needs a lower bound above 0 (or range: [0, 0.1])",
    ],
    "loss_of_another_task": [
        "3:25: error: loss: mean_squared_error is for regression; the task here is classification (data.task: regression, if that is meant)",
    ],
    "neither_log_nor_range": [
        "3:22: error: optimizer.adam.lr: neither log nor range here; expected a list of values, {log: [low, high]} or {range: [low, high]}",
        "4:33: error: architecture.dropout: unknown key 'rnage' (did you mean 'range'?); expected a list of values, {log: [low, high]} or {range: [low, high]}",
    ],
    "no_base": [
        "1:1: error: base: missing: this key is required",
    ],
    "no_space": [
        "1:1: error: space: missing: this key is required",
    ],
    "no_trials": [
        "2:9: error: search: this search needs to know when to end; set trials, such as trials: 60",
    ],
    "objective_of_training": [
        "2:12: error: objective: points are compared by rows that they are not trained on; expected a validation figure",
    ],
    "objective_unknown": [
        "2:12: error: objective: unknown figure 'validation_acuracy' for a classification task (did you mean 'validation_accuracy'?)",
    ],
    "objective_without_validation": [
        "1:1: error: objective: 'validation_loss' needs validation rows, and there are none; set data.split.validation of the base, or folds",
    ],
    "one_step": [
        "3:49: error: optimizer.adam.lr: 1; expected from 2 to 100,000",
        "4:50: error: architecture.dropout: 'three' (text); expected a whole number",
    ],
    "pruning_settings": [
        "2:31: error: pruning.hyperband.factor: 1; expected a whole number ≥ 2",
        "2:41: error: pruning.hyperband.first: 0; expected a whole number ≥ 1",
    ],
    "seed_in_space": [
        "3:3: error: training.seed: a sweep sets this itself; the seeds of runs follow from 'seed' and the point; for several of a point, set repeats",
    ],
    "too_many_points": [
        "3:3: error: space: more than 50,000 points; a grid is the product of all its values: leave some out, or search: random",
    ],
    "unknown_key": [
        "2:1: error: searhc: unknown key (did you mean 'search'?)",
    ],
    "unknown_search": [
        "2:9: error: search: unknown search 'bayes' (known: grid, random, qmc, tpe, gp, cma_es)",
    ],
    "value_of_wrong_type": [
        "3:28: error: training.batch_size: 'many' (text); expected a whole number",
        "3:34: error: training.batch_size: 2.5; expected a whole number",
        "6:7: error: optimizer: unknown optimizer 'adamm' (did you mean 'adam'?)",
        "7:7: error: optimizer.rmsprop.rho: 2; expected a number < 1",
    ],
    "value_out_of_range": [
        "3:34: error: architecture.dropout: 1.5; expected a number < 1",
    ],
    "wrong_numbers": [
        "2:9: error: trials: 0; expected a whole number ≥ 1",
        "3:10: error: repeats: -1; expected a whole number ≥ 1",
        "4:8: error: folds: 1.5; expected a whole number",
        "5:15: error: max_failures: 'none' (text); expected a whole number",
    ],
}


def test_every_file_is_listed() -> None:
    files = {path.stem for path in FOLDER.glob("*.yaml")} - {"base"}
    assert files == set(TABLE)
    assert len(files) >= 25


def ready(path: Path, data: Path) -> Planner:
    """Everything that is checked before the first run."""
    identities = Identities(load_sweep(path), data)
    check_points(identities)
    return Planner(identities)


@pytest.mark.parametrize("name", TABLE)
def test_each_gives_its_lines(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(ConfigError) as caught:
        ready(Path(f"{name}.yaml"), tmp_path)
    assert [str(problem).removeprefix(f"{name}.yaml:") for problem in caught.value.problems] == TABLE[name]
