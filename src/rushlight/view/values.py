"""What a picture says of an array: small ones whole, large ones as statistics and a histogram."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.printing import format_array
from ..core.tensor import Tensor
from ..layers.batched import Hidden

#: An array with more elements is not shown whole.
WHOLE = 36
BINS = 16


def freeze(x: Any) -> Any:
    """A copy of a payload, or of a Tensor's: what is drawn later must not change with what is written meanwhile.

    Of a batched tensor that is the whole batch.
    """
    payload = x._data if isinstance(x, Tensor) else x
    while isinstance(payload, Hidden):
        payload = payload.physical._data
    return payload.copy() if hasattr(payload, "dtype") and hasattr(payload, "copy") else None


class Summary:
    """An array in words: `lines` for a card, `short` for an edge, and in full for the details."""

    def __init__(self, array: Any) -> None:
        self.array = array
        self.shape = tuple(int(n) for n in array.shape)
        self.dtype = repr(dtypes.of_array(array)).removeprefix("torch.")
        self.size, self.bytes = int(array.size), int(array.nbytes)
        self.whole = self.size <= WHOLE

    @cached_property
    def statistics(self) -> dict[str, float]:
        """Minimum, maximum, mean, standard deviation and norm of what is finite, and how much is not."""
        numbers = self._numbers()
        finite = numbers[np.isfinite(numbers)]
        found = {"other": float(numbers.size - finite.size)}
        if finite.size:
            found |= {"min": float(finite.min()), "max": float(finite.max()), "mean": float(finite.mean()),
                      "std": float(finite.std()), "norm": float(np.sqrt(np.square(finite).sum()))}  # fmt: skip
        return found

    def _numbers(self) -> np.ndarray:
        array = np.asarray(self.array)
        return (np.abs(array) if array.dtype.kind == "c" else array).astype(np.float64).reshape(-1)

    def histogram(self) -> list[int]:
        """How many of the finite elements fall into each of `BINS` equal intervals; empty where there are too few."""
        numbers = self._numbers()
        numbers = numbers[np.isfinite(numbers)]
        if self.whole or not numbers.size or numbers.min() == numbers.max():
            return []
        return [int(n) for n in np.histogram(numbers, BINS)[0]]

    @property
    def type(self) -> str:
        return f"{self.dtype} {list(self.shape)}" if self.shape else self.dtype

    @cached_property
    def text(self) -> str:
        """The whole array as it prints, or its statistics."""
        return self.printed() if self.whole else self.described()

    def printed(self) -> str:
        if not self.size:
            return "[]"
        lines = format_array(self.array, self.dtype, 0).splitlines()
        return "\n".join(line.rstrip() for line in lines)

    def described(self) -> str:
        found = self.statistics
        if "mean" not in found:
            return "nothing finite" if self.size else "[]"
        text = f"mean {found['mean']:.3g}  std {found['std']:.3g}\n[{found['min']:.3g}, {found['max']:.3g}]"
        return text + (f"\n{found['other']:.0f} nan or inf" if found["other"] else "")

    @cached_property
    def short(self) -> str:
        """In one line, for an edge: the number, a few numbers, or the norm."""
        if self.size <= 4 and len(self.shape) <= 1:
            return self.printed()
        found = self.statistics
        if not self.size:
            return "[]"
        if found["other"]:
            return f"{found['other']:.0f} nan/inf"
        return f"‖{found['norm']:.3g}‖"


def summarize(payload: Any) -> Summary | None:
    """The summary of a frozen payload; None for None."""
    return None if payload is None else Summary(payload)


def plain(value: Any) -> str:
    """A parameter of an operation that is no tensor (a number, a shape, a dtype) in few letters."""
    if isinstance(value, Tensor) or (hasattr(value, "dtype") and hasattr(value, "shape")):
        return Summary(value._data if isinstance(value, Tensor) else value).short
    text = repr(value).removeprefix("torch.")
    return text if len(text) <= 40 else text[:39] + "…"
