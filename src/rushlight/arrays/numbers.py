"""Python numbers as arrays, for operations of an array and a number."""

from __future__ import annotations

from typing import Any

import numpy as np


class Numbers(dict[float, Any]):
    """Python numbers as 0-d arrays of one dtype, with which NumPy multiplies an array twice as fast."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype

    def __missing__(self, number: float) -> Any:
        array = np.array(number, self.dtype)
        array.flags.writeable = False
        if number and len(self) < 4096:  # zero is not kept: it would stand for minus zero too
            self[number] = array
        return array


FLOATS, DOUBLES = Numbers(np.dtype(np.float32)), Numbers(np.dtype(np.float64))
