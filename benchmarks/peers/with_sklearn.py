"""scikit-learn: MLPClassifier.fit with Adam."""

from __future__ import annotations

import time
import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.cases import Case
from benchmarks.peers.trainer import Epochs, Trainer


def perceptron(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """All epochs in one call of `fit`, which goes on from the weights of the last one."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    model = MLPClassifier(
        case.hidden,
        solver="adam",
        alpha=0.0,
        batch_size=case.batch,
        shuffle=True,
        tol=0.0,
        n_iter_no_change=1_000_000,
        random_state=0,
        warm_start=True,
    )

    def train(count: int) -> Epochs:
        began = time.perf_counter()
        model.set_params(max_iter=count).fit(x, y)
        return Epochs([(time.perf_counter() - began) / count] * count, float(model.loss_))

    return train
