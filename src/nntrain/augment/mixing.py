"""Rows mixed with other rows of the batch, and their targets with them."""

from __future__ import annotations

import numpy as np

from nntrain.augment.augmentation import Augmentation, augmentations
from nntrain.augment.site import Site
from nntrain.network.mixed import AnyTargets, mix
from nntrain.types import Array, Batch, Positive


@augmentations
class Mixup(Augmentation):
    """x ← λ x + (1 − λ) x', and the loss likewise λ ℓ(z, y) + (1 − λ) ℓ(z, y'), λ ~ Beta(α, α) (Zhang et al., 2018).

    YAML      augmentation: [{mixup: 0.2}]

    ``alpha``  α: near 0 rows stay almost as they are, 1 makes every λ as likely as any other

    Partners are a random order of the batch. λ is drawn for each row, as in the paper; its authors' code draws one for each
    batch. For cross-entropy the loss is that of the soft target λ y + (1 − λ) y'; for squared error it differs from that of
    the averaged target by what no weight can change, λ (1 − λ) (y − y')². The training loss is of mixed rows, and so higher than
    on the rows themselves.
    """

    mixes_targets = True

    def __init__(self, site: Site, *, alpha: Positive) -> None:
        site.refuse_codes("use cutmix, or set its encoding: one_hot")
        self.site, self.alpha = site, alpha

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """Average with the partners."""
        random = self.site.random(step)
        partners = random.permutation(len(x))
        share = shares(random, self.alpha, len(x))  # (B,)
        own = share[:, None]
        x[...] = own * x + (1.0 - own) * x[partners]
        return mix(y, partners, share)


@augmentations
class Cutmix(Augmentation):
    """Each cell is its partner's with probability 1 − λ, λ ~ Beta(α, α); targets are mixed by the share of cells that stayed.

    YAML      augmentation: [{cutmix: 1.0}]

    ``alpha``  α: 1 makes every share as likely as any other, near 0 rows stay almost as they are or become their partner

    CutMix (Yun et al., 2019) for rows of a table: where a picture gets a rectangle of another, a row gets a random subset of another's
    columns. Unlike `mixup`, every cell stays one that its column really has. The loss is mixed as there.
    """

    mixes_targets = True

    def __init__(self, site: Site, *, alpha: Positive) -> None:
        self.site, self.alpha, self.cells = site, alpha, site.cells()

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """Take cells from the partners."""
        random = self.site.random(step)
        partners = random.permutation(len(x))
        share = shares(random, self.alpha, len(x))
        taken = random.random((len(x), self.cells[-1] + 1), np.float32) >= share[:, None]  # (B, cells)
        x[...] = np.where(taken[:, self.cells], x[partners], x)
        return mix(y, partners, 1.0 - taken.mean(axis=1, dtype=np.float32))


def shares(random: np.random.Generator, alpha: float, rows: int) -> Array:
    """λ ~ Beta(α, α), (B,) float32."""
    return random.beta(alpha, alpha, rows).astype(np.float32)
