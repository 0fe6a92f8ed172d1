"""Who holds an array: what nobody else holds may be changed in place.

Note [Whose gradient]
    A gradient in flight that nobody else holds becomes the sum when another is added to it, or the `.grad` itself at a
    leaf. Whether somebody holds it, its reference count says: tensors, saved values, views, exported buffers all count.
    What the count is of an object that is held just here depends on the version of Python. So it is read once of an
    object that nobody knows, by code of the same form as the code that asks.
"""

from __future__ import annotations

import operator
from sys import getrefcount
from typing import Any

import numpy as np
from numpy import ndarray

from .blocks import blockwise, write_blockwise


def _held(waiting: Any, gradient: Any) -> int:
    return getrefcount(waiting)


def _held_by_caller() -> int:
    waiting = np.empty(1)
    return _held(waiting, None)


def _held_in_loop() -> int:
    for _, gradient in {0: np.empty(1)}.items():  # noqa: PERF102
        return getrefcount(gradient)
    raise AssertionError


def _held_by_name() -> int:
    gradient = np.empty(1)
    return getrefcount(gradient)


#: The reference count of an argument that the caller of a function holds in one name, and nobody else.
BY_CALLER = _held_by_caller()
#: The reference count of a value of the dict through whose items one loops, which only the dict holds.
IN_LOOP = _held_in_loop()
#: The reference count of what one local name holds, and nobody else.
BY_NAME = _held_by_name()


def total(waiting: Any, gradient: Any) -> Any:
    """The sum of two large gradients, the first of which the caller holds in one name: in its memory where that may be."""
    if waiting.__class__ is not ndarray or gradient.__class__ is not ndarray:
        return waiting + gradient
    alone = getrefcount(waiting) <= BY_CALLER
    alike = waiting.shape == gradient.shape and waiting.dtype == gradient.dtype
    if alone and alike and waiting.base is None and waiting.flags.owndata and waiting.flags.writeable:
        return write_blockwise(np.add, (waiting, gradient), waiting)
    return blockwise(operator.add, (waiting, gradient))
