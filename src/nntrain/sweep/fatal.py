"""What ended a worker's run for good, raised again in the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from nntrain.errors import CheckpointError, ConfigError, DataError, NNTrainError, Problem, StorageError

KINDS: dict[int, type[NNTrainError]] = {
    kind.exit_code: kind for kind in (ConfigError, DataError, CheckpointError, StorageError)
}


def raise_fatal(code: int, problems: Sequence[Sequence[str]], where: str) -> NoReturn:
    """The error with this exit code; a bug comes with the worker's traceback."""
    if code not in KINDS:
        traceback = "\n".join(message for _, message in problems).strip()
        bug = RuntimeError(f"in a worker, {where}: {traceback.splitlines()[-1]}")
        bug.add_note(traceback)
        raise bug
    raise KINDS[code]([Problem(place, f"{message} ({where})") for place, message in problems])
