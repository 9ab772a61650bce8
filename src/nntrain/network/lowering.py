"""From stages to instructions: a whole training step for `nntrain.kernels.compiled.program`, where every part has one.

What has none, a single layer or the loss, leaves the network to run stage by stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from nntrain.kernels.instructions import LINE, Code, Op
from nntrain.network.fusion import DenseStage, NormStage, Stage, Tail
from nntrain.network.kinds import keeps_slope
from nntrain.network.loss import Loss

LOSSES = {"softmax_cross_entropy": 0, "logistic_loss": 1, "squared_error": 2}
"""The losses that a compiled program knows, by their kernels."""

LEAST, WIDTHS = 512, 2
"""Rows of each thread that a piece of a batch has at least, and how many times as many as the widest layer has units."""

THIN = 64
"""Inner width of a product below which there is little to pack."""

Fields: TypeAlias = dict[str, Any]


def lowerable(stages: Sequence[Stage], loss: Loss) -> bool:
    """Whether every part of a step has an instruction."""
    return all(isinstance(stage, DenseStage | NormStage) for stage in stages) and loss.kernel_name in LOSSES


def lower(stages: Sequence[Any], loss: Loss, inputs: int, capacity: int, shares: int) -> Code:
    """The instructions of forward pass, loss and backward pass over batches of up to ``capacity`` rows, or pieces of them."""
    code = Code(rows_together(stages, capacity, shares), shares)
    x = code.batch(inputs)
    code.add(Op.GATHER, y=x, n=inputs)
    passed: list[tuple[Any, Fields]] = []
    for stage in stages:
        fields = {"x": x, "y": code.batch(stage.width), "m": stage.width} | _own_fields(stage, code)
        fields["told"] = code.batch(stage.width) if keeps_slope(stage.tail.kind) else fields["y"]
        if isinstance(stage, NormStage):
            code.add(Op.NORM, **fields)
        elif by_columns(fields["n"], stage.width, code):
            _add_all(code, [(Op.MEET, {}), (Op.PRODUCT, fields), (Op.MEET, {}), (Op.ACTIVATE, fields)])
        else:
            code.add(Op.AFFINE, **fields)
        passed.append((stage, fields))
        x = fields["y"]
    z, m = code.batch(stages[-1].width), stages[-1].width
    code.add(Op.LOSS, x=x, z=z, m=m, phi=LOSSES[loss.kernel_name])
    _backward(code, passed, z)
    return code


def rows_together(stages: Sequence[Any], batch: int, shares: int) -> int:
    """How many rows of a batch go through the instructions together: so few that activations stay in the caches.

    All of them where batch_norm couples rows. For every piece of a batch weights are packed anew, and their gradients read
    and written: wide layers want long pieces.
    """
    piece = shares * max(LEAST, WIDTHS * max((stage.width for stage in stages), default=0))
    pieces: int = round(batch / piece)
    if pieces < 2 or any(isinstance(stage, NormStage) for stage in stages):
        return batch
    return -(-batch // (pieces * LINE)) * LINE


def by_columns(inner: int, width: int, code: Code) -> bool:
    """Whether threads share a product (B, inner) (inner, width) by its columns instead of its rows.

    Each packs its share of one factor and all of the other for the cache; sharing the larger one saves most, unless both
    are thin. They must meet before, as they read all rows, and after.
    """
    return code.shares > 1 and width > code.capacity and inner >= THIN


def _backward(code: Code, passed: list[tuple[Any, Fields]], z: int) -> None:
    """From the gradient at the logits, at z, to that of every parameter.

    Alone, a thread computes ∂W while z is hot; several must have met before, as it needs all rows.
    """
    late: list[tuple[Op, Fields]] = []
    for position, (stage, fields) in reversed(list(enumerate(passed))):
        if isinstance(stage, NormStage):
            parts = code.room(2 * code.shares * stage.width)
            code.add(Op.NORM_BACK, **{**fields, "z": z, "part": parts})
            continue
        part = code.room(code.shares * stage.width)
        code.add(Op.UNWIND, **{**fields, "z": z, "part": part})
        products: list[tuple[Op, Fields]] = [(Op.WEIGHTS, {**fields, "z": z})]
        if fields["b"] >= 0:
            products.append((Op.BIAS, {**fields, "part": part}))
        if code.shares > 1:
            late += products
        else:
            _add_all(code, products)
        if position:
            dx = code.batch(fields["n"])
            back = {**fields, "z": z, "y": dx}
            if by_columns(fields["m"], fields["n"], code):
                _add_all(code, [(Op.MEET, {}), (Op.BACK_PRODUCT, back), (Op.MEET, {})])
            else:
                code.add(Op.BACK, **back)
            z = dx
    if late:
        code.add(Op.MEET)
    _add_all(code, late)


def _add_all(code: Code, instructions: list[tuple[Op, Fields]]) -> None:
    for op, fields in instructions:
        code.add(op, **fields)


def _own_fields(stage: DenseStage | NormStage, code: Code) -> Fields:
    """What a stage's instructions have in common: parameters, activation, dropout."""
    tail = _tail(stage.tail, code)
    if isinstance(stage, DenseStage):
        own = {"w": stage.W.offset, "n": stage.W.shape[0]} | tail
        return own | ({"b": stage.b.offset} if stage.b is not None else {"b": -1, "part": code.room(stage.width)})
    norm, width = stage.norm, stage.width
    return tail | {
        "w": norm.gamma.offset,
        "b": norm.beta.offset,
        "part": code.room(2 * code.shares * width),
        "statistics": code.room(5 * code.shares * width),
        "mean": norm.running_mean.offset,
        "variance": norm.running_variance.offset,
        "epsilon": norm.epsilon,
        "momentum": norm.momentum,
    }


def _tail(tail: Tail, code: Code) -> Fields:
    key = code.mask(tail.key)
    return {"phi": tail.kind, "a": tail.setting, "mask": key, "limit": tail.limit, "scale": tail.scale}
