"""Steps between which scheduled numbers move: dropout rates, weight decay, label smoothing."""

from __future__ import annotations

from collections.abc import Sequence

from nntrain.config.scheduled import Follower, Progress, move_all
from nntrain.training.steps import Outcome, Steps, Stretch


class Following:
    """`Steps` that sets what follows a schedule before each step, by the step's number alone.

    ``batches`` are the steps of an epoch. A stretch is run step by step.
    """

    def __init__(self, inner: Steps, followers: Sequence[Follower], batches: int, epochs: int) -> None:
        self.inner, self.followers, self.batches, self.epochs = inner, followers, batches, epochs

    def run(self, stretch: Stretch) -> Outcome:
        """Move, then one step; up to the first that fails."""
        losses: list[float] = []
        for number, lr in enumerate(stretch.rates):
            step = stretch.step + number
            move_all(self.followers, self.progress(step))
            outcome = self.inner.run(Stretch(stretch.order, stretch.bounds[number : number + 2], [lr], step))
            losses += outcome.losses
            if outcome.failed is not None:
                return Outcome(losses, outcome.failed)
        return Outcome(losses)

    def progress(self, step: int) -> Progress:
        """Where the run stands before a step, counted from 1: as the learning rate sees it."""
        epoch, batch = divmod(step - 1, self.batches)
        share = 1.0 / self.batches
        return Progress(epoch + batch * share, self.epochs, share)

    def close(self) -> None:
        """End the threads."""
        self.inner.close()
