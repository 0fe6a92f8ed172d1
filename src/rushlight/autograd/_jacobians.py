"""Jacobians of a function, once by finite differences and once by the backward pass: what gradcheck compares.

All of them are laid out alike: ``(input.numel(), output.numel())``, one row for each element of the input.

A complex input z = x + iy counts as two real ones. For a real output s both ways give ``ds/dx + i ds/dy``, which is
what the backward pass of a complex tensor delivers (the conjugate Wirtinger derivative, times two; Kreutz-Delgado,
"The Complex Gradient Operator and the CR-Calculus", https://arxiv.org/abs/0906.4835). Complex outputs are checked as
their real and imaginary parts, one after the other, by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from .. import ops
from ..core import Tensor

#: A tensor, or None for an output of integral dtype.
MaybeTensor = Any


class GradcheckError(RuntimeError):
    """Raised by :func:`gradcheck` and :func:`gradgradcheck` where a check fails."""

    __module__ = f"{__package__}.gradcheck"


def as_tuple(x: Any) -> tuple:
    """`x` itself if it is a tuple, its elements if it is a list, else a tuple of `x` alone."""
    if isinstance(x, tuple):
        return x
    return tuple(x) if isinstance(x, list) else (x,)


def has_derivative(x: Any) -> bool:
    """Whether `x` is a tensor of a floating point or complex dtype."""
    return isinstance(x, Tensor) and (x.is_floating_point() or x.is_complex())


def differentiable(returned: Any) -> tuple:
    """Those of the results of a function that require a gradient."""
    return tuple(output for output in as_tuple(returned) if output.requires_grad)


def tensors_requiring_grad(x: Any) -> Iterator[Tensor]:
    """The tensors that require a gradient in `x`, be it a tensor or an iterable of whatever depth."""
    if isinstance(x, Tensor):
        if x.requires_grad:
            yield x
    elif hasattr(x, "__iter__") and not isinstance(x, str):
        for element in x:
            yield from tensors_requiring_grad(element)


# By finite differences.


def _central_differences(
    run: Callable[[], tuple], entry: Tensor, delta: Any, eps: float, where: str
) -> list[MaybeTensor]:
    """``(run()`` with `delta` added to `entry` - ``run()`` with it subtracted``) / 2 eps``, flat, for each output.

    Perturbs `entry` in place, so that `run` sees it wherever it got hold of the memory, and restores it.
    """
    original = entry.clone()
    try:
        entry.copy_(original - delta)
        below = run()
        entry.copy_(original + delta)
        above = run()
    finally:
        entry.copy_(original)
    columns: list[MaybeTensor] = []
    for a, b in zip(below, above, strict=False):
        _expect_same("shape", a, b, eps, where)
        _expect_same("dtype", a, b, eps, where)
        columns.append(((b - a) / (2 * eps)).detach().reshape(-1) if has_derivative(a) else None)
    return columns


def _expect_same(what: str, a: Tensor, b: Tensor, eps: float, where: str) -> None:
    if getattr(a, what) != getattr(b, what):
        raise AssertionError(
            f"Expected `func` to return outputs with the same {what} when inputs are perturbed {where}by {eps}, "
            f"but got: {what}s {getattr(a, what)} and {getattr(b, what)}."
        )


def _derivatives_along(
    run: Callable[[], tuple], entry: Tensor, delta: Any, eps: float, where: str = ""
) -> list[MaybeTensor]:
    """The outputs' derivatives as `entry` moves along `delta`; for a complex entry a pair, for its two parts."""
    if not entry.is_complex():
        return _central_differences(run, entry, delta, eps, where)
    along_real = _central_differences(run, entry, delta[0], eps, where)
    along_imag = _central_differences(run, entry, delta[1] * 1j, eps, where)
    return [None if dx is None else dx + dy * 1j for dx, dy in zip(along_real, along_imag, strict=True)]


def _bind(func: Callable, inputs: Sequence) -> Callable[[], tuple]:
    """`func` with its inputs given. Outputs are cloned, as they may be views of what is going to be perturbed."""
    return lambda: tuple(output.clone() for output in as_tuple(func(*inputs)))


def numerical_jacobians_of_input(
    func: Callable, inputs: Sequence, target: Tensor, outputs: tuple, eps: float
) -> list[MaybeTensor]:
    """The Jacobian of each of `outputs` with respect to `target`, None for those of integral dtype."""
    run = _bind(func, inputs)
    dtype = target.dtype if target.is_complex() else None
    jacobians = [
        output.new_zeros((target.numel(), output.numel()), dtype=dtype) if has_derivative(output) else None
        for output in outputs
    ]
    data = target.data  # perturbing it does not count as a modification of the target
    for row, index in enumerate(product(*map(range, data.shape))):
        columns = _derivatives_along(run, data[index], (eps, eps) if dtype else eps, eps, f"on index {index} ")
        for jacobian, column in zip(jacobians, columns, strict=True):
            if jacobian is not None:
                jacobian[row] = column
    return jacobians


def numerical_jacobians(func: Callable, inputs: tuple, outputs: tuple, eps: float) -> list[list[MaybeTensor]]:
    """``[input][output]``: the Jacobians with respect to each input that requires a gradient, of all outputs."""
    return [
        numerical_jacobians_of_input(func, inputs, target, outputs, eps) for target in tensors_requiring_grad(inputs)
    ]


def numerical_jvp(func: Callable, inputs: tuple, target: Tensor, u: Any, eps: float) -> list[MaybeTensor]:
    """The derivative of each output along the vector `u` of the input `target` (a pair of vectors if complex)."""
    shape = target.shape
    delta = tuple(eps * part.reshape(shape) for part in u) if isinstance(u, tuple) else eps * u.reshape(shape)
    return _derivatives_along(_bind(func, inputs), target.data, delta, eps)


# By the backward pass.

_NONDETERMINISTIC_HINT = """\n
NOTE: If your op relies on non-deterministic operations i.e., it is listed here:
https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
this failure might be expected.

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.
If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `nondet_tol=<tol>` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_nondet_tol=<tol>`.
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_nondet_tol=<tol>`
"""


def _vjp(output: Tensor, inputs: list[Tensor], v: Tensor) -> tuple:
    from . import grad

    return grad(output, inputs, v, retain_graph=True, allow_unused=True)


def basis(output: Tensor) -> Iterator[Tensor]:
    """The standard basis of the output's space. One tensor over and over again: use it up before the next."""
    vector = ops.zeros(output.shape, dtype=output.dtype)
    flat = vector.view(-1)
    for i in range(flat.numel()):
        flat.zero_()
        flat[i] = 1.0
        yield vector


class _Columns:
    """The gradients of some inputs for one output, one after the other, as columns of that output's Jacobians."""

    def __init__(self, output: Tensor, inputs: list[Tensor], v: Tensor | None) -> None:
        vectors = basis(output) if v is None else iter([v.reshape(output.shape)])
        width = output.numel() if v is None else 1
        self.jacobians = [x.new_zeros((x.numel(), width)) for x in inputs]
        self.sizes_ok = self.dtypes_ok = True
        for column, vector in enumerate(vectors):
            for x, jacobian, gradient in zip(inputs, self.jacobians, _vjp(output, inputs, vector), strict=True):
                if gradient is not None:
                    self._put(jacobian, column, x, gradient)

    def _put(self, jacobian: Tensor, column: int, x: Tensor, gradient: Tensor) -> None:
        self.sizes_ok &= gradient.shape == x.shape
        self.dtypes_ok &= gradient.dtype == x.dtype
        if gradient.numel() != x.numel():
            raise AssertionError(
                f"Expected out_jacobian column to have {gradient.numel()} elements, but got {x.numel()}"
            )
        jacobian[:, column] = gradient.reshape(-1)


def _within(some: list[Tensor], others: list[Tensor], atol: float) -> bool:
    return not any(a.numel() and (a - b).abs().max() > atol for a, b in zip(some, others, strict=True))


def checked_analytical_jacobians(
    inputs: Any, output: Tensor, nondet_tol: float, check_grad_dtypes: bool, v: Tensor | None = None
) -> list[Tensor]:
    """The Jacobians of `output` with respect to each input that requires a gradient; all is computed twice.

    Args:
        v: if given, each result has the one column ``J v`` instead of a column for each element of the output.

    Raises:
        GradcheckError: for a gradient of wrong dtype or size, or where the two passes differ by more than `nondet_tol`.
    """
    jacobians, sizes_ok, dtypes_ok, reentrant = analytical_jacobians(inputs, output, nondet_tol, v)
    if not dtypes_ok and check_grad_dtypes:
        raise GradcheckError("Gradient has dtype mismatch")
    if not sizes_ok:
        raise GradcheckError("Analytical gradient has incorrect size")
    if not reentrant:
        raise GradcheckError(
            "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
            "different values, although analytical gradient matches numerical gradient."
            f"The tolerance for nondeterminism was {nondet_tol}." + _NONDETERMINISTIC_HINT
        )
    return jacobians


def analytical_jacobians(
    inputs: Any, output: Tensor, nondet_tol: float, v: Tensor | None = None
) -> tuple[list[Tensor], bool, bool, bool]:
    """The Jacobians, and whether sizes, dtypes and the repetition of the backward pass were as they should be."""
    targets = list(tensors_requiring_grad(inputs))
    first = _Columns(output, targets, v)
    second = _Columns(output, targets, v)
    return first.jacobians, first.sizes_ok, first.dtypes_ok, _within(first.jacobians, second.jacobians, nondet_tol)
