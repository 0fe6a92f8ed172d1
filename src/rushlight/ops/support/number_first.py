"""The order of arguments of PyTorch's first years, the number before the tensors: ``p.add_(-lr, g)``. Deprecated, as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import NUMBERS
from ...core.tensor import Tensor
from .options import warn_once

__all__ = ["number_first"]


def number_first(name: str, scale: str, tensors: str, args: tuple[Any, ...], method: bool) -> tuple[Any, ...]:
    """The tensors and, last, the number of a call whose arguments `args` begin with the number; warns, at the first such
    call of a process.

    `scale` is what the number is called, `tensors` are the names of the tensors. Raises TypeError for arguments that are too
    many, but not these.
    """
    names = tensors.split()
    number = isinstance(args[0], (*NUMBERS, np.number)) or (isinstance(args[0], Tensor) and not args[0].ndim)
    if len(args) != 1 + len(names) or not number:
        of_all, given = len(names) + (not method), len(args) + (not method)
        one = "argument" if of_all == 1 else "arguments"
        raise TypeError(f"{name}() takes {of_all} positional {one} but {given} were given")
    first, out = ("", "") if method else ("Tensor input, ", "Tensor out = None")
    declared = ", ".join([f"Tensor {t}" for t in names])
    old = f"{name}({first}Number {scale}, {declared}{', *, ' if out else ''}{out})"
    new = f"{name}({first}{declared}, *, Number {scale} = 1{', ' if out else ''}{out})"
    warn_once(
        f"This overload of {name} is deprecated:\n\t{old}\nConsider using one of the following signatures instead:\n\t{new}",
        "a deprecated overload",
    )
    scaled = args[0].item() if isinstance(args[0], Tensor) else args[0]
    return (*args[1:], scaled)
