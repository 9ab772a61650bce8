"""PyTorch: the training loop of its tutorials, on tensors in memory, with the fused optimizer; eager and compiled."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.cases import Case
from benchmarks.peers.trainer import Trainer, epoch_by_epoch


def eager(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """As it is written."""
    return _trainer(case, x, y, compiled=False)


def compiled(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """Forward, loss and backward through `torch.compile`."""
    return _trainer(case, x, y, compiled=True)


def _trainer(case: Case, x: NDArray[np.float32], y: NDArray[np.int64], *, compiled: bool) -> Trainer:
    torch.manual_seed(0)
    model = _network(case).train()
    binary = case.outputs == 1
    criterion: Any = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()
    kind: Any = torch.optim.AdamW if case.optimizer == "adamw" else torch.optim.Adam
    optimizer = kind(model.parameters(), lr=1e-3, fused=True)
    rows, targets = torch.from_numpy(x), torch.from_numpy(y)
    targets = targets[:, None].float() if binary else targets

    def loss_of(x: Any, y: Any) -> Any:
        return criterion(model(x), y)

    loss_function = torch.compile(loss_of) if compiled else loss_of

    def epoch() -> float:
        total = torch.zeros(())
        for batch in torch.randperm(case.rows).split(case.batch):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_function(rows.index_select(0, batch), targets.index_select(0, batch))
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return float(total) / case.steps

    return epoch_by_epoch(epoch)


def _network(case: Case) -> Any:
    layers: list[Any] = []
    for n, m in itertools.pairwise(case.widths[:-1]):
        layers.append(nn.Linear(n, m, bias=not case.batch_norm))
        if case.batch_norm:
            layers.append(nn.BatchNorm1d(m))
        layers.append(nn.ReLU())
        if case.dropout:
            layers.append(nn.Dropout(case.dropout))
    return nn.Sequential(*layers, nn.Linear(case.widths[-2], case.outputs))
