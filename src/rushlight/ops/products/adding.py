"""A product added to a tensor: ``beta * input + alpha * product``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.products import product
from ...arrays.promotion import result_dtype
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_tensor
from ..support.attach import inplace, methods
from ..support.casting import in_lower_precision
from ..support.checked import checked
from ..support.outputs import into
from ..support.precision import widened
from .matmul import c_type, check_bmm, check_kernel, check_mm, check_mv, fits

__all__ = ["addbmm", "addmm", "addmv", "addmv_", "addr", "baddbmm"]


# The operations.


def _scaled(x: Any, factor: Any) -> Any:
    return x if factor == 1 else x * factor


def _added(input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """beta * input + alpha * product; with beta 0 what `input` holds does not matter, not even NaN."""
    product = _scaled(product, alpha)
    if beta == 0:
        return product
    return _scaled(input, beta) + product


def _adding(name: str, node: str, multiply: Any, x: Any, y: Any, value: Any = None, *, factors: str) -> Any:
    """beta * input + alpha * multiply(x, y), from the rules of that product; as `value` computes it, if given.

    `factors`: torch's names of x and y.
    """

    def widely(input: Any, x: Any, y: Any, beta: Any, alpha: Any) -> Any:
        return _added(input, multiply(x, y), beta, alpha)

    return op(
        name, value or widened(widely), node, {
            "input": lambda g, beta: _scaled(g, beta),
            "x": lambda g, y, alpha: _scaled(x(g, y), alpha),
            "y": lambda g, x, alpha: _scaled(y(g, x), alpha),
        }, names=("input", "x", "y", "beta", "alpha"), conforms=True,
        saved_as=dict(zip("xy", factors.split())),
    )  # fmt: skip


_addmm = _adding(
    "addmm", "AddmmBackward0", product, lambda g, y: product(g, y.T), lambda g, x: product(x.T, g), factors="mat1 mat2"
)  # fmt: skip
_addmv = _adding(
    "addmv", "AddmvBackward0", lambda x, y: x @ y, lambda g, y: g[:, None] * y, lambda g, x: x.T @ g, factors="mat vec"
)  # fmt: skip


def _addr_value(input: Any, x: Any, y: Any, beta: Any, alpha: Any) -> Any:
    if x.dtype.kind == "f":  # of 16 bits, every step is rounded
        beta, alpha = (f if f in (0, 1) else dtypes.cast(np.asarray(f, np.float64), dtypes.of_array(x)) for f in (beta, alpha))
    return _added(input, _scaled(x, alpha)[:, None] * y, beta, 1)


_addr = _adding("addr", "AddrBackward0", None, lambda g, y: g @ y, lambda g, x: g.T @ x, _addr_value, factors="vec1 vec2")
_baddbmm = _adding(
    "baddbmm", "BaddbmmBackward0", product, lambda g, y: product(g, y.mT), lambda g, x: product(x.mT, g),
    factors="batch1 batch2",
)  # fmt: skip


def _addbmm_value(input: Any, x: Any, y: Any, beta: Any, alpha: Any) -> Any:
    if x.dtype is not np.dtype(np.float16) and type(x) is not dtypes.BFloat16Array:
        return _added(input, product(x, y).sum(0, x.dtype), beta, alpha)
    # Of 16 bits, torch rounds after every product.
    for i in range(x.shape[0]):
        input, beta = _addmm.op.forward(input, x[i], y[i], beta, alpha), 1
    return input if x.shape[0] else _added(input, dtypes.cast(np.zeros((x.shape[1], y.shape[2])), dtypes.of_array(x)), beta, alpha)


_addbmm = _adding(
    "addbmm", "AddbmmBackward0", None, lambda g, y: product(g, y.mT), lambda g, x: product(x.mT, g), _addbmm_value,
    factors="batch1 batch2",
)  # fmt: skip


def _expanded_to(input: Tensor, shape: tuple[int, ...]) -> None:
    """Raises as ``input.expand(shape)`` does."""
    own = input._data.shape
    if len(own) > len(shape) or any([n != 1 and n != wanted for n, wanted in zip(own[::-1], shape[::-1])]):
        input.detach().expand(shape)


# The functions as torch has them.


def _forms(x: str, y: str, out_dtype: bool = False) -> dict[str, Any]:
    """The signatures, and those of PyTorch's first years."""
    products = [f"(Tensor input, Tensor {x}, Tensor {y}, "]
    if out_dtype:
        products.append(products[0] + "torch.dtype out_dtype, ")
    numbers = [f"(Number beta, Tensor input, {alpha}Tensor {x}, Tensor {y}, *, " for alpha in ("Number alpha, ", "")]
    return {
        "signatures": [form + "*, Number beta = 1, Number alpha = 1, Tensor out = None)" for form in products],
        "older": [form + "Tensor out = None)" for form in numbers],
    }


@checked(**_forms("mat1", "mat2", out_dtype=True))
@in_lower_precision
def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)`` of matrices (n, k) and (k, m); `input` broadcasts to (n, m)."""
    check_addmm(input, mat1, mat2)
    return _finish(out, _addmm, input, mat1, mat2, beta, alpha)


def check_addmm(input: Tensor, mat1: Any, mat2: Any) -> None:
    """mm's own checks come after those of dtypes here, and its messages differ."""
    for matrix, word in ((mat1, "mat1"), (mat2, "mat2")):
        if matrix.ndim != 2:
            raise RuntimeError(f"{word} must be a matrix, got {matrix.ndim}-D tensor")
    _check_dtypes(input, mat1, mat2)
    (n, k), (m, p) = mat1._data.shape, mat2._data.shape
    if k == m:
        _expanded_to(input, (n, p))
    check_mm("addmm", mat1, mat2)


def _check_dtypes(input: Tensor, mat1: Any, mat2: Any) -> None:
    for t, word in ((input, "self"), (mat1, "mat1")):
        if not fits(t._data, mat2._data):
            names = t.dtype.scalar_name, mat2.dtype.scalar_name
            raise RuntimeError("{} and mat2 must have the same dtype, but got {} and {}".format(word, *names))


def _finish(out: Tensor | None, call: Any, input: Tensor, x: Any, y: Any, beta: Any, alpha: Any) -> Tensor:
    if not input.dtype.is_complex and (beta.__class__ is complex or alpha.__class__ is complex):
        raise RuntimeError(f"value cannot be converted to type {c_type(input)} without overflow")
    if input.dtype.category < 2 and beta.__class__ is not bool:
        beta, alpha = int(beta), int(alpha)
    if out is not None:
        return into(out, call, input, x, y, beta, alpha, own=True)
    return call(input, x, y, beta, alpha)


@checked(**_forms("mat", "vec"))
def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * (mat @ vec)`` of a matrix (n, k) and a vector (k); `input` broadcasts to (n)."""
    check_mv(mat, vec, input)
    return _finish(out, _addmv, input, mat, vec, beta, alpha)


@checked(**_forms("vec1", "vec2"))
def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * outer(vec1, vec2)``; `input` broadcasts to the outer product."""
    for position, (name, t) in enumerate({"input": input, "vec1": vec1, "vec2": vec2}.items(), 1):
        check_tensor("addr", t, name, position)
        if position > 1 and t.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {t.ndim}-D")
    dtype = result_dtype([(t.dtype, t.ndim) for t in (input, vec1, vec2)])
    for word, factor in (("beta", beta), ("alpha", alpha)):
        if dtype.category < 2 and isinstance(factor, (float, complex)):
            raise RuntimeError(f"For integral input tensors, argument {word} must not be a floating point number.")
        if factor.__class__ is bool and dtype is not dtypes.bool_:
            raise RuntimeError(f"Boolean {word} only supported for Boolean results.")
    _expanded_to(input, (vec1._data.size, vec2._data.size))
    if dtype is dtypes.bool_:
        beta, alpha = bool(beta), bool(alpha)
    input, vec1, vec2 = (t if t.dtype is dtype else t.to(dtype) for t in (input, vec1, vec2))  # type: ignore[attr-defined]
    return _finish(out, _addr, input, vec1, vec2, beta, alpha)


@checked(**_forms("batch1", "batch2", out_dtype=True))
@in_lower_precision
def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2)``; `input` broadcasts to the stack of products."""
    size = batch1.size(0), batch1.size(1), batch2.size(2)
    if batch1.ndim == 3 == batch2.ndim:
        _expanded_to(input, size)
    if input.dtype is not batch1.dtype:
        names = [c_type(t) for t in (input, batch1, batch2)]
        raise RuntimeError("Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names))
    check_bmm(batch1, batch2)
    return _finish(out, _baddbmm, input, batch1, batch2, beta, alpha)


@checked(**_forms("batch1", "batch2"))
@in_lower_precision
def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2).sum(0)``; `input` broadcasts to one product."""
    size = batch1.size(1), batch2.size(2)
    if batch1.ndim == 3 == batch2.ndim:
        _expanded_to(input, size)
    check_bmm(batch1, batch2, accumulating=True)
    _check_dtypes(input, batch1, batch2)
    check_kernel("addmm_impl_cpu_", batch1)
    return _finish(out, _addbmm, input, batch1, batch2, beta, alpha)


addmv_ = inplace(addmv)
methods(
    addbmm=addbmm, addbmm_=inplace(addbmm), addmm=addmm, addmm_=inplace(addmm), addmv=addmv, addmv_=addmv_, addr=addr,
    addr_=inplace(addr), baddbmm=baddbmm, baddbmm_=inplace(baddbmm),
)  # fmt: skip
