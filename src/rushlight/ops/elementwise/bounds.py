"""The larger, the smaller, and values kept within bounds.

Where both sides of a maximum or minimum are equal, each takes half of the gradient; at a bound the tensor takes all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import NUMBERS, elementwise
from ...core.tensor import ORDINARY, Tensor
from ...core.views import assign
from ..support.arguments import check_tensor
from ..support.attach import described, functions, inplace_methods, methods, written
from ..support.kinds import only
from ..support.operands import as_payload, call_into, promoted
from ..support.signatures import last
from .comparison import choose, masked_fill

__all__ = [
    "clamp", "clamp_", "clamp_max", "clamp_max_", "clamp_min", "clamp_min_", "clip", "clip_", "fmax", "fmin", "maximum",
    "minimum",
]  # fmt: skip



def _no_complex(name: str) -> Any:
    return only("bif", RuntimeError(f"{name} not implemented for complex tensors."))


maximum = elementwise(
    "maximum", np.maximum, "MaximumBackward0",
    lambda g, x, y: masked_fill(choose(g / 2, g, x == y), x < y, 0),
    lambda g, x, y: masked_fill(choose(g / 2, g, x == y), x > y, 0),
    names=("x", "y"), numbers=False, promote=_no_complex("maximum"),
)  # fmt: skip
minimum = elementwise(
    "minimum", np.minimum, "MinimumBackward0",
    lambda g, x, y: masked_fill(choose(g / 2, g, x == y), x > y, 0),
    lambda g, x, y: masked_fill(choose(g / 2, g, x == y), x < y, 0),
    names=("x", "y"), numbers=False, promote=_no_complex("minimum"),
)  # fmt: skip
fmax = elementwise(
    "fmax", np.fmax, "FmaxBackward0",
    lambda g, x, y: choose(g, 0, (x >= y) | (y != y)),
    lambda g, x, y: choose(0, g, (x >= y) | (y != y)),
    names=("x", "y"), numbers=False, promote=_no_complex("fmax"),
)  # fmt: skip
fmin = elementwise(
    "fmin", np.fmin, "FminBackward0",
    lambda g, x, y: choose(g, 0, (x <= y) | (y != y)),
    lambda g, x, y: choose(0, g, (x <= y) | (y != y)),
    names=("x", "y"), numbers=False, promote=_no_complex("fmin"),
)  # fmt: skip


def _bounded(x: Any, min: Any = None, max: Any = None) -> Any:
    if x.dtype.kind in "iu":
        min, max = (bound if bound is None else as_payload(bound, x) for bound in (min, max))
    if min is not None and max is not None and x.size > 4096:
        return x.clip(min, max)
    if min is not None:
        x = np.maximum(x, min)
    return x if max is None else np.minimum(x, max)


def _inside(x: Any, min: Any = None, max: Any = None) -> Any:
    if min is None:
        return x <= max
    return x >= min if max is None else (x >= min) & (x <= max)




def _known(kernel: str) -> Any:
    return only("bif", NotImplementedError("clamp is not supported for complex types"), only("if", kernel))


_clamp = elementwise(
    "clamp", _bounded, "ClampBackward1", lambda g, x, min, max: choose(g, 0, _inside(x, min, max)),
    inputs=1, promote=_known("clamp_scalar_cpu"),
)  # fmt: skip
_clamp_tensors = elementwise(
    "clamp_tensors", _bounded, "ClampBackward0",
    lambda g, x, min, max: choose(g, 0, _inside(x, min, max)),
    lambda g, x, min, max: choose(g, 0, (min < max) & (x < min)),
    lambda g, x, min, max: choose(g, 0, (x > max) | (max < min)),
    promote=only("if", "clamp_cpu"),
)  # fmt: skip


_CLAMP_MIN, _CLAMP_MAX = last("clamp_min", "min"), last("clamp_max", "max")


def _at_least(name: str, node: str, inputs: int) -> Any:
    return elementwise(
        name, lambda x, min: _bounded(x, min), node,
        lambda g, x, min: choose(g, 0, x >= min), *[lambda g, x, min: choose(g, 0, x < min)][: inputs - 1],
        names=("x", "min"), inputs=inputs,
        promote=_known("clamp_min_scalar_cpu") if inputs == 1 else only("bif", "maximum_cpu"), numbers=_CLAMP_MIN,
    )  # fmt: skip


def _at_most(name: str, node: str, inputs: int) -> Any:
    return elementwise(
        name, lambda x, max: _bounded(x, None, max), node,
        lambda g, x, max: choose(g, 0, x <= max), *[lambda g, x, max: choose(g, 0, x > max)][: inputs - 1],
        names=("x", "max"), inputs=inputs,
        promote=_known("clamp_max_scalar_cpu") if inputs == 1 else only("bif", "minimum_cpu"), numbers=_CLAMP_MAX,
    )  # fmt: skip


_clamp_below = _at_least("clamp_tensor_min", "ClampBackward0", 2)
_clamp_above = _at_most("clamp_tensor_max", "ClampBackward0", 2)
_clamp_min = _at_least("clamp_min", "ClampMinBackward0", 1)
_clamp_max = _at_most("clamp_max", "ClampMaxBackward0", 1)
_clamp_min_tensor = _at_least("clamp_min_tensor", "ClampMinBackward1", 2)
_clamp_max_tensor = _at_most("clamp_max_tensor", "ClampMaxBackward1", 2)


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """`input` between `min` and `max`, two numbers or two tensors of which one may be missing.

    Where `min` is above `max` the result is `max`. Raises RuntimeError if both bounds are missing.

    >>> import rushlight as torch
    >>> torch.clamp(torch.tensor([-2., 0., 2.]), min=-1, max=1)
    tensor([-1.,  0.,  1.])
    """
    if not isinstance(input, Tensor):
        check_tensor("clamp", input)
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    numbers = isinstance(min, NUMBERS) or isinstance(max, NUMBERS)
    if numbers:
        min, max = _number(input, min, max, min), _number(input, min, max, max)
        for bound in (min, max):
            if bound is not None:
                input = promoted(input, bound)
        return call_into(out, _clamp, input, min, max)
    if max is None:
        return call_into(out, _clamp_below, input, min)
    if min is None:
        return call_into(out, _clamp_above, input, max)
    return call_into(out, _clamp_tensors, input, min, max)


def _number(input: Any, min: Any, max: Any, bound: Any) -> Any:
    """One of two bounds as a number: a 0-d tensor beside a number counts as one."""
    if bound is None or isinstance(bound, NUMBERS):
        return bound
    if isinstance(bound, Tensor) and bound.__class__ in ORDINARY and not bound._data.ndim and not bound.requires_grad:
        return bound.item()
    kinds = ", ".join(type(a).__name__ for a in (input, min, max))
    raise TypeError(
        f"clamp() received an invalid combination of arguments - got ({kinds}), but expected one of:\n"
        " * (Tensor input, Tensor min = None, Tensor max = None, *, Tensor out = None)\n"
        " * (Tensor input, Number min = None, Number max = None, *, Tensor out = None)\n"
    )


def clamp_min(input: Tensor, min: Any, *, out: Tensor | None = None) -> Tensor:
    """The larger of `input` and a bound, a number or a tensor."""
    if not isinstance(input, Tensor):
        _CLAMP_MIN.check((input, min))
    if not isinstance(min, NUMBERS):
        return _clamp_min_tensor(input, min, out=out)
    return _clamp_min(promoted(input, min), min, out=out)


def clamp_max(input: Tensor, max: Any, *, out: Tensor | None = None) -> Tensor:
    """The smaller of `input` and a bound, a number or a tensor."""
    if not isinstance(input, Tensor):
        _CLAMP_MAX.check((input, max))
    if not isinstance(max, NUMBERS):
        return _clamp_max_tensor(input, max, out=out)
    return _clamp_max(promoted(input, max), max, out=out)


clip = clamp


described(
    globals(),
    fmax="The greater of two, element by element; a number where the other is NaN.",
    fmin="The smaller of two, element by element; a number where the other is NaN.",
    maximum="The greater of two, element by element; NaN where one is. Equal elements share the gradient.",
    minimum="The smaller of two, element by element; NaN where one is. Equal elements share the gradient.",
)  # fmt: skip

methods(
    maximum=maximum, minimum=minimum, fmax=fmax, fmin=fmin, clamp=clamp, clip=clamp, clamp_min=clamp_min,
    clamp_max=clamp_max,
)  # fmt: skip


def _clamp_inplace(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
    if all([bound is None or bound.__class__ in (float, int) for bound in (min, max)]) and written(
        self, lambda x, out=None: _clamp_into(x, min, max, out)
    ):
        return self
    return assign(self, clamp, (min, max))


def _clamp_into(x: Any, min: Any, max: Any, out: Any) -> Any:
    if out is None:
        return _bounded(x, min, max)
    if min is not None and max is not None:
        return x.clip(min, max, out=out)
    if min is not None:
        return np.maximum(x, min, out=out)
    return np.minimum(x, max, out=out)


methods(clamp_=_clamp_inplace, clip_=_clamp_inplace)
inplace_methods(clamp_min, clamp_max)
clamp_, clamp_min_, clamp_max_, clip_ = functions("clamp_", "clamp_min_", "clamp_max_", "clip_")
