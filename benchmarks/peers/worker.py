"""The process of one peer on one case: `python -m benchmarks.peers.worker PEER CASE [--quick]`; started by the parent."""

from __future__ import annotations

import importlib
import sys

from benchmarks.cases import CASES, synthetic
from benchmarks.peers.catalog import PEERS
from benchmarks.peers.channel import Channel, versions
from benchmarks.peers.trainer import Builder, measure


def main() -> None:
    """Build, compile and warm up; then train whenever the parent asks for it."""
    channel = Channel()
    peer, case = PEERS[sys.argv[1]], CASES[sys.argv[2]]
    if "--quick" in sys.argv:
        case = case.quick()
    module, _, function = peer.builder.partition(":")
    build: Builder = getattr(importlib.import_module(module), function)
    train = build(case, *synthetic(case))
    train(2)
    channel.send(versions=versions(peer.packages))
    for seconds in channel.requests():
        channel.send(**measure(train, case.rows, seconds))


if __name__ == "__main__":
    main()
