"""Branching layers with something inside: nested, named, projected, fused, coupled."""

from __future__ import annotations

from typing import Any

Settings = dict[str, Any]
BRANCHED: list[tuple[str, Settings]] = [
    ("residual", {"layers": [{"dense": 6}, "relu", {"dense": 3}], "project": True}),
    ("residual", {"layers": ["batch_norm", "tanh", {"dropout": 0.4}]}),
    ("residual", {"layers": ["layer_norm", {"residual": [{"scale": 0.3}, "sigmoid"]}]}),
    ("sum", {"branches": [[{"dense": 4}, "relu", {"dense": 2}], {"dense": {"units": 2, "bias": False}}]}),
    (
        "product",
        {"branches": [{"dense": 3}, [{"dense": 3}, "sigmoid"], [{"dense": 3}, "tanh", {"gaussian_noise": 0.1}]]},
    ),
    (
        "concat",
        {"branches": {"near": {"dense": 2}, "far": [{"dense": 3}, "gelu", {"alpha_dropout": 0.2}], "x": "identity"}},
    ),
    ("concat", {"branches": [{"select": [0]}, {"sum": ["tanh", {"product": ["identity", "sigmoid"]}]}]}),
    (
        "sum",
        {"branches": [["prelu", {"dense": 2}], [{"concat": ["tanh", "softplus"]}, {"dense": 2}, "batch_norm", "relu"]]},
    ),
]
