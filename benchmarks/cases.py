"""What is trained: networks of several shapes, each with its batch, optimizer and a table of random rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FLOAT = np.dtype(np.float32).itemsize


@dataclass(frozen=True)
class Case:
    """A network n-(hidden)-outputs with relu between, trained with softmax (or, with one output, sigmoid) cross-entropy.

    ``steps``  of an epoch, so that there are steps × batch rows
    """

    name: str
    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    batch: int
    steps: int
    optimizer: str = "adam"
    dropout: float = 0.0
    batch_norm: bool = False

    @property
    def rows(self) -> int:
        """Rows of the table; whole batches, as some peers compile one batch shape only."""
        return self.steps * self.batch

    @property
    def classes(self) -> int:
        """One output tells two classes apart."""
        return max(self.outputs, 2)

    @property
    def widths(self) -> tuple[int, ...]:
        """n, the hidden widths, the outputs."""
        return self.inputs, *self.hidden, self.outputs

    @property
    def weights(self) -> list[tuple[int, int]]:
        """The shapes of the weight matrices."""
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    @property
    def parameters(self) -> int:
        """Weights, biases; with batch normalisation scale and shift instead of the bias."""
        matrices = sum(n * m for n, m in self.weights)
        return matrices + self.outputs + sum(self.hidden) * (2 if self.batch_norm else 1)

    @property
    def notation(self) -> str:
        """As in `54-512-256-7`; equal hidden layers are written once."""
        block = "bn relu dropout " + f"{self.dropout:g}" if self.batch_norm else "relu"
        widths = [str(width) for width in self.hidden]
        if len(set(self.hidden)) == 1 and len(self.hidden) > 2:
            widths = [f"({self.hidden[0]} {block})×{len(self.hidden)}"]
        return "-".join([str(self.inputs), *widths, str(self.outputs)])

    def quick(self) -> Case:
        """The same with few steps, to try whether everything works."""
        return replace(self, steps=min(self.steps, 12))


CASES = {
    case.name: case
    for case in (
        Case("tiny", 20, (64, 64), 3, batch=32, steps=1_000),
        Case("mnist", 784, (256, 128), 10, batch=128, steps=300),
        Case("recipe", 54, (256, 256, 256), 7, batch=256, steps=300, optimizer="adamw", dropout=0.2, batch_norm=True),
        Case("tabular", 54, (512, 256), 7, batch=1_024, steps=200),
        Case("wide", 784, (1_024, 1_024), 10, batch=256, steps=100),
        Case("deep", 32, (32,) * 16, 2, batch=64, steps=500),
        Case("large", 54, (256, 256), 7, batch=8_192, steps=100),
        Case("linear", 100, (), 1, batch=64, steps=1_000),
    )
}
"""The cases by name."""


def synthetic(case: Case) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Standard normal x (rows, n), and y (rows,) by a linear teacher with so much noise that gradients never vanish."""
    random = np.random.default_rng(0)
    x = random.standard_normal((case.rows, case.inputs), dtype=np.float32)
    teacher = random.standard_normal((case.inputs, case.classes), dtype=np.float32)
    scores = x @ teacher
    scores += random.gumbel(scale=float(np.std(scores)), size=scores.shape).astype(np.float32)
    return x, scores.argmax(axis=1).astype(np.int64)
