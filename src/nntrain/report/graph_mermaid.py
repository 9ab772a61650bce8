"""A network's graph as Mermaid text, which GitHub and many editors draw."""

from __future__ import annotations

from nntrain.assemble.graph import Graph, RowTrace
from nntrain.report.graph import gradient_of, input_lines, node_title, shown
from nntrain.report.graph_nodes import GraphNode, Seen, nodes_of


def mermaid(graph: Graph, traced: RowTrace | None = None) -> str:
    """A flow chart from the input down; with a trace each node with its value and gradient."""
    chart = _Chart(gradient_of(graph, traced))
    inputs = [line.plain for line in input_lines(graph, traced, chart.of)]
    start = chart.node([f"input (B, {graph.network.inputs})", *inputs], "", None)
    chart.row(start, nodes_of(graph, traced))
    return "\n".join(["flowchart TD", *chart.lines]) + "\n"


class _Chart:
    def __init__(self, of: str) -> None:
        self.of, self.lines, self.count = of, list[str](), 0

    def node(self, texts: list[str], symbol: str, seen: Seen | None) -> str:
        """One box; its id."""
        if seen is not None:
            texts = [*texts, f"{symbol} = {shown(seen.value)}", f"∂{self.of}/∂{symbol} = {shown(seen.gradient)}"]
        name = f"n{self.count}"
        self.count += 1
        self.lines.append(f'    {name}["{"<br/>".join(map(escaped, texts))}"]')
        return name

    def row(self, start: str, nodes: list[GraphNode]) -> str:
        """Boxes one below the other, from the box ``start`` on; the id of the last."""
        for node in nodes:
            ends = [(self.row(start, branch.nodes), branch.name) for branch in node.branches]
            shapes = [f"{weights.name} ({', '.join(map(str, weights.shape))})" for weights in node.parameters]
            texts = [node_title(node), f"(B, {node.outputs})", *([", ".join(shapes)] if shapes else [])]
            joined = self.node(texts, node.symbol, node.seen)
            if not ends or node.kind == "residual":
                self.lines.append(f"    {start} --> {joined}")
            for end, name in ends:
                label = f'|"{escaped(name)}"|' if name else ""
                self.lines.append(f"    {end} -->{label} {joined}")
            start = joined
        return start


def escaped(text: str) -> str:
    """Text that Mermaid takes as it is: its own signs and those of HTML as entities."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    for char, entity in (("#", "#35;"), ("&", "#38;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        kept = kept.replace(char, entity)
    return kept
