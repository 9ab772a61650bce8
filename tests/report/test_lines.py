from __future__ import annotations

import io

from rich.console import Console

from nntrain.report.lines import LineReport
from nntrain.training.events import EpochEnded, Progressed, RunEnded, RunStarted, Warned


def test_one_plain_line_for_each_epoch() -> None:
    out = io.StringIO()
    figures = {"train_loss": 0.5, "validation_loss": 0.25, "validation_accuracy": 0.9}
    record = {"epoch": 7, "step": 70, "lr": 1e-3, "seconds": 1.5, "samples_per_second": 12345.6, **figures}
    with LineReport(Console(file=out)) as report:
        report(RunStarted(None, 120, 6, 10, 1000, "validation_loss", ["validation_accuracy"]))
        report(Progressed(7, 5, 10, 0.6))
        report(EpochEnded(record, best=True))
        report(EpochEnded({**record, "epoch": 8}, best=False))
        report(Warned("lowered"))
        report(RunEnded("epochs", 7, 8, 3.0))
    told = "train_loss 0.5000  validation_loss 0.2500  validation_accuracy 0.9000  lr 1.00e-03  1.50 s  12,346 rows/s"
    assert out.getvalue().splitlines() == [f"epoch   7/120  {told}  * best", f"epoch   8/120  {told}", "note: lowered"]
