"""The broken configs of tests/assets/configs: each gives these lines, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.spec import load_spec

FOLDER = Path(__file__).parent / "assets" / "configs"

TABLE: dict[str, list[str]] = {
    "alias": [
        "1:7: error: the anchor '&table' is not supported (write values out)",
        "2:11: error: the alias '*table' is not supported (write the value out)",
    ],
    "bad_indent": [
        "3:2: error: an indented key does not line up with the block that begins at 1:1 (check the indentation)",
    ],
    "bare_where_none_may": [
        (
            "2:19: error: optimizer.adam: 0.1; expected a mapping with keys among lr, beta1, beta2, epsilon, "
            "bias_correction"
        ),
    ],
    "boolean_for_number": [
        "2:20: error: training.epochs: true (a boolean); expected a whole number",
    ],
    "colon_in_text": [
        "3:16: error: a ':' is not expected here (check the indentation, or quote a text with ': ')",
    ],
    "column_settings": [
        "5:17: error: data.columns.age.type: 'number' (text); expected one of numeric, categorical, date, ignored (did you mean 'numeric'?)",
        "5:34: error: data.columns.age.missing: unknown imputation 'meen' (did you mean 'mean'?)",
        "6:12: error: data.columns.town.encode: unknown key (did you mean 'encoding'?)",
    ],
    "control_character": [
        "1:31: error: the control character \\x07 is not allowed",
    ],
    "deep": [
        "2:46: error: nested more than 32 levels deep",
    ],
    "dropout_of_all": [
        "2:35: error: architecture.1.dropout: 1.5; expected a number < 1",
    ],
    "duplicate_key": [
        "5:1: error: data: duplicate key, first given on line 1 (remove one of them)",
        "6:3: error: data.train: duplicate key, first given on line 2 (remove one of them)",
    ],
    "duplicate_setting": [
        "5:5: error: optimizer.adam.lr: duplicate key, first given on line 4 (remove one of them)",
    ],
    "early_stopping": [
        "2:39: error: training.early_stopping.patience: 0; expected a whole number ≥ 1",
        "2:42: error: training.early_stopping.min_dleta: unknown key (did you mean 'min_delta'?)",
    ],
    "empty": [
        "1:1: error: the file is empty; expected sections such as 'data:'",
    ],
    "empty_width": [
        "2:29: error: architecture.hidden.1: 0; expected a whole number ≥ 1",
    ],
    "everything": [
        "1:1: error: data.train: missing: this key is required",
        "1:1: error: data.target: missing: this key is required",
        "2:3: error: data.trian: unknown key (did you mean 'train'?)",
        "3:23: error: architecture.0.dense: '8' (text); expected a whole number (remove the quotes)",
        "3:38: error: architecture.1.dropout: 2; expected a number < 1",
        "3:42: error: architecture.2: unknown layer 'relo' (did you mean 'relu'?)",
        "4:24: error: optimizer.adam.lr: -1; expected a number > 0",
        "4:28: error: optimizer.adam.beta3: unknown key (did you mean 'beta2'?)",
        "5:26: error: schedule.step.every: 0; expected a whole number ≥ 1",
        "6:20: error: training.epochs: 'x' (text); expected a whole number",
    ],
    "fraction_of_an_epoch": [
        "2:20: error: training.epochs: 2.5; expected a whole number",
    ],
    "huge_number": [
        "2:18: error: a whole number of more than 40 digits is not supported (quote it if it is text)",
    ],
    "infinite_rate": [
        "2:24: error: optimizer.adam.lr: .inf; expected a finite number",
    ],
    "latin_1": [
        "1:32: error: byte 0xf6 is not UTF-8; save as UTF-8",
    ],
    "layer_without_width": [
        "2:16: error: architecture.0.dense.units: missing: this key is required",
    ],
    "list_at_top": [
        "1:1: error: this is not a mapping; expected sections such as 'data:'",
    ],
    "merge_key": [
        "2:3: error: the merge key '<<' is not supported (write the keys out)",
    ],
    "missing_space": [
        "4:7: error: a ':' is not expected here (is a space missing after ':' in the line above, 'epochs:3'?)",
    ],
    "momentum_of_one": [
        "2:34: error: optimizer.momentum.momentum: 1.0; expected a number < 1",
    ],
    "negative_rate": [
        "2:18: error: optimizer.sgd: -0.1; expected a number > 0",
    ],
    "no_data": [
        "1:1: error: data: missing: this key is required",
    ],
    "no_epochs": [
        "2:20: error: training.epochs: 0; expected a whole number ≥ 1",
    ],
    "no_target": [
        "1:1: error: data.target: missing: this key is required",
    ],
    "not_a_number": [
        "2:22: error: regularization.l2: .nan; expected a finite number",
    ],
    "null_for_number": [
        "3:10: error: training.epochs: null; expected a whole number",
    ],
    "number_as_key": [
        "2:12: error: the key 0 is not text (write '0' with the quotes)",
    ],
    "number_for_boolean": [
        "2:41: error: architecture.batch_norm: 1; expected true or false",
    ],
    "number_for_list": [
        "2:24: error: architecture.hidden: 64; expected a list",
    ],
    "number_for_path": [
        "1:15: error: data.train: 3; expected the name of one source, or one name with its settings",
    ],
    "number_for_text": [
        "3:11: error: data.target: 3; expected text or a list (put it in quotes)",
        "4:16: error: data.ignore.1: 7; expected text (put it in quotes)",
    ],
    "open_list": [
        "2:31: error: a '}' in the list that begins at 2:24; expected ',' or ']'",
    ],
    "open_quote": [
        "2:10: error: this quote is not closed",
    ],
    "quoted_number": [
        "2:24: error: optimizer.adam.lr: '1e-3' (text); expected a number (remove the quotes)",
    ],
    "settings_of_a_plain_layer": [
        "2:32: error: architecture.1.relu: 0.1; expected no settings: write just its name",
    ],
    "split_above_one": [
        "4:23: error: data.split.validation: 1.5; expected a number ≤ 1",
    ],
    "tab": [
        "2:1: error: a tab character; expected spaces",
    ],
    "tag": [
        "1:15: error: the tag '!!python/name:os.system' is not supported (quote it if it is text)",
        "1:54: error: the tag '!text' is not supported (quote it if it is text)",
    ],
    "text_for_number": [
        "2:24: error: optimizer.adam.lr: 'fast' (text); expected a number",
    ],
    "text_for_section": [
        "2:11: error: training: 'fast' (text); expected a mapping with keys among epochs, batch_size, seed, monitor, metrics, early_stopping, average, max_time, checkpoint_every_steps, shares, threads, compiled, fuse, diagnostics",
    ],
    "two_documents": [
        "2:1: error: a second document; expected one (remove this '---')",
    ],
    "two_optimizers": [
        "2:12: error: optimizer: a mapping with 'sgd', 'adam'; expected the name of one optimizer, or one name with its settings",
    ],
    "underscored_number": [
        "2:20: error: training.epochs: '1_000' (text); expected a whole number (write 1000)",
    ],
    "unknown_activation": [
        "4:15: error: architecture.activation: unknown activation 'rellu' (did you mean 'relu'?)",
    ],
    "unknown_layer": [
        "4:5: error: architecture.1.dence: unknown layer 'dence' (did you mean 'dense'?)",
    ],
    "unknown_optimizer": [
        "2:13: error: optimizer.adamm: unknown optimizer 'adamm' (did you mean 'adam'?)",
    ],
    "unknown_scaling": [
        "4:12: error: data.numeric: unknown scaling 'standardise' (did you mean 'standardize'?)",
    ],
    "unknown_schedule": [
        "2:12: error: schedule.cosin: unknown schedule 'cosin' (did you mean 'cosine'?)",
    ],
    "unknown_section": [
        "2:1: error: optimiser: unknown key (did you mean 'optimizer'?)",
    ],
    "unknown_setting": [
        "5:5: error: optimizer.adam.beta3: unknown key (did you mean 'beta2'?)",
    ],
    "unknown_task": [
        "1:39: error: data.task: 'classify' (text); expected one of classification, multilabel, regression (did you mean 'classification'?)",
    ],
    "utf_16": [
        "1:1: error: byte 0xff is not UTF-8; save as UTF-8",
    ],
    "windows_path": [
        "1:19: error: unknown escape '\\d' (in single quotes a backslash stands for itself)",
    ],
    "wrong_level": [
        "2:1: error: epochs: unknown key (did you mean 'training.epochs'?)",
    ],
    "yes_for_true": [
        "2:41: error: architecture.batch_norm: 'yes' (text); expected true or false (write true)",
    ],
}
"""Line, column and message of every problem, in the order in which they are shown."""


@pytest.mark.parametrize("name", TABLE)
def test_a_broken_config_gives_these_lines(name: str) -> None:
    path = FOLDER / f"{name}.yaml"
    with pytest.raises(ConfigError) as caught:
        load_spec(path)
    assert str(caught.value).split("\n") == [f"{path}:{line}" for line in TABLE[name]]
    assert caught.value.exit_code == 2


def test_every_file_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(TABLE)
    assert len(TABLE) >= 40


def test_what_was_set_is_reported_as_it_was_set(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text("data: {train: x.csv, target: y}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_spec(path, ["optimizer.sgd.lr=-1", "training.epochs=ten", "architecture.hiden=[8]"])
    assert str(caught.value).split("\n") == [
        "--set optimizer.sgd.lr=-1: error: optimizer.sgd.lr: -1; expected a number > 0",
        "--set training.epochs=ten: error: training.epochs: 'ten' (text); expected a whole number",
        "--set architecture.hiden=[8]: error: architecture.hidden: missing: this key is required",
        "--set architecture.hiden=[8]: error: architecture.hiden: unknown key (did you mean 'hidden'?)",
    ]
