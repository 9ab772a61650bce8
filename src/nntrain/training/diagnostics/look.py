"""One look at the layers of a network, and the file that keeps the looks of a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nntrain.errors import Problem, StorageError
from nntrain.training.atomic import write_atomically
from nntrain.training.run_folder import to_json

FILE = "diagnostics.jsonl"


@dataclass(frozen=True)
class LayerFigures:
    """What one layer did on the probe rows; None where a figure has no meaning for the layer, or is not known.

    ``mean``, ``spread``   of all that it returned: average and standard deviation
    ``dead``               share of units whose activation has no slope on any row (of an activation without bounds: relu…)
    ``saturated``          share of units that are flat on nearly all rows (of a bounded activation: sigmoid, tanh…)
    ``gradient``, ``norm``  ‖∂loss/∂W‖ without penalties, and ‖W‖, of its ``weights`` numbers; W: its weights, else all it trains
    ``update``             ‖ΔW‖ / ‖W‖ of the last step of the epoch
    """

    name: str
    mean: float
    spread: float
    dead: float | None = None
    saturated: float | None = None
    gradient: float | None = None
    norm: float | None = None
    weights: int = 0
    update: float | None = None

    @property
    def gradient_per_weight(self) -> float | None:
        """Root of the mean square of its gradient's entries: comparable between layers of different sizes."""
        return None if self.gradient is None else self.gradient / self.weights**0.5


@dataclass(frozen=True)
class Look:
    """One line of `diagnostics.jsonl`: the layers after ``step`` steps; ``loss`` is that of the probe rows.

    ``expected`` is the loss of a network that answers 0 to everything: ln K for K classes, the variance of the target
    for a squared error.
    """

    epoch: int
    step: int
    rows: int
    loss: float
    expected: float
    layers: tuple[LayerFigures, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)


def read_looks(path: Path) -> list[Look]:
    """The looks in a file, up to a line that a killed process left unfinished; none where there is no file."""
    looks: list[Look] = []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                looks.append(_from_plain(json.loads(line)))
            except (ValueError, TypeError, KeyError):
                break
    return looks


def write_looks(path: Path, looks: Sequence[Look]) -> None:
    """The file anew."""
    write_atomically(path, ["".join(to_json(look.plain()) + "\n" for look in looks).encode()])


def append_look(path: Path, look: Look) -> None:
    """One more line."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(to_json(look.plain()) + "\n")
    except OSError as error:
        raise StorageError(Problem(str(path), f"{error.strerror or error}")) from None


def _from_plain(plain: dict[str, Any]) -> Look:
    """What is null in the file was not finite."""
    numbers = {key: float("nan") if plain[key] is None else plain[key] for key in ("loss", "expected")}
    layers = [LayerFigures(**{**layer, **_finite_or_nan(layer)}) for layer in plain["layers"]]
    return Look(**{**plain, **numbers, "layers": tuple(layers)})


def _finite_or_nan(layer: dict[str, Any]) -> dict[str, float]:
    return {key: float("nan") for key in ("mean", "spread") if layer[key] is None}
