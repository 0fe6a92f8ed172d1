"""Operands that are repeated: a number for each row of a matrix, or a row for all of them.

Note [Repeated operands]
    NumPy's iterator hands 8192 elements at a time to an inner loop, where it can; an operand that is repeated within them is
    first copied out into a buffer. For ``x - mean`` with rows of 768 numbers the copy takes longer than the
    subtraction. `np.setbufsize` makes the portions smaller. Rows that are no shorter than a portion are handed over as
    they are, with nothing copied; for shorter ones a copy is cheaper than a call for each row, but it should stay, with
    what it is for, in the first cache.
    The setting is one of the thread and of its context, so a part of a computation that is shared out makes it for itself.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

#: Rows from this length on are not copied; the portions for them, and those for shorter rows.
LONG, LEAST, SMALL = 512, 16, 2048
#: Below this many elements what is gained is lost in asking for it.
FEW = 1 << 13

_NOTHING = nullcontext()


def repeated(x: np.ndarray) -> AbstractContextManager[None]:
    """Within, NumPy's loops are told that they run over rows as long as those of `x` with repeated operands.

    For elementwise functions alone: of a reduction, portions may decide the order.
    """
    return _NOTHING if x.size < FEW else _Portions(LEAST if x.shape[-1] >= LONG else SMALL)


class _Portions:
    __slots__ = ("before", "size")

    def __init__(self, size: int) -> None:
        self.size = size

    def __enter__(self) -> None:
        self.before = np.setbufsize(self.size)

    def __exit__(self, *error: Any) -> None:
        np.setbufsize(self.before)
