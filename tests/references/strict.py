"""Arrays that notice when float32 arithmetic slips into float64: it costs speed and shows nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Float32Only(np.ndarray):
    """An array whose ufuncs fail on a float64 operand or result, unless a ``dtype`` asks for it."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **settings: Any) -> Any:
        plain = [_plain(value) for value in inputs]
        if out is not None:
            settings["out"] = tuple(_plain(value) for value in out)
        result = getattr(ufunc, method)(*plain, **settings)
        if settings.get("dtype") is None:
            for value in (*plain, *(result if isinstance(result, tuple) else (result,))):
                assert not _double(value), f"{ufunc.__name__}.{method}: float64 in float32 arithmetic"
        if out is not None:
            return out[0]
        return result.view(Float32Only) if isinstance(result, np.ndarray) else result


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, Float32Only) else value


def _double(value: object) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype == np.float64


def strict(array: NDArray[Any]) -> NDArray[Any]:
    """The same memory, watched."""
    return array.view(Float32Only)


def watch(thing: Any) -> Any:
    """Watch every array that an object of ours holds, also inside lists, tuples and objects of its own."""
    if isinstance(thing, np.ndarray):
        return strict(thing) if thing.dtype.kind == "f" else thing
    if isinstance(thing, tuple | list):
        return type(thing)(watch(item) for item in thing)
    if type(thing).__module__.startswith("nntrain.") and hasattr(thing, "__dict__"):
        for name, value in vars(thing).items():
            object.__setattr__(thing, name, watch(value))  # also of what is frozen
    return thing


def double_arrays(thing: Any, path: str = "") -> list[str]:
    """Where an object of ours holds float64."""
    if isinstance(thing, np.ndarray | np.generic):
        return [path] if thing.dtype == np.float64 else []
    if isinstance(thing, tuple | list):
        return [name for item in thing for name in double_arrays(item, f"{path}[]")]
    if type(thing).__module__.startswith("nntrain.") and hasattr(thing, "__dict__"):
        return [name for key, value in vars(thing).items() for name in double_arrays(value, f"{path}.{key}")]
    return []
