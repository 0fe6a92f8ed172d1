"""NumPy's two protocols (NEP 13 and 18): NumPy's functions and ufuncs on Tensors. Their tables are loaded when NumPy asks."""

from __future__ import annotations

from typing import Any

from ...core.tensor import Tensor
from ..support.attach import methods


def _array_ufunc(self: Tensor, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    from ..numpy_api import call_ufunc

    return call_ufunc(ufunc, method, inputs, kwargs)


def _array_function(self: Tensor, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    from ..numpy_api import call_function

    return call_function(function, args, kwargs)


methods(__array_ufunc__=_array_ufunc, __array_function__=_array_function)
