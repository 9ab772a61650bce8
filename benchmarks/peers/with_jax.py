"""JAX with optax: one compiled call for each step, or one for a whole epoch; parameters and state are donated.

Rows are gathered inside of the compiled program; the running loss stays on the device until the epoch is over.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.peers.trainer import Trainer, epoch_by_epoch


def stepwise(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """A jit call for each step."""
    rows, targets, random = jnp.asarray(x), jnp.asarray(y.astype(np.int32)), np.random.default_rng(0)
    one_step = _step(case)
    carry = _start(case)

    @partial(jax.jit, donate_argnums=0)
    def step(carry: Any, rows: Any, targets: Any, order: Any, number: Any) -> Any:
        batch = jax.lax.dynamic_slice(order, (number * case.batch,), (case.batch,))
        return one_step(carry, rows[batch], targets[batch])

    def epoch() -> float:
        nonlocal carry
        order = jnp.asarray(random.permutation(case.rows).astype(np.int32))
        carry["total"] = jnp.zeros(())
        for number in range(case.steps):
            carry = step(carry, rows, targets, order, number)
        return float(carry["total"]) / case.steps

    return epoch_by_epoch(epoch)


def scanned(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """A whole epoch as one `lax.scan`."""
    rows, targets, random = jnp.asarray(x), jnp.asarray(y.astype(np.int32)), np.random.default_rng(0)
    one_step = _step(case)
    carry = _start(case)

    @partial(jax.jit, donate_argnums=0)
    def steps(carry: Any, rows: Any, targets: Any, order: Any) -> Any:
        def body(carry: Any, batch: Any) -> Any:
            return one_step(carry, rows[batch], targets[batch]), None

        return jax.lax.scan(body, carry, order)[0]

    def epoch() -> float:
        nonlocal carry
        order = jnp.asarray(random.permutation(case.rows).astype(np.int32).reshape(case.steps, case.batch))
        carry["total"] = jnp.zeros(())
        carry = steps(carry, rows, targets, order)
        return float(carry["total"]) / case.steps

    return epoch_by_epoch(epoch)


def _optimizer(case: Case) -> Any:
    return optax.adamw(1e-3, weight_decay=0.01) if case.optimizer == "adamw" else optax.adam(1e-3)


def _start(case: Case) -> dict[str, Any]:
    """Parameters, running statistics, optimizer state, key and running loss."""
    random = np.random.default_rng(0)
    parameters, memory = [], []
    for number, (n, m) in enumerate(case.weights):
        layer = {"W": random.standard_normal((n, m), dtype=np.float32) * np.float32((2 / n) ** 0.5)}
        layer["b"] = np.zeros(m, np.float32)
        if case.batch_norm and number < len(case.hidden):
            layer["scale"] = np.ones(m, np.float32)
            memory.append({"mean": np.zeros(m, np.float32), "variance": np.ones(m, np.float32)})
        parameters.append(layer)
    parameters, memory = jax.tree.map(jnp.asarray, (parameters, memory))
    state, key = _optimizer(case).init(parameters), jax.random.key(0)
    return {"parameters": parameters, "memory": memory, "state": state, "key": key, "total": jnp.zeros(())}


def _step(case: Case) -> Any:
    """(carry, x, y) → carry after one step."""
    optimizer = _optimizer(case)

    def loss(parameters: Any, memory: Any, key: Any, x: Any, y: Any) -> Any:
        running = []
        for number, layer in enumerate(parameters[:-1]):
            x = x @ layer["W"]
            if case.batch_norm:
                mean, variance = x.mean(axis=0), x.var(axis=0)
                old, unbiased = memory[number], variance * (len(x) / (len(x) - 1))
                running.append(
                    {
                        "mean": 0.9 * old["mean"] + 0.1 * mean,
                        "variance": 0.9 * old["variance"] + 0.1 * unbiased,
                    }
                )
                x = (x - mean) * (jax.lax.rsqrt(variance + 1e-5) * layer["scale"])
            x = jax.nn.relu(x + layer["b"])
            if case.dropout:
                key, own = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(own, 1 - case.dropout, x.shape), x / (1 - case.dropout), 0)
        logits = x @ parameters[-1]["W"] + parameters[-1]["b"]
        if case.outputs == 1:
            losses = optax.sigmoid_binary_cross_entropy(logits[:, 0], y.astype(jnp.float32))
        else:
            losses = optax.softmax_cross_entropy_with_integer_labels(logits, y)
        return losses.mean(), jax.lax.stop_gradient(running)

    def step(carry: Any, x: Any, y: Any) -> Any:
        key, own = jax.random.split(carry["key"]) if case.dropout else (carry["key"], carry["key"])
        function = jax.value_and_grad(loss, has_aux=True)
        (value, memory), gradient = function(carry["parameters"], carry["memory"], own, x, y)
        updates, state = optimizer.update(gradient, carry["state"], carry["parameters"])
        parameters = optax.apply_updates(carry["parameters"], updates)
        total = carry["total"] + value
        return {"parameters": parameters, "memory": memory, "state": state, "key": key, "total": total}

    return step
