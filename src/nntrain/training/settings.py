"""The settings of the training loop: the keys of `training:`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from nntrain.config.markers import Section
from nntrain.types import Count, Fraction, NonNegative, Positive, Seed


@dataclass(frozen=True, kw_only=True)
class EarlyStopping:
    """Stop when ``monitor`` has not improved by more than ``min_delta`` for ``patience`` epochs.

    YAML      early_stopping: true        early_stopping: {patience: 10, min_delta: 0.001, monitor: validation_accuracy}

    ``monitor`` defaults to ``training.monitor``. The best weights are restored whether or not it fires.
    """

    patience: Count = 10
    min_delta: NonNegative = 0.0
    monitor: str | None = None


@dataclass(frozen=True, kw_only=True)
class Diagnostics:
    """Look at every layer before the first step and after every so many epochs: `diagnostics.jsonl`, notes, a table at the end.

    YAML      diagnostics: true        diagnostics: {every: 10}

    A look sends at most 256 training rows, always the same ones, there and back. It changes nothing about the training.
    """

    every: Count = 1


@dataclass(frozen=True, kw_only=True)
class Averaging:
    """Validate and keep the moving average of the parameters over all steps, late ones counting most (EMA).

    a_t = Σ_i βᵗ⁻ⁱ θ_i / Σ_i βᵗ⁻ⁱ, over the steps i = 1 … t; β is ``decay``

    YAML      average: true        average: 0.999        average: {decay: 0.99}

    The last 1/(1 − β) steps count, so it should be a small share of the run: 0.999 averages 1,000 steps. The weights sum to
    1 from the first step on (Kingma & Ba, 2015, section 7.2), so early epochs are no worse for it; PyTorch's AveragedModel
    lets θ_1 count βᵗ⁻¹ instead. Running statistics (batch_norm) are averaged with the same weights. Training itself goes on
    with the parameters as they are: ``train_loss`` is theirs, ``validation_…``, the best epoch, `eval` and `predict` are of
    the average.
    """

    decay: Fraction = 0.999


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How the loop runs.

    ``epochs``                 passes over the training rows
    ``batch_size``             rows of a step; by default from their number: 64 up to 1,024 rows, 128 up to 8,192, 256 up
                               to 30,000, 512 up to 100,000, else 1,024. Never more than there are rows
    ``seed``                   of initial weights, shuffling and dropout
    ``monitor``                the figure that decides which epoch is best: ``train_loss``, ``validation_loss``,
                               ``validation_accuracy``…; by default the validation loss, where there is validation
    ``metrics``                computed after every epoch; by default accuracy or rmse (all of them at the end)
    ``early_stopping``         off by default
    ``average``                validate and keep a moving average of the parameters; off by default
    ``max_time``               seconds after which training ends after the batch in hand
    ``checkpoint_every_steps``  also save in the middle of an epoch, every so many steps
    ``shares``                 threads that train on a part of each batch; by default all cores where steps are long enough
                               and there is no batch_norm, else one. Bits depend on it
    ``threads``                of matrix products; by default all cores for large ones in a single share. Bits depend on it
    ``compiled``               kernels by Numba; by default where it is installed (``pip install nntrain[fast]``)
    ``fuse``                   run neighbouring layers in one kernel where there is one
    ``diagnostics``            activations, gradients and updates of every layer; off by default
    """

    epochs: Count = 100
    batch_size: Count | None = None
    seed: Seed = 0
    monitor: str | None = None
    metrics: list[str] | None = None
    early_stopping: Annotated[EarlyStopping | None, Section(switch=True)] = None
    average: Annotated[Averaging | None, Section(switch=True)] = None
    max_time: Positive | None = None
    checkpoint_every_steps: Count | None = None
    shares: Count | None = None
    threads: Count | None = None
    compiled: bool | None = None
    fuse: bool = True
    diagnostics: Annotated[Diagnostics | None, Section(switch=True)] = None


def derived_batch_size(rows: int) -> int:
    """The batch size that fits a number of training rows."""
    for limit, size in ((1_024, 64), (8_192, 128), (30_000, 256), (100_000, 512)):
        if rows <= limit:
            return min(size, rows)
    return 1_024
