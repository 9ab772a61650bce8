"""Keras on JAX: `compile` and `fit` on arrays, compiled by XLA, silent."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ["KERAS_BACKEND"] = "jax"
import keras  # reads its backend from the environment

from benchmarks.cases import Case
from benchmarks.peers.trainer import Epochs, Trainer


def fitted(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """A Sequential model."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((case.inputs,)), *_layers(case)])
    kind: Any = keras.optimizers.AdamW if case.optimizer == "adamw" else keras.optimizers.Adam
    settings = {"weight_decay": 0.01} if case.optimizer == "adamw" else {}
    binary = case.outputs == 1
    loss: Any = keras.losses.BinaryCrossentropy if binary else keras.losses.SparseCategoricalCrossentropy
    model.compile(
        optimizer=kind(learning_rate=1e-3, **settings),
        loss=loss(from_logits=True),
        jit_compile=True,
        steps_per_execution=20,  # as the guide advises for small models: twice as fast there, the same elsewhere
    )
    targets = y[:, None].astype(np.float32) if binary else y.astype(np.int32)

    def train(count: int) -> Epochs:
        ends: list[float] = [time.perf_counter()]
        clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda _epoch, _logs: ends.append(time.perf_counter()))
        history = model.fit(x, targets, case.batch, epochs=count, shuffle=True, verbose=0, callbacks=[clock])
        return Epochs(np.diff(ends).tolist(), float(history.history["loss"][-1]))

    return train


def _layers(case: Case) -> list[Any]:
    layers: list[Any] = []
    for width in case.hidden:
        layers.append(keras.layers.Dense(width, use_bias=not case.batch_norm, kernel_initializer="he_normal"))
        if case.batch_norm:
            layers.append(keras.layers.BatchNormalization(momentum=0.9))
        layers.append(keras.layers.ReLU())
        if case.dropout:
            layers.append(keras.layers.Dropout(case.dropout))
    return [*layers, keras.layers.Dense(case.outputs)]
