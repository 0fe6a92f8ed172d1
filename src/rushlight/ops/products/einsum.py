"""Sums of products over named dimensions, and products of matrices written with them.

One operation contracts two tensors; more are contracted one after the other. The gradient of an operand is again a
contraction, of the gradient with the other operand: so the operation is its own derivative, of every order.
"""

from __future__ import annotations

import math
import string
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays.products import product
from ...core.tensor import Tensor
from ..layout.broadcasting import expand_op
from ..layout.shape import sequence, unsafe_view, view_op
from ..support.arguments import check_tensor
from ..support.attach import methods
from ..support.casting import ACTIVE, in_lower_precision, lowered
from ..support.checked import checked
from ..support.operands import common
from ..support.options import argument_error, warn_user
from ..support.outputs import into
from ..support.precision import wide_op
from .matmul import c_type, check_batch_dtypes, mm

__all__ = ["bilinear", "chain_matmul", "einsum", "ger", "inner", "kron", "outer", "tensordot"]

Labels = tuple[Any, ...]


# The contraction of two tensors.


def _without(x: Any, labels: Labels, kept: Labels) -> tuple[Any, Labels]:
    """`x` summed over the labels that nobody else has."""
    axes = tuple([i for i, label in enumerate(labels) if label not in kept])
    if not axes:
        return x, labels
    return np.add.reduce(x, axes), tuple([label for label in labels if label in kept])


def _squeezed(x: Any, labels: Labels, sizes: dict[Any, int]) -> tuple[Any, Labels]:
    """`x` without the dimensions of size one that broadcast: they are no dimensions of its own."""
    axes = tuple([i for i, label in enumerate(labels) if x.shape[i] == 1 and sizes[label] != 1])
    return (x.squeeze(axes), tuple([q for i, q in enumerate(labels) if i not in axes])) if axes else (x, labels)


def _matrix(x: Any, labels: Labels, groups: tuple[list[Any], ...], sizes: dict[Any, int]) -> Any:
    """`x` as a stack of matrices: a group of labels each for stack, rows and columns."""
    x = x.transpose([labels.index(label) for group in groups for label in group])
    shape = [math.prod([sizes[label] for label in group]) for group in groups]
    return x.reshape(shape if groups[0] else shape[1:])


def _contract(x: Any, y: Any, xs: Labels, ys: Labels, output: Labels) -> Any:
    """As one product of (stacks of) matrices; elementwise where nothing is summed over."""
    x, xs = _without(x, xs, (*ys, *output))
    y, ys = _without(y, ys, (*xs, *output))
    sizes = dict(zip(ys, y.shape)) | {label: n for label, n in zip(xs, x.shape) if n != 1 or label not in ys}
    x, xs = _squeezed(x, xs, sizes)
    y, ys = _squeezed(y, ys, sizes)
    x, xs = _without(x, xs, (*ys, *output))
    y, ys = _without(y, ys, (*xs, *output))
    stack = [label for label in xs if label in ys and label in output]
    inner = [label for label in xs if label in ys and label not in output]
    left, right = [label for label in xs if label not in ys], [label for label in ys if label not in xs]
    a = _matrix(x, xs, (stack, left, inner), sizes)
    b = _matrix(y, ys, (stack, inner, right), sizes)
    labels = (*stack, *left, *right)
    result = (product(a, b) if inner else a * b).reshape([sizes[label] for label in labels])
    return result.transpose([labels.index(label) for label in output])


def _contract_slope(g: Any, other: Any, output: Labels, others: Labels, labels: Labels, shape: tuple[int, ...]) -> Any:
    """The gradient of an operand: a contraction, repeated along what that operand alone was summed over."""
    found = tuple([label for label in labels if label in output or label in others])
    g = contract(g, other, output, others, found)
    sizes = dict(zip(found, g.shape))
    if any([sizes.get(label, 1) == 1 != n for label, n in zip(labels, shape)]):
        g = g.reshape(tuple([sizes.get(label, 1) for label in labels]))
        g = expand_op(g, tuple([n if sizes.get(label, 1) == 1 else sizes[label] for label, n in zip(labels, shape)]))
    return g


def _declare(name: str, node: str) -> Any:
    return wide_op(name, _contract, node, {
        "x": lambda g, y, xs, ys, output, x_shape: _contract_slope(g, y, output, ys, xs, x_shape),
        "y": lambda g, x, xs, ys, output, y_shape: _contract_slope(g, x, output, xs, ys, y_shape),
    }, conforms=True)  # fmt: skip


#: ``contract(x, y, xs, ys, output)``: dimensions are labelled by `xs` and `ys`, those not in `output` summed over.
contract = _declare("contract", "ViewBackward0")
_contract_products = _declare("contract_products", "MulBackward0")


# einsum.

_LETTERS = string.ascii_letters


def einsum(*args: Any) -> Tensor:
    """Sums of products over the dimensions that `equation` names: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    Each letter stands for a dimension of the operands; those that are not in the output are summed over. ``...`` stands
    for any dimensions, which broadcast. Without ``->`` the output has the letters that occur once, in alphabetical
    order. ``einsum(a, [0, 1], b, [1, 2], [0, 2])`` says the same with numbers. Raises RuntimeError for an equation that
    does not fit the operands.

    >>> torch.einsum("i,j->ij", torch.ones(2), torch.ones(3)).shape
    torch.Size([2, 3])
    """
    while len(args) == 2 and isinstance(args[1], (list, tuple)) and not isinstance(args[0], Tensor):
        args = args[0], *args[1]
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], Tensor):
        equation, operands = _from_lists(args)
    else:
        equation, operands = args[0], list(args[1:])
    if not isinstance(equation, str):
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}")
    for i, x in enumerate(operands):
        if not isinstance(x, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 1, but got {type(x).__name__}")
    if ACTIVE[0] and len(operands) > 1:
        operands = list(lowered(*operands))
    return _einsum(equation, operands)


def _from_lists(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    def text(subscripts: Any) -> str:
        out = ""
        for s in subscripts:
            if s is not Ellipsis and not 0 <= s < 52:
                raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
            out += "..." if s is Ellipsis else (string.ascii_uppercase + string.ascii_lowercase)[s]
        return out

    pairs = len(args) // 2
    equation = ",".join([text(args[2 * i + 1]) for i in range(pairs)])
    if len(args) % 2:
        equation += "->" + text(args[-1])
    return equation, [args[2 * i] for i in range(pairs)]


@lru_cache(1024)
def _parsed(equation: str, ranks: tuple[int, ...]) -> tuple[tuple[Labels, ...], Labels]:
    """The labels of the operands, of these numbers of dimensions, and of the output."""
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) > len(ranks):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(terms) < len(ranks):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    offset, inputs = 0, []
    for i, (term, ndim) in enumerate(zip(terms, ranks)):
        inputs.append(_labels(term, offset, f"operand {i}", ndim))
        offset += len(term) + 1
    # Ellipses of different lengths are aligned on the right: their dimensions are numbered from the back.
    rank = max([len(labels) - len(_letters(labels)) for labels in inputs])
    output = _labels(right, len(left) + 2, "output", rank, rank) if arrow else _implied(inputs, rank)
    _check_output(output, inputs)
    return tuple(inputs), output


def _einsum(equation: str, operands: list[Tensor]) -> Tensor:
    parsed, output = _parsed(equation, tuple([x._data.ndim for x in operands]))
    inputs = list(parsed)
    sizes: dict[Any, int] = {}
    for i, x in enumerate(operands):
        if len(set(inputs[i])) != len(inputs[i]):
            operands[i], inputs[i] = _diagonal(x, inputs[i], i)
        for label, n in zip(inputs[i], operands[i]._data.shape):
            seen = sizes.get(label, 1)
            if n != seen and n != 1 and seen != 1:
                raise RuntimeError(
                    f"einsum(): subscript {label} has size {n} for operand {i} which does not broadcast with "
                    f"previously seen size {seen}"
                )
            sizes[label] = n if seen == 1 else seen
    if len(operands) == 1:
        return _of_one(operands[0], inputs[0], output)
    summed = any([label not in output for labels in inputs for label in labels])
    operation = contract if summed else _contract_products
    x, xs = operands[0], inputs[0]
    for i, (y, ys) in enumerate(zip(operands[1:], inputs[1:]), 2):
        later = {label for labels in inputs[i:] for label in labels} | set(output)
        kept = output if i == len(operands) else tuple(dict.fromkeys([q for q in (*xs, *ys) if q in later]))
        if summed:
            check_batch_dtypes(x, y)
        elif x.dtype is not y.dtype:
            x, y = [t.to(common(x, y)) for t in (x, y)]
        x, xs = operation(x, y, xs, ys, kept), kept
    return view_op(x, tuple(x.shape)) if summed else x


def _labels(term: str, offset: int, whose: str, ndim: int, ellipsis: int | None = None) -> Labels:
    """The labels of a term: letters, and negative numbers for what an ellipsis stands for."""
    labels: list[Any] = []
    at, i, dots = -1, 0, 0
    while i < len(term):
        c = term[i]
        if c == ".":
            if at >= 0:
                raise RuntimeError(f"einsum(): found '.' for {whose} for which an ellipsis was already found")
            if term[i : i + 3] != "...":
                rest = " that is not part of any ellipsis" + (" (...)" if whose == "output" else "")
                raise RuntimeError(f"einsum(): found '.' for {whose}{rest}")
            at, i = len(labels), i + 3
            continue
        if c != " ":
            if c not in _LETTERS:
                raise RuntimeError(
                    f"einsum(): invalid subscript given at index {offset + i} in the equation string, subscripts must "
                    "be in [a-zA-Z]"
                )
            labels.append(c)
        i += 1
    if ellipsis is None:
        _check_number(len(labels), ndim, at >= 0, whose)
        ellipsis = ndim - len(labels)
    dots = ellipsis if at >= 0 else 0
    return (*labels[:at], *range(-dots, 0), *labels[at:]) if dots else tuple(labels)


def _check_number(letters: int, ndim: int, ellipsis: bool, whose: str) -> None:
    if letters > ndim if ellipsis else letters != ndim:
        what = "is more than" if ellipsis else "does not match"
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({letters}) {what} the number of dimensions ({ndim}) "
            f"for {whose}" + ("" if ellipsis else " and no ellipsis was given")
        )


def _letters(labels: Labels) -> list[str]:
    return [label for label in labels if isinstance(label, str)]


def _implied(inputs: list[Labels], rank: int) -> Labels:
    every = [label for labels in inputs for label in _letters(labels)]
    once = sorted([label for label in every if every.count(label) == 1], key=lambda c: (c.islower(), c))
    return (*range(-rank, 0), *once)


def _check_output(output: Labels, inputs: list[Labels]) -> None:
    for label in _letters(output):
        if output.count(label) > 1:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        if not any([label in labels for labels in inputs]):
            raise RuntimeError(
                f"einsum(): output subscript {label} does not appear in the equation for any input operand"
            )


def _diagonal(x: Tensor, labels: Labels, operand: int) -> tuple[Tensor, Labels]:
    """Repeated labels once, along the diagonal."""
    for label in _letters(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            m, n = x.shape[first], x.shape[second]
            if m != n:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {operand} but the sizes don't match, "
                    f"{n} != {m}"
                )
            x = x.diagonal(0, first, second)
            rest = [q for i, q in enumerate(labels) if i not in (first, second)]
            labels = (*rest, label)
    return x, labels


def _of_one(x: Tensor, labels: Labels, output: Labels) -> Tensor:
    summed = [label for label in labels if label not in output]
    x = x.permute([labels.index(label) for label in (*output, *summed)])
    return x.sum(tuple(range(len(output), x.ndim))) if summed else x


# Products that are contractions.


def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Tensor:
    """Sums of products over the last `dims` dimensions of `a` and the first of `b`, or over two lists of dimensions.

    Raises RuntimeError if they are not of the same sizes.
    """
    first, second = _tensordot_dims(a, b, dims)
    for i, j in zip(first, second):
        m, n = a.shape[i], b.shape[j]
        if m != n and m != 1 and n != 1:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {m} in dim {i} and second has size {n} in "
                f"dim {j}"
            )
    if out is not None:
        return into(out, lambda x, y: tensordot(x, y, dims), a, b)
    first, second = [d % a.ndim for d in first], [d % b.ndim for d in second]
    # Where one side has size one, the other is summed over by itself.
    if alone := [d for d, e in zip(first, second) if a.shape[d] != 1 == b.shape[e]]:
        a = a.sum(alone, keepdim=True).to(a.dtype)
    if alone := [e for d, e in zip(first, second) if b.shape[e] != 1 == a.shape[d]]:
        b = b.sum(alone, keepdim=True).to(b.dtype)
    left, right = [d for d in range(a.ndim) if d not in first], [d for d in range(b.ndim) if d not in second]
    n = math.prod([a.shape[d] for d in first])
    shape = [a.shape[d] for d in left] + [b.shape[d] for d in right]
    rows = a.permute(left + first).reshape(-1 if n else math.prod(shape[: len(left)]), n)
    columns = b.permute(second + right).reshape(n, -1 if n else math.prod(shape[len(left) :]))
    return mm(rows, columns).view(shape)


def _tensordot_dims(a: Tensor, b: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    for x, name, position in ((a, "input", 1), (b, "other", 2)):
        check_tensor("tensordot", x, name, position)
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return list(range(-dims, 0)), list(range(dims))
    if not isinstance(dims, (list, tuple)):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, "
            f"but got dims={dims}"
        )
    first, second = dims
    first = [first] if isinstance(first, int) else list(sequence("tensordot", first, "dims_self", 3))
    second = [second] if isinstance(second, int) else list(sequence("tensordot", second, "dims_other", 4))
    if len(first) != len(second):
        raise RuntimeError("both dimension lists should have same length")
    return first, second


def kron(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Kronecker product: blocks of `other`, one for each element of `input`, in all dimensions."""
    check_tensor("kron", input)
    check_tensor("kron", other, "other", 2)
    if out is not None:
        return into(out, kron, input, other)
    ndim = max(input.ndim, other.ndim)
    a, b = [[1] * (ndim - x.ndim) + list(x.shape) for x in (input, other)]
    left = input.reshape([n for size in a for n in (size, 1)])
    right = other.reshape([n for size in b for n in (1, size)])
    return unsafe_view(left * right, tuple([m * n for m, n in zip(a, b)]))


@checked
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input1ᵀ weight[k] input2 + bias[k]``: (..., m), (..., n), (p, m, n) and (p) to (..., p).

    Raises RuntimeError for shapes that do not fit, and for two dtypes.

    >>> torch.nn.functional.bilinear(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), torch.eye(2)[None])
    tensor([11.])
    """
    if input1.ndim != input2.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}")
    given = {"input1": input1, "input2": input2, "weight": weight, **({} if bias is None else {"bias": bias})}
    if len({t.dtype for t in given.values()}) > 1:
        kinds = ", ".join([f"{name}: {c_type(t)}" for name, t in given.items()])
        raise RuntimeError(f"All tensors must have the same dtype, got {kinds}")
    for d, (m, n) in enumerate(zip(input1.shape[:-1], input2.shape[:-1])):
        if m != n:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {d}: got {m} and {n}")
    for i, x in enumerate((input1, input2), 1):
        if x.shape[-1] != weight.shape[i]:
            raise RuntimeError(
                f"bilinear(): input{i} size does not match weight size: got {x.shape[-1]} but expected "
                f"{weight.shape[i]}"
            )
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected {weight.shape[0]}"
        )
    rows1, rows2 = [x.reshape((math.prod(x.shape[:-1]), x.shape[-1])) for x in (input1, input2)]
    half = contract(rows1, weight, ("b", "m"), ("p", "m", "n"), ("b", "p", "n"))
    rows = contract(half, rows2, ("b", "p", "n"), ("b", "n"), ("b", "p"))
    out = rows.view((*input1.shape[:-1], weight.shape[0]))
    return out if bias is None else out + bias


def chain_matmul(*matrices: Tensor, out: Tensor | None = None) -> Tensor:
    """The product of matrices, in the order that takes the fewest multiplications. Deprecated: it warns."""
    warn_user(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
        "instead, which accepts a list of two or more tensors rather than multiple parameters.",
        UserWarning,
    )
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for m in matrices:
        if m.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {m.ndim}, expected 2 instead.")
    result = matrices[0].clone() if len(matrices) == 1 else multi_dot(matrices)
    return result if out is None else into(out, lambda x: x, result)


@in_lower_precision
def multi_dot(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """The product of matrices, in the best order; the first and the last may be vectors. RuntimeError for others."""
    if not isinstance(tensors, (tuple, list)):
        raise argument_error("linalg_multi_dot", "tensors", "tuple of Tensors", tensors, 1)
    xs = list(tensors)
    for i, x in enumerate(xs):
        if not isinstance(x, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}")
    _check_multi_dot(xs)
    if isinstance(out, Tensor) and out.dtype is not xs[0].dtype:
        raise RuntimeError(
            f"multi_dot(): expected out tensor to have dtype {c_type(xs[0])} but got {c_type(out)}"
        )
    if out is not None:
        return into(out, lambda *ts: multi_dot(ts), *xs)
    shape = ([] if xs[0].ndim == 1 else [xs[0].shape[0]]) + ([] if xs[-1].ndim == 1 else [xs[-1].shape[-1]])
    if xs[0].ndim == 1:
        xs[0] = xs[0].unsqueeze(0)
    if xs[-1].ndim == 1:
        xs[-1] = xs[-1].unsqueeze(1)
    return _chain(xs).view(shape)


def _check_multi_dot(xs: list[Tensor]) -> None:
    """Raises RuntimeError unless `xs` are matrices of one dtype that can be multiplied, with vectors at the ends."""
    if len(xs) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(xs)}")
    for x, which in ((xs[0], "first"), (xs[-1], "last")):
        if x.ndim not in (1, 2):
            raise RuntimeError(f"multi_dot(): the {which} tensor must be 1D or 2D but got {x.ndim}D")
    for i, x in enumerate(xs):
        if x.ndim != 2 and 0 < i < len(xs) - 1:
            raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {x.ndim}D")
        if x.dtype is not xs[0].dtype:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {c_type(xs[0])} and tensor {i} "
                f"{c_type(x)}"
            )
    for i, (x, y) in enumerate(pairwise(xs)):
        if x.shape[-1] != y.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(x.shape)} and {list(y.shape)} cannot be "
                "multiplied"
            )


def _chain(xs: list[Tensor]) -> Tensor:
    """Dynamic programming over where the last product is made (Cormen et al., Introduction to Algorithms, 14.2)."""
    n, sizes = len(xs), [x.shape[0] for x in xs] + [xs[-1].shape[1]]
    cost = {(i, i): 0 for i in range(n)}
    cut: dict[tuple[int, int], int] = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            tries = [(cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)]
            cost[i, j], cut[i, j] = min(tries)

    def product(i: int, j: int) -> Tensor:
        return xs[i] if i == j else mm(product(i, cut[i, j]), product(cut[i, j] + 1, j))

    return product(0, n - 1)


def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The products of all elements of two vectors: (n), (m) to (n, m). Raises RuntimeError for other shapes."""
    check_tensor("outer", input)
    check_tensor("outer", vec2, "vec2", 2)
    for t, name in ((input, "self"), (vec2, "vec2")):
        if t.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {t.ndim}-D")
    if out is not None:
        return into(out, outer, input, vec2)
    return input.reshape((-1, 1)) * vec2


ger = outer


def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Sums of products over the last dimension of both: (..., k) and (***, k) to (..., ***).

    Raises RuntimeError if the last dimensions differ.
    """
    check_tensor("inner", input)
    check_tensor("inner", other, "other", 2)
    if out is not None:
        return into(out, inner, input, other)
    if not input.ndim or not other.ndim:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]))


methods(ger=ger, inner=inner, kron=kron, outer=outer)
