"""Learning rates that rise and fall: restarts, one cycle, and cycles on a logarithmic scale."""

from __future__ import annotations

import math
from typing import Annotated

from annotated_types import Ge, Le

from nntrain.optim.annealing import falling_cosine, share_done
from nntrain.optim.schedule import Progress, schedules
from nntrain.types import Share

Cycles = Annotated[int, Ge(1), Le(100)]
Growth = Annotated[float, Ge(1), Le(10)]
Inside = Annotated[float, Ge(0.001), Le(0.999)]

ROUNDING = 1e-9
"""Of a cycle: a moment that is no further from its end is the start of the next one."""


@schedules
def cosine_restarts(progress: Progress, *, cycles: Cycles = 3, growth: Growth = 2.0, final: Share = 0.0) -> float:
    """n cycles, each m times as long as the one before, of lr₀ · (f + (1 − f) · ½ (1 + cos(π s))), s the share of it done.

    YAML      cosine_restarts        cosine_restarts: {cycles: 4, growth: 1, final: 0.01}

    n is ``cycles``, m ``growth``, f ``final`` (Loshchilov & Hutter, 2017: SGDR). The last cycle ends with the run: the first
    is 1/(1 + m + m² + … + mⁿ⁻¹) of it, which is T₀ of PyTorch's CosineAnnealingWarmRestarts, and m its T_mult.
    """
    lengths = [growth**cycle for cycle in range(cycles)]
    place = min(progress.epoch, progress.epochs) * sum(lengths) / progress.epochs
    for length in lengths[:-1]:
        if place < length * (1.0 - ROUNDING):
            return falling_cosine(place / length, 1.0, final)
        place = max(place - length, 0.0)
    return falling_cosine(min(place / lengths[-1], 1.0), 1.0, final)


@schedules
def one_cycle(progress: Progress, *, peak: Inside = 0.3, start: Share = 0.04, final: Share = 4e-6) -> float:
    """lr rises from a · lr₀ to lr₀ over the share p of the run, then falls to f · lr₀, both along half a cosine.

    YAML      one_cycle        one_cycle: {peak: 0.3, start: 0.04, final: 4e-6}

    p is ``peak``, a ``start``, f ``final``. lr₀ is the greatest rate: it should be several times the one that would stand
    through a whole run (Smith & Topin, 2018). PyTorch's OneCycleLR with div_factor 1/a and final_div_factor a/f; it
    lowers momentum meanwhile, which this does not.
    """
    share = share_done(progress)
    if share < peak:
        return falling_cosine(share / peak, start, 1.0)
    return falling_cosine((share - peak) / (1.0 - peak), 1.0, final)


@schedules
def coslog4(progress: Progress) -> float:
    """lr = lr₀ · ½ (1 − cos(2π log₂(1 + 15 t/T))): four cycles of doubling length, each from 0 to lr₀ to 0.

    YAML      coslog4

    Of RealMLP (Holzmüller et al., 2024). The very first step has the rate 0.
    """
    return 0.5 * (1.0 - math.cos(2.0 * math.pi * math.log2(1.0 + 15.0 * share_done(progress))))
