"""Who takes part: each peer's name, where its trainer is built, and in which environment it runs."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.cases import Case

OURS_ENVIRONMENT, PEERS_ENVIRONMENT = ".venv-bench", ".venv-peers"


@dataclass(frozen=True)
class Peer:
    """``tuned``: with one thread and with all, and the faster counts; else it chooses its threads itself."""

    name: str
    title: str
    builder: str
    packages: tuple[str, ...]
    environment: str = PEERS_ENVIRONMENT
    tuned: bool = True

    def can(self, case: Case) -> bool:
        """Scikit-learn's network has neither batch normalisation nor dropout."""
        return self.name != "sklearn" or not (case.batch_norm or case.dropout)


OURS = {
    peer.name: peer
    for peer in (
        Peer("numba", "nntrain (numba)", "", ("numpy", "numba", "llvmlite"), OURS_ENVIRONMENT, tuned=False),
        Peer("numpy", "nntrain (numpy)", "", ("numpy",), OURS_ENVIRONMENT, tuned=False),
    )
}
"""nntrain with the extra `fast` and without it."""

FLOOR = Peer("floor", "floor", "benchmarks.peers.floor:products", ("numpy",), OURS_ENVIRONMENT)

RIVALS = {
    peer.name: peer
    for peer in (
        Peer("torch", "PyTorch eager", "benchmarks.peers.with_torch:eager", ("torch",)),
        Peer("compile", "torch.compile", "benchmarks.peers.with_torch:compiled", ("torch",)),
        Peer("jax", "JAX, a jit call a step", "benchmarks.peers.with_jax:stepwise", ("jax", "jaxlib", "optax")),
        Peer("scan", "JAX, an epoch in lax.scan", "benchmarks.peers.with_jax:scanned", ("jax", "jaxlib", "optax")),
        Peer("keras", "Keras on JAX", "benchmarks.peers.with_keras:fitted", ("keras", "jax")),
        Peer("sklearn", "scikit-learn", "benchmarks.peers.with_sklearn:perceptron", ("scikit-learn", "numpy")),
    )
}
PEERS = {**OURS, "floor": FLOOR, **RIVALS}
"""All by name."""
