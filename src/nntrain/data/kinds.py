"""What fitting found, in a checkpoint: each kind of fitted thing is a class that writes and reads its own state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Self, TypeVar


class Fitted(ABC):
    """What a scaler or an encoder gives: fixed by the training rows, in words for a person, as JSON for a checkpoint."""

    kind: ClassVar[str]
    """Its name in checkpoints."""

    @abstractmethod
    def describe(self) -> str:
        """What becomes of a value, in a few words."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What was fitted; floats come back exactly."""

    @classmethod
    @abstractmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """What `state` gave."""


T = TypeVar("T", bound=Fitted)


class Kinds(dict[str, type[T]], Generic[T]):
    """The classes of one sort by their ``kind``; used as a decorator of each."""

    def __call__(self, cls: type[T]) -> type[T]:
        """Add a class."""
        if cls.kind in self:
            raise ValueError(f"two kinds named '{cls.kind}'")
        self[cls.kind] = cls
        return cls

    def store(self, fitted: T) -> dict[str, Any]:
        """The state, with the kind that it is of."""
        return {"kind": fitted.kind, **fitted.state()}

    def restore(self, state: dict[str, Any]) -> T:
        """What `store` gave."""
        return self[state["kind"]].from_state(state)
