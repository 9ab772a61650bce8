"""A list of layer choices → a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nntrain.config.paths import Loc
from nntrain.config.registry import Choice
from nntrain.errors import ConfigError, Problem
from nntrain.network import Network, Plan, Site
from nntrain.network.chain import build_row
from nntrain.network.initializer import xavier_normal
from nntrain.network.layer import Row
from nntrain.spec import Spec
from nntrain.spec.architecture import ANY_LAYER, MultilayerPerceptron
from nntrain.types import Feature

OUTPUT = "output"


def layer_choices(spec: Spec, features: Sequence[Feature] = ()) -> list[Choice]:
    """The layers of a config in order, ending in an output layer; codes among the ``features`` are embedded first."""
    architecture = spec.config.architecture
    written_out = architecture.layers() if isinstance(architecture, MultilayerPerceptron) else architecture
    choices = list(written_out)
    if isinstance(architecture, MultilayerPerceptron) and any(feature.kind == "code" for feature in features):
        choices.insert(0, ANY_LAYER.check("embedding"))
    if misplaced := list(_misplaced_outputs(choices, ("architecture",))):
        errors = [spec.error(loc, "output must be the last layer") for loc in misplaced]
        raise ConfigError([problem for error in errors for problem in error.problems])
    if not ends_in_output(choices):
        choices.append(ANY_LAYER.check(OUTPUT))
    return choices


def ends_in_output(choices: Sequence[Choice]) -> bool:
    """Whether the last layer is an output layer, or joins branches that all end in one."""
    if not choices:
        return False
    last = choices[-1]
    if not getattr(last.component.factory, "ends_in_outputs", False):
        return last.name == OUTPUT
    return all(ends_in_output(row) for _, row in rows_inside(last))


def rows_inside(choice: Choice) -> Iterator[tuple[Loc, list[Choice]]]:
    """The rows of layers among a layer's settings, each with its path."""
    for key in ("layers", "branches"):
        value: Any = choice.settings.get(key)
        if key == "layers" and isinstance(value, list):
            yield (choice.name, key), value
        elif key == "branches":
            named = value.items() if isinstance(value, dict) else enumerate(value or ())
            for name, row in named:
                yield (choice.name, key, name), row if isinstance(row, list) else [row]


def _misplaced_outputs(choices: Sequence[Choice], loc: Loc, last: bool = True) -> Iterator[Loc]:
    """The places of output layers that do not stand at the end of the network."""
    ends = last and ends_in_output(choices)
    for position, choice in enumerate(choices):
        at_end = ends and position == len(choices) - 1
        if choice.name == OUTPUT and not at_end:
            yield (*loc, position)
        for inner, row in rows_inside(choice):
            yield from _misplaced_outputs(row, (*loc, position, *inner), at_end)


def build_network(
    choices: Sequence[Choice], inputs: int, outputs: int, plan: Plan, features: Sequence[Feature] | None = None
) -> Network:
    """Build every layer at its site, then the flat vectors behind them; ``features`` are the inputs' names."""
    names = tuple(features) if features is not None else None
    return Network(plan, build_row(Site(plan, "", inputs, xavier_normal, outputs, names), choices), inputs)


def with_layers_places(spec: Spec, error: ConfigError) -> ConfigError:
    """The same error, its messages that begin with a layer's name put where the config has that layer, or what holds it."""
    written = spec.document.value.get("architecture")
    problems: list[Problem] = []
    for problem in error.problems:
        number = problem.message.partition(".")[0]
        if problem.place or not number.isdecimal() or not isinstance(written, list) or int(number) > len(written):
            problems.append(problem)
        else:
            problems += spec.error(("architecture", int(number) - 1), f"layer {problem.message}").problems
    return ConfigError(problems)


def blocked_gradients(network: Network) -> Iterator[tuple[str, str]]:
    """The layers that let no gradient through to parameters in front of them, with the sentence that says so."""
    trained = [parameter.name for parameter in network.vector.parameters]
    yield from _blocked(list(zip(network.names, network.layers, strict=True)), trained)


def _blocked(row: Row, trained: Sequence[str]) -> Iterator[tuple[str, str]]:
    before = False
    for name, layer in row:
        if before and layer.blocks_gradient is not None:
            yield name, layer.blocks_gradient
        for branch in layer.branches():
            yield from _blocked(branch, trained)
        before = before or any(parameter.startswith((f"{name}/", f"{name}.")) for parameter in trained)
