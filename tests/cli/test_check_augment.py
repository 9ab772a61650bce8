"""`nntrain check --augment`: rows before and after, and pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.cli.conftest import Cli
from tests.report.test_png import decode


def test_check_shows_what_changes(cli: Cli) -> None:
    option = ("--set", "augmentation=[{swap_noise: 0.5}, {mixup: 1.0}]")
    done = cli("check", "c.yaml", "--augment", *option)
    assert done.code == 0, done.err
    assert "row 4" in done.out
    assert "town [/]" in done.out
    assert " → " in done.out
    found = json.loads(cli("check", "c.yaml", "--augment", "--json", *option).out)
    assert found["picture"] is None
    assert len(found["rows"]) == 4
    assert list(found["rows"][0]) == ["a[/b]", "[bold]x", "town [/]", "class[/x]"]
    assert not list(Path().glob("*.png"))
    assert "augmentation  swap_noise (rate 0.5), mixup (alpha 1.0)" in cli("check", "c.yaml", *option).out
    assert "augmentation  swap_noise" in cli("fit", "c.yaml", *option).err


def test_check_needs_augmentation_to_show_some(cli: Cli) -> None:
    done = cli("check", "c.yaml", "--augment")
    assert done.code == 2
    assert "augmentation: nothing to show" in done.err


def test_check_writes_pictures(cli: Cli) -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 16, (60, 20))
    lines = [",".join([*(f"p{pixel}" for pixel in range(20)), "y"])]
    lines += [",".join([*map(str, row), "ab"[int(row[0] > 7)]]) for row in rows]
    Path("p.csv").write_text("\n".join(lines) + "\n")
    Path("p.yaml").write_text("data: {train: p.csv, target: y, image: [4, 5]}\naugmentation: [flip, {shift: 1}]\n")
    done = cli("check", "p.yaml", "--augment")
    assert done.code == 0, done.err
    assert "p-augmentation.png" in done.out
    grey = decode(Path("p-augmentation.png").read_bytes())
    assert grey.shape == (8 * (4 * 20 + 4), 8 * (5 * 20 + 4))
    assert {grey.min(), grey.max()} == {0, 255}
