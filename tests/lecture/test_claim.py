from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.lecture import find_claims, load_claim, try_claim
from nntrain.lecture.trials import Result

WHOLE = """\
claim: A line fits a line.
because: It is one.
seeds: [0, 1]
base:
  data: {train: t.csv, target: y, task: regression, split: {validation: 0.25}}
  architecture: {hidden: []}
  optimizer: {sgd: {lr: 0.1}}
  training: {epochs: 3}
runs:
  slow: {optimizer.sgd.lr: 0.001}
  usual: {}
show: [train_loss]
expect:
  - "mean(usual.train_loss) < mean(slow.train_loss)"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [f"{x},{2 * x + 1}" for x in range(24)]
    (tmp_path / "t.csv").write_text("x,y\n" + "\n".join(lines) + "\n")
    return tmp_path


def written(folder: Path, text: str = WHOLE) -> Path:
    path = folder / "01_line.yaml"
    path.write_text(text)
    return path


def tried(folder: Path, text: str = WHOLE) -> Result:
    return try_claim(load_claim(written(folder, text)))


def refusal(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_claim(path)
    return [str(problem).replace(f"{path}:", "") for problem in caught.value.problems]


class TestRunning:
    def test_figures_and_curves(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir("/")  # paths are relative to the file
        result = tried(folder)
        assert result.holds
        assert result.as_expected
        (first, second) = result.evidence["usual"]
        assert first.figures["epochs"] == 3
        assert first.figures["parameters"] == 2
        assert first.figures["last_lr"] == pytest.approx(0.1)
        assert {"train_loss", "validation_loss", "train_r2", "zeros", "best_epoch"} <= set(first.figures)
        assert "last_seconds" not in first.figures
        assert len(first.curves["train_loss"]) == 3
        assert first.figures["train_loss"] != second.figures["train_loss"]  # another seed
        assert sorted(path.name for path in folder.iterdir()) == ["01_line.yaml", "t.csv"]

    def test_the_same_bits_twice(self, folder: Path) -> None:
        assert tried(folder).evidence == tried(folder).evidence

    def test_layers_where_diagnostics_are_on(self, folder: Path) -> None:
        text = WHOLE.replace("epochs: 3", "epochs: 3, diagnostics: true").replace(
            "{hidden: []}", "{hidden: [4, 4], activation: relu}"
        )
        figures = tried(folder, text).evidence["usual"][0]
        for name in ("gradient.1.dense", "activation_std.2.relu", "dead.2.relu", "last_gradient.5.output"):
            assert name in figures.figures
        assert len(figures.curves["gradient"]) == 3
        assert figures.curves["gradient"][0] == figures.figures["gradient.1.dense"]
        assert figures.figures["gradient.1.dense"] != figures.figures["last_gradient.1.dense"]

    def test_a_run_that_diverges(self, folder: Path) -> None:
        text = WHOLE.replace("epochs: 3", "epochs: 300").replace("lr: 0.001", "lr: 1e30")
        result = tried(folder, text)
        assert result.holds
        assert result.evidence["slow"][0].figures["diverged"] == 1
        assert result.expected[0].seen.endswith("inf ± nan")

    def test_zeros_are_weights_that_are_nearly_0(self, folder: Path) -> None:
        text = WHOLE.replace("{hidden: []}", "{hidden: [4], activation: relu}") + "  - usual.zeros == 0\n"
        text = text.replace("usual: {}", "usual: {}\n  dead: {initializer: zeros}")
        result = tried(folder, text)
        assert result.evidence["dead"][0].figures["zeros"] == 1
        assert result.evidence["usual"][0].figures["zeros"] == 0


class TestHolding:
    FALSE = WHOLE.replace("<", ">")
    SAID = "holds: false\nseen: The other way round.\n"

    def test_a_claim_that_fails(self, folder: Path) -> None:
        result = tried(folder, self.FALSE)
        (problem,) = result.problems()
        assert not result.as_expected
        assert problem.place.endswith("01_line.yaml:14:5")
        assert problem.message.startswith("expected mean(usual.train_loss) > mean(slow.train_loss); seen ")

    def test_a_claim_that_is_said_to_fail(self, folder: Path) -> None:
        result = tried(folder, self.FALSE + self.SAID)
        assert not result.holds
        assert result.as_expected

    def test_a_claim_that_is_said_to_fail_and_does_not(self, folder: Path) -> None:
        (problem,) = tried(folder, WHOLE + self.SAID).problems()
        assert problem.message == "holds: false, but every expectation came true"
        assert problem.place.endswith("01_line.yaml:15:8")

    def test_what_comes_true_instead(self, folder: Path) -> None:
        instead = 'instead: ["mean(usual.train_loss) < mean(slow.train_loss)", "usual.epochs == 4"]\n'
        (problem,) = tried(folder, self.FALSE + self.SAID + instead).problems()
        assert problem.message == "expected usual.epochs == 4; seen 3"


class TestMistakes:
    def test_all_at_once_with_their_places(self, folder: Path) -> None:
        text = (
            WHOLE.replace("slow: {optimizer.sgd.lr: 0.001}", "slow: {optimizer.sgd.rl: 0.001}")
            .replace("usual: {}", "usual: {training.epochs: many}")
            .replace("mean(usual", "mean(usal")
        )
        assert refusal(folder, text) == [
            "10:28: error: optimizer.sgd.rl: unknown key (known: lr)",
            "11:28: error: training.epochs: 'many' (text); expected a whole number",
            "14:5: error: expect.0: unknown run 'usal' (did you mean 'usual'?)",
        ]

    def test_in_the_base_once(self, folder: Path) -> None:
        assert refusal(folder, WHOLE.replace("lr: 0.1}", "lr: -1}")) == [
            "7:25: error: optimizer.sgd.lr: -1; expected a number > 0"
        ]

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("claim: A", "claims: A", "1:1: error: claims: unknown key (did you mean 'claim'?)"),
            ("expect:\n", "expect: []\nseen: |\n", "13:9: error: expect: an empty list; expected at least 1 item"),
            (
                "  slow:",
                "  s-w:",
                "10:3: error: runs: 's-w' is no name for expectations; expected letters, digits and _",
            ),
            (
                "seeds: [0, 1]",
                "seeds: [1, 1]",
                "3:8: error: seeds: one seed stands there twice; expected different ones",
            ),
            (
                "seeds:",
                "holds: false\nseeds:",
                "3:8: error: holds: false; expected beside it seen: with words for what does come true",
            ),
            (
                "seeds:",
                "demonstration: polygons\nseeds:",
                "3:1: error: demonstration.polygons.first: missing: this key is required",
            ),
            (
                "seeds:",
                "demonstration: boolean_functions\nseeds:",
                "3:16: error: demonstration: stands beside base and runs; expected one or the other",
            ),
            (
                "seeds:",
                "instead: [a.x < 1]\nseeds:",
                "3:10: error: instead: is for claims that do not hold; expected holds: false beside it",
            ),
        ],
    )
    def test_of_the_file(self, folder: Path, old: str, new: str, line: str) -> None:
        assert line in refusal(folder, WHOLE.replace(old, new))

    def test_nothing_to_run(self, folder: Path) -> None:
        (line,) = refusal(folder, "claim: x\nbecause: y\nexpect: [a.x < 1]\n")
        assert line == "1:1: error: nothing to run; expected base: and runs:, or demonstration:"

    def test_figures_and_curves_that_no_run_has(self, folder: Path) -> None:
        text = WHOLE.replace("usual.train_loss", "usual.tran_loss").replace("[train_loss]", "[train_lss]")
        with pytest.raises(ConfigError) as caught:
            tried(folder, text)
        first, second = caught.value.problems
        assert first.place.endswith(":14:5")
        assert "no figure 'tran_loss' (did you mean 'train_loss'?)" in first.message
        assert second.place.endswith(":12:8")
        assert second.message == "show.0: no run has a curve 'train_lss' (did you mean 'train_loss'?)"


class TestFinding:
    def test_by_number_name_and_path(self) -> None:
        files = find_claims([])
        assert find_claims(["1", "perceptron", "01_perceptron", str(files[0])]) == files[:1]
        assert find_claims(["2", "01"]) == [files[1], files[0]]
        assert find_claims(["elsewhere.yaml"]) == [Path("elsewhere.yaml")]

    def test_unknown_names_and_folders(self, tmp_path: Path) -> None:
        with pytest.raises(
            ConfigError, match=r"unknown claim '99'.*\n.*'percptron' \(did you mean '01_perceptron'\?\)"
        ):
            find_claims(["99", "percptron"])
        with pytest.raises(ConfigError, match="no claims here"):
            find_claims([], tmp_path)
        with pytest.raises(ConfigError, match="no such folder"):
            find_claims([], tmp_path / "gone")
