"""`nntrain predict`: predictions beside the rows that they are for."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nntrain.cli.options import READING, Checkpoint, Json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nntrain.api.model import Model
    from nntrain.data.prediction import LoadedRows


def predict(
    checkpoint: Checkpoint,
    table: Annotated[
        Path, typer.Argument(metavar="INPUT", help="A table with the columns of training; the target is not needed.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write: .csv, .tsv or .parquet; by default CSV on standard output."),
    ] = None,
    json: Json = False,
) -> None:
    """Write predictions beside the rows of a table.

    The input's columns are kept; behind them come `prediction` and, for classes, a `probability_CLASS` each, for several
    quantiles a `quantile_LEVEL` each. Of several targets, `prediction_TARGET` and, for labels, `probability_TARGET`.
    """
    from nntrain.api.model import load
    from nntrain.cli.output import print_json
    from nntrain.config.messages import shorten
    from nntrain.data.writing import write_predictions, writer_of
    from nntrain.errors import ConfigError
    from nntrain.report.console import note, progress_console, saying
    from nntrain.report.figures import counted

    if out is not None:
        writer_of(out)
    elif json:
        raise ConfigError("--json needs --out FILE: standard output holds either the predictions or the document")
    model = load(checkpoint)
    if out is not None:
        _keep_inputs(out, [table, *map(Path, model.bundle.tables)])
    console = progress_console()
    with saying(console, READING):
        rows = model.rows(table, need_target=False)
    for message in rows.warnings:
        note(console, "warning", message)
    columns = _predictions(model, rows)
    if out is None:
        _print_csv(rows, columns)
    else:
        write_predictions(out, rows.table, columns)
        console.print(f"{counted(len(rows.x), 'row')} predicted: {shorten(str(out), 200)}", soft_wrap=True)
    if json:
        found = {"checkpoint": str(model.bundle.path), "input": str(table), "out": str(out)}
        print_json({**found, "rows": len(rows.x), "unknown": rows.unknown})


def _keep_inputs(out: Path, tables: list[Path]) -> None:
    """Predictions must not be written over what they were made from, nor over what the run was trained on."""
    from nntrain.errors import ConfigError

    for table in tables:
        if out.exists() and table.exists() and out.samefile(table):
            raise ConfigError(f"--out {out}: would overwrite the table itself; name another file")


def _predictions(model: Model, rows: LoadedRows) -> dict[str, NDArray[Any]]:
    """The new columns. Probabilities have the precision of the network, float32."""
    import numpy as np

    outputs = model.outputs(rows)
    columns = _each("prediction", model.labels(outputs), model.targets)
    names = model.targets if model.task == "multilabel" else model.classes or ()
    for k, name in enumerate(names):
        columns[f"probability_{name}"] = outputs[:, k].astype(np.float32)
    for name, values in model.further(rows).items():
        columns |= _each(name, values, model.targets)
    return columns


def _each(name: str, values: NDArray[Any], targets: list[str]) -> dict[str, NDArray[Any]]:
    """A column of that name, or one for each of several targets."""
    if values.ndim == 1:
        return {name: values}
    return {f"{name}_{target}": values[:, t] for t, target in enumerate(targets)}


def _print_csv(rows: LoadedRows, columns: dict[str, NDArray[Any]]) -> None:
    """The file that ``--out`` would have written, on standard output."""
    from nntrain.data.writing import write_predictions

    with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
        path = Path(folder) / "predictions.csv"
        write_predictions(path, rows.table, columns)
        sys.stdout.flush()
        with path.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
    sys.stdout.buffer.flush()
