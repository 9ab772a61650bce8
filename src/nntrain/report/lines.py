"""A run as it happens, in a log: one plain line for each epoch."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console

from nntrain.report.figures import figure, rate, seconds
from nntrain.training.events import EpochEnded, Event, Record, RunStarted, Warned


class LineReport:
    """A listener that writes a line at the end of every epoch: all its figures, and ``* best`` where it is."""

    def __init__(self, console: Console) -> None:
        self.stream = console.file
        self.epochs = 0

    def __enter__(self) -> LineReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.flush()

    def __call__(self, event: Event) -> None:
        """Write what is worth a line."""
        if isinstance(event, EpochEnded):
            self._write(epoch_line(event.record, self.epochs, best=event.best))
        elif isinstance(event, RunStarted):
            self.epochs = event.epochs
        elif isinstance(event, Warned):
            self._write(f"note: {event.message}")

    def _write(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()


def epoch_line(record: Record, epochs: int, *, best: bool) -> str:
    """``epoch  3/60  train_loss 0.1234  validation_loss 0.2345  lr 1.00e-03  0.12 s  12,345 rows/s  * best``."""
    names = [name for name in record if name.startswith(("train_", "validation_"))]
    parts = [f"epoch {record['epoch']:>{len(str(epochs))}}/{epochs}"]
    parts += [f"{name} {figure(record[name])}" for name in names]
    parts += [
        f"lr {rate(record['lr'])}",
        f"{seconds(record['seconds'])} s",
        f"{record['samples_per_second']:,.0f} rows/s",
    ]
    return "  ".join(parts) + ("  * best" if best else "")
