"""gradcheck of forward mode: is the tangent what finite differences say?

A complex input is checked as two real ones, its parts, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import ops
from ..core import Tensor
from ._jacobians import (
    GradcheckError,
    as_tuple,
    basis,
    has_derivative,
    numerical_jacobians,
    numerical_jvp,
)
from ._mismatch import Tolerances, Wording, close, random_direction, slow_mode_details, total


def check_forward(func: Callable, inputs: tuple, tolerances: Tolerances, fast_mode: bool, undefined: bool) -> None:
    """Compares forward mode with finite differences; with `undefined`, missing tangents with tangents of zero.

    Raises GradcheckError where they differ.
    """
    compare = _compare_projections if fast_mode else _compare_jacobians
    complex_inputs = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.is_complex()]
    if not complex_inputs:
        compare(func, inputs, tolerances, Wording(forward=True))
        if undefined:
            _check_undefined(func, inputs)
        return
    parts = {part: _part_of(func, inputs, complex_inputs, part) for part in ("imaginary", "real")}
    for part, (function, given) in parts.items():
        words = f"While considering the {part} part of complex inputs only, "
        compare(function, given, tolerances, Wording(words, complex_inputs, forward=True))
    for function, given in parts.values() if undefined else ():
        _check_undefined(function, given)


def _part_of(func: Callable, inputs: tuple, places: Sequence[int], part: str) -> tuple[Callable, tuple]:
    """`func` as a function of one part of its complex inputs, and these parts."""

    def function(*args: Any) -> tuple:
        whole = list(args)
        for i in places:
            whole[i] = args[i] + inputs[i].imag * 1j if part == "real" else inputs[i].real + args[i] * 1j
        return as_tuple(func(*whole))

    given = list(inputs)
    for i in places:
        given[i] = inputs[i].real if part == "real" else inputs[i].imag
    return function, tuple(given)


def _wanted(inputs: tuple) -> list[int]:
    return [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]


def tangents(func: Callable, inputs: tuple, directions: dict[int, Any]) -> list[Any]:
    """Pairs of value and tangent (perhaps None) of each floating point or complex result of `func`.

    The inputs that require a gradient are duals with the tangents `directions`, zero where there is none.
    """
    from . import forward_ad

    with forward_ad.dual_level():
        duals = list(inputs)
        for i in _wanted(inputs):
            x = inputs[i].detach()
            duals[i] = forward_ad.make_dual(x, directions.get(i, ops.zeros_like(x)))
        return [forward_ad.unpack_dual(out) for out in as_tuple(func(*duals)) if has_derivative(out)]


def _flat_tangents(func: Callable, inputs: tuple, i: int, direction: Tensor, check_dtypes: bool) -> list[Tensor]:
    """The tangents of the results, flat, as input `i` moves along `direction`."""
    columns = []
    for value, tangent in tangents(func, inputs, {i: direction}):
        if check_dtypes and tangent is not None and value.is_complex() != tangent.is_complex():
            raise GradcheckError("Forward AD gradient has dtype mismatch.")
        tangent = value.detach().new_zeros(value.shape) if tangent is None else tangent.detach()
        columns.append(tangent.reshape(-1).to(value.dtype))
    return columns


def _jacobians(func: Callable, inputs: tuple, i: int, check_dtypes: bool) -> Iterator[Tensor]:
    """The Jacobian of each result by input `i`, one row for each element of the input."""
    rows = [_flat_tangents(func, inputs, i, vector.clone(), check_dtypes) for vector in basis(inputs[i].detach())]
    return map(ops.stack, zip(*rows, strict=True))


def _compare_jacobians(func: Callable, inputs: tuple, tolerances: Tolerances, wording: Wording) -> None:
    returned = as_tuple(func(*inputs))
    numerical = [_smooth(row) for row in numerical_jacobians(func, inputs, returned, tolerances.eps)]
    wanted = _compared(returned, numerical)
    for nr, i in enumerate(_wanted(inputs) if wanted else ()):
        analytical = list(_jacobians(func, inputs, i, tolerances.check_grad_dtypes))
        for o, place in enumerate(wanted if inputs[i].numel() else ()):
            a, n = analytical[place], numerical[nr][place]
            if not close(a, n, tolerances.rtol, tolerances.atol):
                raise GradcheckError(wording.mismatch(a, n, o, nr))


def _smooth(parts: Sequence[Any]) -> list[Any]:
    """Without the None for results of integral dtype."""
    return [part for part in parts if part is not None]


def _compared(returned: tuple, numerical: Sequence[Sequence[Tensor]]) -> list[int]:
    """Which of the results with a derivative require a gradient. Raises GradcheckError if none does and one should."""
    wanted = [place for place, out in enumerate(filter(has_derivative, returned)) if out.requires_grad]
    if not wanted and any((derivative != 0).any() for row in numerical for derivative in row):
        raise GradcheckError("Numerical gradient for function expected to be zero")
    return wanted


def _compare_projections(func: Callable, inputs: tuple, tolerances: Tolerances, wording: Wording) -> None:
    generator = ops.Generator()  # one of its own: the user's random numbers stay as they were
    targets = _wanted(inputs)
    us = [random_direction(inputs[i], generator) for i in targets]
    numerical = [_smooth(numerical_jvp(func, inputs, inputs[i], u, tolerances.eps)) for i, u in zip(targets, us)]
    wanted = _compared(as_tuple(func(*inputs)), numerical)
    for nr, (i, u) in enumerate(zip(targets, us) if wanted else ()):
        analytical = _flat_tangents(func, inputs, i, u.reshape(inputs[i].shape), tolerances.check_grad_dtypes)
        for o, place in enumerate(wanted):
            a, n = analytical[place], numerical[nr][place]
            if not close(a, n, tolerances.rtol, tolerances.atol * total(u)):
                full = numerical_jacobians(func, inputs, as_tuple(func(*inputs)), tolerances.eps)[nr]
                exact = list(_jacobians(func, inputs, i, False))
                details = slow_mode_details(_smooth(full)[place], exact[place], tolerances)
                raise GradcheckError(wording.mismatch(a, n, o, nr) + details)


def _check_undefined(func: Callable, inputs: tuple) -> None:
    """A missing tangent of an input must count as one of zero."""
    generator = ops.Generator()
    wanted = _wanted(inputs)
    directions = {i: random_direction(inputs[i], generator).reshape(inputs[i].shape) for i in wanted}
    for i in wanted:
        others = {k: v for k, v in directions.items() if k != i}
        without = tuple([x.detach() if k == i else x for k, x in enumerate(inputs)])
        pairs = zip(tangents(func, inputs, others), tangents(func, without, others), strict=False)
        for o, ((_, zero), (_, missing)) in enumerate(pairs):
            if zero is not None and missing is not None and not ops.allclose(zero, missing):
                raise GradcheckError(
                    "Mismatch in tangent values for output with index: ", o, " when input: ", inputs[i],
                    " has an undefined tangent value. ", " Got: ", zero, " but expected: ", missing,
                )  # fmt: skip
