"""Samples for every operation: programs in torch's API on small inputs, one file per file of `rushlight.ops`.

Each is run forward, and checked against finite differences in first and second order (`tests/test_every_op.py`), and
against PyTorch where it is installed (`tests/parity/test_every_op.py`).
"""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Sample:
    """``call(torch, *inputs)`` exercises the operation `op` (its name in `rushlight.core.op.OPS`).

    Every floating-point or complex input is differentiated. `smooth`: finite differences are right here (not at ties
    and kinks); `twice`: check the second order too; `parity`: PyTorch has this call.

    ``gradient(w, out, *inputs)``, in NumPy, is the tuple of gradients of ``(w * out).sum()``, where they are no limit of
    gradients near by: by convention, or by a definition of their own. `w` and `out` are tuples if there are several.
    """

    op: str
    call: Callable[..., Any]
    inputs: tuple[np.ndarray, ...]
    smooth: bool = True
    twice: bool = True
    parity: bool = True
    label: str = ""
    gradient: Callable[..., Any] | None = None

    def __str__(self) -> str:
        shapes = ",".join(f"{a.dtype.char}{list(a.shape)}".replace(" ", "") for a in self.inputs)
        return f"{self.op}-{self.label + '-' if self.label else ''}{shapes}"


def array(*shape: int, low: float = -2.0, high: float = 2.0, dtype: Any = np.float64, seed: int = 0) -> np.ndarray:
    """Uniform random numbers, the same every time; complex where the dtype is."""
    rng = np.random.default_rng([seed, *shape])
    a = rng.uniform(low, high, shape)
    if np.dtype(dtype).kind == "c":
        a = a + 1j * rng.uniform(low, high, shape)
    return np.asarray(a).astype(dtype)


def quietly(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call`, without the warning that something is deprecated, or slow."""

    def quiet(torch: Any, *inputs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return call(torch, *inputs)

    return quiet


def pulled(op: str, call: Callable[..., Any], *inputs: np.ndarray, **about: Any) -> Sample:
    """A sample of the gradient of ``call(torch, x, *rest)`` by `x`, as a function of the gradient that arrives and of them."""

    def gradient(torch: Any, g: Any, x: Any, *rest: Any) -> Any:
        x = x if x.requires_grad else x.clone().requires_grad_()
        return torch.autograd.grad(call(torch, x, *rest), x, g, create_graph=True)[0]

    return Sample(op, gradient, inputs, **about)


def all_samples() -> list[Sample]:
    found: list[Sample] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").SAMPLES
    return found
