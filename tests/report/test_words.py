from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.report.words import label, named, shortened, source


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("cosine", "cosine"),
        ({"adam": {"lr": 0.001, "beta1": 0.9, "extra": None}}, "adam (lr 0.001, beta1 0.9)"),
        (
            {"warmup": {"epochs": 5.0, "then": {"cosine": {"final": 0.0}}}},
            "warmup (epochs 5.0, then cosine (final 0.0))",
        ),
    ],
)
def test_named_things(value: object, words: str) -> None:
    assert named(value) == words


def test_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    path = {"path": str(tmp_path / "configs/../data/a.csv"), "format": None, "delimiter": None}
    assert source({"file": path}) == "data/a.csv"
    assert source({"sql": {"query": "SELECT 1\nFROM x", "base": "."}}) == r"sql: SELECT 1\nFROM x"
    assert source({"xor": {"rows": 4}}) == "xor (rows 4)"


def test_lists_and_labels() -> None:
    assert shortened("abc", 2) == "a · b · c"
    assert shortened("abcdef", 2) == "a · b · and 4 more"
    assert [label(name) for name in ("roc_auc", "macro_f1", "r2", "log_loss")] == [
        "ROC AUC",
        "macro F1",
        "R²",
        "log loss",
    ]
