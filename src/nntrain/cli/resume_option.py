"""``--resume [RUN]``: an option whose value may be left out, and the run that it means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    from nntrain.api.reopen import Reopened

LATEST = ""
"""The value of a bare ``--resume``: the latest run of the config."""


class FitCommand(TyperCommand):
    """The command `fit`, which may be told ``--resume`` with or without a run."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write the value of a bare ``--resume`` out, then parse as always."""
        return super().parse_args(ctx, with_value(args))


def with_value(arguments: Sequence[str]) -> list[str]:
    """The arguments with ``--resume`` as ``--resume=VALUE``.

    What follows is the value, unless it is another option, the end, or a config (``.yaml``, ``.yml``): then the value is
    left out, and means the latest run of the config.
    """
    result: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            return [*result, argument, *rest]
        if argument == "--resume":
            bare = not rest or rest[0].startswith("-") or rest[0].endswith((".yaml", ".yml"))
            argument = f"--resume={LATEST if bare else rest.pop(0)}"
        result.append(argument)
    return result


def run_to_resume(resume: str, config: Path | None, out: Path | None) -> Path | None:
    """The run folder that ``--resume`` means; None if there is none yet, which only a bare one may say."""
    from nntrain.errors import ConfigError
    from nntrain.training.run_folder import can_go_on, latest_run

    if resume != LATEST:
        if out is not None:
            raise ConfigError(f"--out {out}: a resumed run stays in its folder, {resume}; leave --out away")
        return Path(resume)
    if config is None:
        raise ConfigError("--resume without CONFIG needs the run to go on with: nntrain fit --resume runs/latest")
    if out is None:
        return latest_run(config.stem)
    return latest_run(out.name, out.parent) or (out if can_go_on(out) else None)


def differing_note(reopened: Reopened, config: Path) -> list[str]:
    """What to say where a CONFIG given beside the run says something else than the run recorded."""
    from nntrain.api.reopen import differences
    from nntrain.config.writer import inline
    from nntrain.spec import load_spec

    recorded = reopened.checkpoint.header["config"] if reopened.checkpoint else reopened.prepared.spec.plain()
    differing = [
        f"{key} {inline(old)} (there: {inline(new)})"
        for key, old, new in differences(recorded, load_spec(config).plain())
        if new is not None
    ]
    if not differing:
        return []
    shown = "; ".join(differing[:5]) + (f"; and {len(differing) - 5} more" if len(differing) > 5 else "")
    return [f"the run keeps its own settings where {config} differs (--set changes them): {shown}"]
