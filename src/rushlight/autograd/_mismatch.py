"""What gradcheck compares by, and what it says when two Jacobians differ: torch's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import ops
from ..arrays.dtypes import complex64, complex128, float32, float64
from ..core import Tensor


class Tolerances(NamedTuple):
    """How much may differ, and by how much inputs are perturbed."""

    eps: float
    rtol: float
    atol: float
    nondet_tol: float
    check_grad_dtypes: bool


class Wording:
    """The words for a mismatch, which depend on what is being compared."""

    def __init__(self, part: str = "", complex_places: Sequence[int] = (), forward: bool = False) -> None:
        self.part, self.complex_places, self.forward = part, complex_places, forward

    def mismatch(self, analytical: Tensor, numerical: Tensor, output: int, input: int) -> str:
        place = input if self.forward else output
        return (
            f"{self.part if place in self.complex_places else ''}"
            f"Jacobian {'computed with forward mode ' if self.forward else ''}mismatch for output {output:d} with respect "
            f"to input {input:d},\nnumerical:{numerical}\nanalytical:{analytical}\n"
        )


def close(a: Tensor, b: Tensor, rtol: float, atol: float) -> bool:
    """``allclose`` of tensors of any two dtypes."""
    dtype = ops.promote_types(a.dtype, b.dtype)
    return ops.allclose(a.to(dtype), b.to(dtype), rtol, atol)


# For the fast mode.


def random_vector(numel: int, dtype: Any, generator: Any) -> Tensor:
    """A random unit vector without negative elements."""
    vector = ops.rand(numel, generator=generator).to(dtype)
    vector /= vector.norm()
    return vector


def random_direction(x: Tensor, generator: Any) -> Any:
    """A random real direction in the space of `x`; for a complex `x` a pair of them, for its two parts."""
    if not x.is_complex():
        return random_vector(x.numel(), x.dtype, generator)
    dtype = {complex64: float32, complex128: float64}[x.dtype]
    return tuple(random_vector(x.numel(), dtype, generator) for _ in range(2))


def total(vector: Any) -> float:
    """The sum of a vector (or a pair of them). A tolerance `atol` for every element of a Jacobian J gives ``v' J u``
    the tolerance ``v' (atol everywhere) u``, which is atol times the sum of u times that of v."""
    return sum(map(total, vector)) if isinstance(vector, tuple) else float(vector.sum())


_SLOW_MODE_NOTE = (
    "\nThe above quantities relating the numerical and analytical jacobians are computed \n"
    "in fast mode. See: https://github.com/pytorch/pytorch/issues/53876 for more background \n"
    "about fast mode. Below, we recompute numerical and analytical jacobians in slow mode:\n\n"
)

_SLOW_MODE_PASSES = """
Fast gradcheck failed but element-wise differences are small. This means that the
test might've passed in slow_mode!

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck:

If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `fast_mode=False` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_fast_mode=False`
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_fast_mode=False`
""".strip()


def slow_mode_details(numerical: Tensor, analytical: Tensor, tolerances: Tolerances) -> str:
    """What follows a mismatch of projections: the Jacobians in full."""
    message = _SLOW_MODE_NOTE + (
        f"Numerical:\n {numerical}\n"
        f"Analytical:\n{analytical}\n\n"
        f"The max per-element difference (slow mode) is: {(numerical - analytical).abs().max()}.\n"
    )
    if close(analytical, numerical, tolerances.rtol, tolerances.atol):
        message += _SLOW_MODE_PASSES
    return message
