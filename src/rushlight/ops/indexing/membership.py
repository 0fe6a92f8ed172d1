"""Elements of one tensor among those of another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.tensor import Tensor, wrap
from ..support.layered import reads_values
from ..support.operands import common
from ..support.options import no_such_call
from ..support.outputs import into

__all__ = ["isin"]

_FORMS = [
    f"({operands}, *, bool assume_unique = False, bool invert = False, Tensor out = None)"
    for operands in (
        "Tensor elements, Tensor test_elements", "Number element, Tensor test_elements", "Tensor elements, Number test_element",
    )
]  # fmt: skip


@reads_values
def isin(
    elements: Any = None, test_elements: Any = None, *, assume_unique: bool = False, invert: bool = False,
    out: Tensor | None = None, element: Any = None, test_element: Any = None,
) -> Tensor:  # fmt: skip
    """Whether each of `elements` is one of `test_elements` (with `invert`: is none of them). Either may be a number.

    NaN is not among any elements. Raises RuntimeError for bool and complex dtypes.

    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    tensor([False,  True, False])
    """
    elements = element if elements is None else elements
    test_elements = test_element if test_elements is None else test_elements
    given = (elements, test_elements)
    known = all([isinstance(a, (Tensor, int, float, complex, np.number)) for a in given])
    if not known or not any([isinstance(a, Tensor) for a in given]):
        raise no_such_call("isin", given, {}, _FORMS)
    if out is not None:
        if out.dtype is not dtypes.bool_:
            raise RuntimeError(f"Expected out tensor to have dtype bool, but got {out.dtype.cpp_name} instead")
        return into(out, lambda: isin(elements, test_elements, assume_unique=assume_unique, invert=invert))
    for a in given:
        dtype = dtypes.complex128 if isinstance(a, complex) else common(a)
        if dtype is dtypes.bool_ or dtype.is_complex:
            raise RuntimeError(f"Unsupported input type encountered for isin(): {dtype.scalar_name}")
    dtype = common(*given)
    x, y = (np.asarray(dtypes.cast(a._data, dtype) if isinstance(a, Tensor) else a, dtype.numpy) for a in given)
    return wrap(np.isin(x.view(np.ndarray), y.view(np.ndarray), assume_unique, invert))
