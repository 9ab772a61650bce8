"""The end of a sweep: the best config as a file, the test rows opened once, and everything in a table."""

from __future__ import annotations

import json
import time
from pathlib import Path

from nntrain.api.model import load
from nntrain.config.writer import dump_yaml
from nntrain.spec import spec_from
from nntrain.sweep.folder import SweepFolder
from nntrain.sweep.identity import Identities
from nntrain.sweep.rows import Row
from nntrain.training.atomic import write_atomically
from nntrain.training.run_folder import BEST

OPENINGS = "test.jsonl"
"""When the test rows were opened, for which run, with what figures."""


def write_best(identities: Identities, folder: SweepFolder, row: Row, words: str) -> Path:
    """``best.yaml``: the config of a run as `nntrain fit` takes it; of cross-validation with the base's own split."""
    sweep = identities.sweep
    config = sweep.spec(row.plan.coordinates, {"training.seed": row.plan.seed}).plain()
    own = spec_from(sweep.base, sweep.name).plain()["data"]["split"]
    config["data"]["split"] |= {key: own[key] for key in ("folds", "fold")}
    path = folder.path / "best.yaml"
    head = f"# {words}\n# Train it again: nntrain fit {path}\n"
    write_atomically(path, [(head + dump_yaml(config)).encode()])
    return path


def test_figures(folder: SweepFolder, row: Row) -> tuple[dict[str, float] | None, int]:
    """The figures of a run on the test rows, if there are any, and how often they were opened. A run is judged once."""
    log = folder.path / OPENINGS
    openings = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
    for opening in openings:
        if opening["trial"] == row.name:
            return opening["metrics"], len(openings)
    run = folder.trials / row.name
    if not (run / BEST).exists():  # on another machine
        return None, len(openings)
    model = load(run)
    if "test" not in model.splits:
        return None, len(openings)
    opening = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "trial": row.name,
        "metrics": model.evaluate(split="test"),
    }
    openings.append(opening)
    write_atomically(log, [(json.dumps(line) + "\n").encode() for line in openings])
    return opening["metrics"], len(openings)
