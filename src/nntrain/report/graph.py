"""A network's graph in the terminal: a tree of nodes, with the numbers of one row where they are wanted."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from nntrain.assemble.graph import Graph, RowTrace
from nntrain.report.console import literal, show
from nntrain.report.figures import counted
from nntrain.report.graph_nodes import GraphNode, Numbers, Seen, input_seen, nodes_of, result_name

MOST_NUMBERS = 8
"""As many numbers are shown one by one; of more the first and the norm."""
FIRST = 4
MOST_INPUTS = 12
"""So many inputs have lines of their own."""
JOINS = {"sum": " + ", "product": " · ", "concat": ", "}


def print_graph(console: Console, graph: Graph, traced: RowTrace | None = None) -> None:
    """The whole graph from input to output."""
    network, of = graph.network, gradient_of(graph, traced)
    tree = Tree(Text(f"input  (B, {network.inputs})"), guide_style="dim")
    for line in input_lines(graph, traced, of):
        tree.add(line)
    for node in nodes_of(graph, traced):
        _add(tree, node, of)
    show(console, tree)
    console.print()
    console.print(Text(f"  {counted(network.vector.values.size, 'parameter')}", "dim"))
    if traced is not None:
        console.print(
            Text(f"  row {traced.row} with the weights that training begins with; its loss is {traced.loss:.6g}", "dim")
        )


def gradient_of(graph: Graph, traced: RowTrace | None) -> str:
    """What stands above the fraction bar: the output's name, or ``loss``."""
    return result_name(graph) if traced is not None and traced.of == "output" else "loss"


def input_lines(graph: Graph, traced: RowTrace | None, of: str) -> Iterator[Text]:
    """Each input by its name, or all in one line."""
    seen, names = input_seen(traced), graph.inputs
    if seen is None:
        yield Text(", ".join([*names[:MOST_INPUTS], *(["…"] if len(names) > MOST_INPUTS else [])]), "dim")
    elif len(names) > MOST_INPUTS:
        yield numbers_line("x", seen, of)
    else:
        for name, value, gradient in zip(names, seen.value, seen.gradient, strict=True):
            yield numbers_line(name, Seen([value], [gradient]), of)


def numbers_line(symbol: str, seen: Seen, of: str) -> Text:
    """``c = 3   ∂e/∂c = 2``."""
    return Text.assemble(
        literal(symbol),
        " = ",
        (shown(seen.value), "bold"),
        "   ",
        literal(f"∂{of}/∂{symbol}", 120),
        " = ",
        (shown(seen.gradient), "cyan"),
    )


def shown(numbers: Numbers) -> str:
    """One number as it is, a few in brackets, of many the first and the Euclidean norm of all."""
    flat = list(_flat(numbers))
    if len(flat) == 1:
        return _short(flat[0])
    if len(flat) > MOST_NUMBERS:
        norm = sum(number * number for number in flat) ** 0.5
        return f"[{' '.join(map(_short, flat[:FIRST]))} … {len(flat):,} in all, norm {_short(norm)}]"
    if isinstance(numbers[0], list):
        return _rows(numbers)
    return f"[{' '.join(map(_short, flat))}]"


def node_title(node: GraphNode) -> str:
    """``1.product  c · d``: a node, and how it joins its branches."""
    names = [branch.name for branch in node.branches]
    if node.kind in JOINS and not any(name.isdecimal() for name in names):
        return f"{node.name}  {JOINS[node.kind].join(names)}"
    return node.name


def _add(tree: Tree, node: GraphNode, of: str) -> None:
    title = Text.assemble(literal(node_title(node), 120), (f"  ({node.inputs} → {node.outputs})", "dim"))
    place = tree.add(title)
    for parameter in node.parameters:
        shape = Text(f"  ({', '.join(map(str, parameter.shape))})", "dim")
        if parameter.seen is None:
            place.add(Text.assemble(parameter.name, shape))
        else:
            place.add(Text.assemble(numbers_line(parameter.name, parameter.seen, of), shape))
    for branch in node.branches:
        name = f"branch {branch.name}" if branch.name.isdecimal() else branch.name or "branch"
        inside = place.add(literal(name))
        for inner in branch.nodes:
            _add(inside, inner, of)
    if node.seen is not None:
        place.add(numbers_line(node.symbol, node.seen, of))


def _rows(numbers: Numbers) -> str:
    rows = (" ".join(_short(number) for number in row) for row in numbers)
    return f"[{' '.join(f'[{row}]' for row in rows)}]"


def _flat(numbers: Numbers) -> Iterator[float]:
    for number in numbers:
        if isinstance(number, list):
            yield from _flat(number)
        else:
            yield number


def _short(number: float) -> str:
    return f"{number + 0.0:.4g}"  # −0 is 0
