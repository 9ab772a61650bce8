from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

LECTURE = Path(__file__).resolve().parents[2] / "configs" / "graph.yaml"


def lines(out: str) -> list[str]:
    return [line.strip("│├└─ ") for line in out.splitlines()]


class TestTheLecture:
    def test_every_node_and_gradient(self, cli: Cli) -> None:
        done = cli("graph", LECTURE, "--row", 0)
        assert (done.code, done.err) == (0, "")
        shown = lines(done.out)
        for line in (
            "a = 2   ∂e/∂a = 2",
            "b = 1   ∂e/∂b = 5",
            "c = 3   ∂e/∂c = 2",
            "d = 2   ∂e/∂d = 3",
            "e = 6   ∂e/∂e = 1",
        ):
            assert line in shown
        assert "1.product  c · d  (2 → 1)" in shown
        assert "W = [[1] [1]]   ∂e/∂W = [[4] [2]]  (2, 1)" in shown

    def test_of_the_loss(self, cli: Cli) -> None:
        """The chain rule: ∂loss/∂a is ∂e/∂a times ∂loss/∂e."""
        result = json.loads(cli("graph", LECTURE, "--row", 0, "--of", "loss", "--json").out)
        slope = result["nodes"][0]["seen"]["gradient"][0]
        assert result["input"]["seen"]["gradient"] == pytest.approx([2 * slope, 5 * slope])
        assert result["of"] == "loss"

    def test_json(self, cli: Cli) -> None:
        result: dict[str, Any] = json.loads(cli("graph", LECTURE, "--row", 0, "--json").out)
        assert result["input"] == {"names": ["a", "b"], "seen": {"value": [2.0, 1.0], "gradient": [2.0, 5.0]}}
        (product,) = result["nodes"]
        assert product["seen"] == {"value": [6.0], "gradient": [1.0]}
        assert [branch["name"] for branch in product["branches"]] == ["c", "d"]
        assert product["branches"][1]["nodes"][0]["seen"] == {"value": [2.0], "gradient": [3.0]}
        assert (result["row"], result["of"], result["parameters"]) == (0, "output", 5)

    def test_mermaid(self, cli: Cli) -> None:
        out = cli("graph", LECTURE, "--row", 0, "--mermaid").out
        assert out.startswith("flowchart TD\n")
        for part in ("a = 2   ∂e/∂a = 2", "c = 3<br/>∂e/∂c = 2", 'n1 -->|"c"| n3', "n0 --> n2"):
            assert part in out

    def test_without_a_row_only_shapes(self, cli: Cli) -> None:
        done = cli("graph", LECTURE)
        assert "(2 → 1)" in done.out
        assert " = " not in done.out
        assert json.loads(cli("graph", LECTURE, "--json").out)["nodes"][0]["seen"] is None


def test_a_classifier_with_batch_norm(cli: Cli) -> None:
    before = sorted(Path().iterdir())
    assignments = ("--set", "architecture=[{dense: 20}, batch_norm, {residual: [relu, {dropout: 0.2}]}]")
    done = cli("graph", "c.yaml", "--row", 3, *assignments)
    assert (done.code, done.err) == (0, "")
    assert "20 in all, norm" in done.out
    assert "∂loss/∂output" in done.out.replace("\n", "")
    assert "3.residual.1.relu" in done.out
    assert sorted(Path().iterdir()) == before
    nasty = cli("graph", "c.yaml", "--mermaid", *assignments).out
    assert "[bold]x" in nasty
    assert "n2 --> n5" in nasty  # past the branch
    assert "n4 --> n5" in nasty


def test_a_network_that_cannot_be_trained_can_be_drawn(cli: Cli) -> None:
    assert cli("graph", "c.yaml", "--set", "architecture=[{dense: 3}, step]", "--row", 0).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--row", 999], "--row 999: the training table has no such row, or it is in no split; expected 0 to 119"),
        (["--row", -1], "--row -1: the training table has no such row"),
        (["--row", 0, "--of", "output"], "--of output: the network has 3 outputs; expected --of loss"),
        (["--of", "loss"], "--of loss: says what gradients are of"),
        (["--row", 0, "--of", "x"], "--of x: expected output or loss"),
        (["--json", "--mermaid"], "--json and --mermaid: expected one of them"),
        (
            ["--set", "architecture=[{residual: [{dense: 3}, {dense: 4}]}]"],
            "layer 1.residual: its input has 6 columns and its branch 4",
        ),
    ],
)
def test_mistakes(cli: Cli, arguments: list[object], message: str) -> None:
    done = cli("graph", "c.yaml", *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""
