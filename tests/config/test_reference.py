from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from annotated_types import Len

from nntrain.config.docstrings import Block, blocks, setting_docs, summary
from nntrain.config.reference import reference, type_text
from nntrain.types import Count, Fraction, Positive
from tests.config.house import Root, activations, layers, optimizers

PAGE = reference(Root, [optimizers, layers, activations])


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    lines = PAGE.split("\n")
    start = lines.index(heading) + 1
    end = next((i for i in range(start, len(lines)) if lines[i].startswith("#")), len(lines))
    return "\n".join(lines[start:end]).strip()


def test_a_component_with_its_settings_and_example() -> None:
    assert (
        section("### `adam`")
        == """Adaptive moments (Kingma & Ba, 2015). Bias is corrected.

```yaml
adam
adam: {beta1: 0.95}
```

| setting | type | default | meaning |
|---|---|---|---|
| `lr` | number > 0 | `0.001` | step size |
| `beta1` | number ≥ 0 and < 1 | `0.9` | decay of the mean; close to 1 |
| `beta2` | number ≥ 0 and < 1 | `0.999` |  |"""
    )


def test_the_principal_setting_is_marked() -> None:
    assert "| `units` (may stand bare) | whole number ≥ 1 and ≤ 1000000 | required |" in section("### `dense`")


def test_sections_stand_under_their_path() -> None:
    assert "| `patience` | whole number ≥ 1 | `10` |" in section("### `training.early_stopping`")
    assert "| `early_stopping` | true, false or [settings](#trainingearly_stopping) | `null` |" in section(
        "### `training`"
    )
    assert "| `architecture` | [settings](#architecture) or list of [layer](#layers) |" in PAGE


def test_components_of_another_kind_are_linked_and_not_repeated() -> None:
    assert PAGE.count("### `relu`") == 1
    assert PAGE.index("All [activations](#activations) too.") < PAGE.index("## Activations")


def test_it_is_the_same_every_time() -> None:
    assert reference(Root, [optimizers, layers, activations]) == PAGE


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "whole number"),
        (bool, "true or false"),
        (Positive, "number > 0"),
        (Fraction | None, "number ≥ 0 and < 1 or null"),
        (list[Count], "list of whole number ≥ 1"),
        (Annotated[list[str], Len(1, 3)], "list of text at least 1 and at most 3"),
        (dict[str, Positive], "mapping of names to number > 0"),
        (Literal["a", 3], "`a` or `3`"),
        (Any, "any value"),
        (list, "list"),
        (dict, "mapping"),
    ],
)
def test_types_in_words(annotation: Any, text: str) -> None:
    assert type_text(annotation) == text


class TestDocstrings:
    DOC = """One sentence, e.g. this one, with y = 0.5 x. And more
of it.

Shapes    x (B, n)
          y (B, m)
YAML      dense: 64
          dense: {units: 64}
Backward  dW = xᵀ dy

``units``  how many, where
           it matters
``bias``   or none

Prose with ``code``.

    formula
"""

    def test_the_first_sentence(self) -> None:
        assert summary("A b.\nC.") == "A b."
        assert summary("No stop\nat all") == "No stop at all"
        assert summary("x = 0.5 y. More.") == "x = 0.5 y."
        assert summary("") == ""

    def test_the_meaning_of_settings(self) -> None:
        assert setting_docs(self.DOC) == {"units": "how many, where it matters", "bias": "or none"}

    def test_the_parts(self) -> None:
        assert blocks(self.DOC)[1:] == [
            Block("lines", "Shapes    x (B, n)\n          y (B, m)"),
            Block("yaml", "dense: 64\ndense: {units: 64}"),
            Block("lines", "Backward  dW = xᵀ dy"),
            Block("prose", "Prose with `code`."),
            Block("lines", "    formula"),
        ]
