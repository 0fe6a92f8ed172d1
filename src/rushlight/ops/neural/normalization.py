"""Normalisation over dimensions, distances and directions, embeddings.

Layer normalisation: J. Ba, J. Kiros, G. Hinton 2016; root mean square normalisation: B. Zhang, R. Sennrich 2019.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.products import product
from ...arrays.repeated import repeated
from ...core.declare import op
from ...core.op import parameters
from ...core.saved import bump
from ...core.tensor import Tensor, memory, wrap
from ..elementwise.comparison import choose as where
from ..reduction.norms import aten_norm
from ..support.accumulation import rows_added
from ..support.arguments import unimplemented
from ..support.checked import checked
from ..support.layered import every_value, reads_values
from ..support.precision import as_wide_as, wide, widened
from ..support.rows import inner, parts, summed
from ..support.scalars import plus
from .batch_norm import check_mixture

__all__ = [
    "cosine_similarity", "embedding", "embedding_renorm_", "layer_norm", "native_layer_norm", "normalize",
    "one_hot", "pairwise_distance", "rms_norm",
]  # fmt: skip


# Layer normalisation.


def _moments(x: Any, eps: float) -> tuple[Any, Any]:
    """The mean of each row of a matrix, and one over its standard deviation."""
    n = x.shape[1] or 1
    mean = summed(x, 1, True) / n
    centred = x - mean
    return mean, (summed(centred * centred, 1, True) / n + eps) ** -0.5


def _each_moments(x: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """`_moments`, for some rows at a time; and x less its mean, where all rows are taken at once."""
    n = x.shape[1] or 1
    mean, rstd = np.empty((2, len(x), 1), x.dtype)
    centred = None
    with repeated(x):
        for part in parts(*x.shape):
            centre = np.true_divide(summed(x[part], 1, True), n, mean[part])
            centred = x[part] - centre
            variance = inner(centred, centred)
            variance /= n
            variance += eps
            np.reciprocal(np.sqrt(variance, variance), rstd[part])
    return mean, rstd, centred if centred is not None and len(centred) == len(x) else None


def _layer_norm_value(
    x: Any, weight: Any, bias: Any, mean: Any, rstd: Any, axes: Any, eps: float, centred: Any = None
) -> Any:
    rows = x.reshape(mean.size, -1) if mean.size else x.reshape(mean.size, 0)
    weight, bias = [None if p is None else p.reshape(-1) for p in (weight, bias)]
    out = np.empty_like(rows, order="C")
    with repeated(rows):
        for part in parts(*rows.shape):
            few = np.subtract(rows[part], mean[part], out[part]) if centred is None else centred
            normal = np.multiply(few, _scale(rstd[part], weight), out[part])
            if bias is not None:
                normal += bias
    return out.reshape(x.shape)


def _scale(rstd: Any, weight: Any) -> Any:
    """What the elements of each row are multiplied by."""
    return rstd if weight is None else rstd.dot(weight[None])


def _slopes(g: Any, x: Any, weight: Any, mean: Any, rstd: Any, needs: tuple[bool, ...], out: Any) -> list[Any]:
    """The gradients of all three, for a matrix; that of x in the memory `out`.

    With c = x - mean, of which the normal form is c * rstd, and h = g * weight, the gradient of x is

        rstd * (h - mean(h) - c * rstd**2 * mean(h * c))

    and the sums over h and h * c are products of g and of g * c with the weight, those over g * c * rstd with rstd.
    """
    grads: list[Any] = [None, None, summed(g, 0) if needs[2] else None]
    if not (needs[0] or needs[1]):
        return grads
    centred = x - mean
    slopes = np.multiply(g, centred, out)
    if needs[1]:
        grads[1] = product(rstd[:, 0], slopes)
    if needs[0]:
        n = x.shape[1] or 1
        over = [summed(a, 1, True) if weight is None else product(a, weight)[:, None] for a in (g, slopes)]
        shift, slope = [a * (rstd / n) for a in over]
        centred *= slope * rstd * rstd
        centred += shift
        h = np.multiply(g, _scale(rstd, weight), out)
        h -= centred
        grads[0] = h
    return grads


def _slopes_of_tensors(g: Any, x: Any, weight: Any, mean: Any, rstd: Any, needs: tuple[bool, ...]) -> list[Any]:
    """The same, to be differentiated again."""
    normal, n = (x - mean) * rstd, x.shape[1] or 1
    h = g if weight is None else g * weight
    return [
        (h - summed(h, 1, True) / n - normal * (summed(h * normal, 1, True) / n)) * rstd if needs[0] else None,
        summed(g * normal, 0) if needs[1] else None,
        summed(g, 0) if needs[2] else None,
    ]


def _layer_norm_rule(
    g: Any, x: Any, weight: Any, mean: Any, rstd: Any, axes: tuple[int, ...], eps: float, needs: tuple[bool, ...]
) -> list[Any]:
    """The gradients of all three. The moments are constants for it; where the gradient is to be differentiated again,
    they are computed anew from x."""
    shape, inner = x.shape, x.shape[axes[0] :]
    rows = math.prod(shape[: axes[0]]), math.prod(inner)
    narrow, g, x = x, wide(g.reshape(rows)), wide(x.reshape(rows))
    weight = None if weight is None else wide(weight.reshape(rows[1:]))
    if isinstance(x, Tensor):
        found = _slopes_of_tensors(g, x, weight, *_moments(x, eps), needs)
    else:
        found = [np.empty(rows, x.dtype) if needs[0] else None, None, None]
        with repeated(x):
            for part in parts(*rows):
                out = None if found[0] is None else found[0][part]
                few = _slopes(g[part], x[part], weight, mean[part], rstd[part], needs, out)
                found[1:] = [b if a is None else a + b for a, b in zip(found[1:], few[1:])]
    grads = [None if f is None else f.reshape(s) for f, s in zip(found, (shape, inner, inner))]
    return [None if grads[0] is None else as_wide_as(narrow, grads[0]), *grads[1:]]


def _declare(name: str, **about: Any) -> Any:
    return op(
        name, widened(_layer_norm_value), "NativeLayerNormBackward0", _layer_norm_rule,
        differentiable=("x", "weight", "bias"), names=parameters(_layer_norm_value),
        saved_as={"x": "input", "mean": "result1", "rstd": "result2"}, **about,
    )  # fmt: skip


_layer_norm = _declare("native_layer_norm")
#: For 16-bit inputs: the rule computes in float32, and the edges round.
_layer_norm_narrow = _declare("native_layer_norm_narrow", conforms=True)


@reads_values
@checked
def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
    cudnn_enable: bool = True,
) -> Tensor:
    """`input` less its mean over its last dimensions, over its standard deviation there; times `weight`, plus `bias`.

    The dimensions are those of `normalized_shape`, which is the shape of `weight` and `bias`. Raises RuntimeError if
    `input` does not end in them, or for two dtypes.
    """
    return _layer_normalized("layer_norm", input, normalized_shape, weight, bias, eps)[0]


@reads_values
@checked
def native_layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """`layer_norm`, and the mean and the inverse standard deviation, with the last dimensions as ones."""
    out, mean, rstd = _layer_normalized("native_layer_norm", input, normalized_shape, weight, bias, eps)
    kept = input.dtype if weight is None else weight.dtype
    return out, wrap(dtypes.cast(mean, kept)), wrap(dtypes.cast(rstd, kept))


def _layer_normalized(
    name: str, input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Any, Any]:
    x, narrow = input._data, input.dtype.itemsize == 2
    shape = _check_normalized(input, normalized_shape, {"weight": weight, "bias": bias}, "*, ")
    for parameter in (weight, bias):
        if parameter is not None and (parameter._data.dtype is not x.dtype or narrow):
            check_mixture(input, [weight, bias])
    if x.dtype.kind != "f":
        raise unimplemented("LayerNormKernelImpl", input.dtype)
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    rows = wide(x).reshape(math.prod(x.shape[: axes[0]]), math.prod(shape))
    mean, rstd, centred = _each_moments(rows, eps)
    out = (_layer_norm_narrow if narrow else _layer_norm)(input, weight, bias, mean, rstd, axes, eps, centred)
    kept = (*x.shape[: axes[0]], *[1] * len(axes))
    return out, mean.reshape(kept), rstd.reshape(kept)


def _check_normalized(
    input: Any, normalized_shape: Any, parameters: dict[str, Tensor | None], star: str
) -> tuple[int, ...]:
    shape = tuple(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for word, parameter in parameters.items():
        if parameter is not None and parameter._data.shape != shape:
            raise RuntimeError(
                f"Expected {word} to be of same shape as normalized_shape, but got {word} of shape "
                f"{list(parameter.shape)} and normalized_shape = {list(shape)}"
            )
    own = input._data.shape
    if own[len(own) - len(shape) :] != shape or len(own) < len(shape):
        wanted = ", ".join(map(str, shape))
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{star}{wanted}], but got input of "
            f"size{list(own)}"
        )
    return shape


@checked
def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """`input` over the root of the mean of its squares over its last dimensions; times `weight`.

    `eps`, added to the mean, is the machine epsilon unless given. Raises RuntimeError as `layer_norm` does.
    """
    fits = weight is None or weight.shape == tuple(normalized_shape)
    if input.ndim < len(normalized_shape) and fits:
        raise ValueError(f"Input tensor must have at least {len(normalized_shape)} dimensions, but got {input.ndim}")
    shape = _check_normalized(input, normalized_shape, {"weight": weight}, "*")
    d = input.dtype
    if not (d.is_floating_point or d.is_complex):
        raise unimplemented("rms_norm", d)
    if eps is None:
        eps = 2.0**-23 if d.itemsize == 2 else float(np.finfo(d.numpy).eps)
    wide = input.to(dtypes.float32) if d.itemsize == 2 else input
    scale = (wide.pow(2).mean(tuple(range(-len(shape), 0)), keepdim=True) + eps).rsqrt()
    out = wide * scale
    if weight is not None:
        out = out * weight
    return (out.to(d) if out.dtype is not d else out).contiguous()


# Embeddings.

def _embedding_slope(g: Any, indices: Any, rows: int, padding_idx: int, by_freq: bool) -> Any:
    width = g.shape[-1]
    g, indices = g.reshape((indices.size, width)), indices.reshape(-1)
    if padding_idx >= 0:
        kept = indices != padding_idx
        g, indices = g[kept], indices[kept]
    if by_freq:
        g = g / np.bincount(indices, minlength=rows)[indices, None].astype(g.dtype)
    return rows_added(rows, indices, g)


def _embedding_curvature(gg: Any, indices: Any, padding_idx: int, by_freq: bool, rows: int) -> Any:
    taken = embedding_op(gg, indices, padding_idx, False)
    if padding_idx >= 0:
        taken = where(0, taken, (indices == padding_idx)[..., None])
    if by_freq:
        flat = indices.reshape((-1,))
        counts = np.bincount(flat._data if isinstance(flat, Tensor) else flat, minlength=rows)
        times = counts[indices._data if isinstance(indices, Tensor) else indices][..., None]
        taken = taken / (wrap(times) if isinstance(taken, Tensor) else times.astype(taken.dtype))
    return taken


embedding_dense_backward = op(
    "embedding_dense_backward", _embedding_slope, "EmbeddingDenseBackwardBackward0", {"g": _embedding_curvature},
)  # fmt: skip
embedding_op = op("embedding", lambda x, indices, padding_idx, by_freq: x.take(indices, 0), "EmbeddingBackward0", {
    "x": lambda g, indices, x_shape, padding_idx, by_freq: embedding_dense_backward(
        g, indices, x_shape[0], padding_idx, by_freq
    ),
})  # fmt: skip


def _indices_error(indices: Tensor, place: int, function: str) -> RuntimeError:
    return RuntimeError(
        f"Expected tensor for argument #{place} 'indices' to have one of the following scalar types: Long, Int; but got "
        f"{indices.type()} instead (while checking arguments for {function})"
    )


@checked
def embedding(
    weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Tensor:
    """The rows of a matrix at `indices`: (n, m) and (...) of int or long to (..., m).

    The row `padding_idx` gets no gradient; with ``scale_grad_by_freq`` the others' is divided by how often they occur.
    Raises IndexError for an index that is no row, RuntimeError for other dtypes, NotImplementedError for `sparse`.
    """
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    i = indices._data
    if i.dtype.char not in "li":
        raise _indices_error(indices, 1, "embedding")
    if sparse and weight.requires_grad:
        raise NotImplementedError("embedding(): sparse gradients are not supported")
    rows = every_value(i)
    if i.size and (np.minimum.reduce(rows, None) < 0 or np.maximum.reduce(rows, None) >= weight._data.shape[0]):
        raise IndexError("index out of range in self")
    return embedding_op(weight, indices, padding_idx, scale_grad_by_freq)


@checked
def embedding_renorm_(input: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> Tensor:
    """Scales the rows of `input` at `indices` down to the norm `max_norm`, in place, and returns it.

    Raises IndexError for an index that is no row, RuntimeError for what is no matrix and for other dtypes.
    """
    if input._data.ndim != 2:
        raise RuntimeError(
            f"Expected 2-dimensional tensor, but got {input.ndim}-dimensional tensor for argument #1 'self' (while checking "
            "arguments for embedding_renorm_)"
        )
    if indices._data.dtype.char not in "li":
        raise _indices_error(indices, 2, "embedding_renorm_")
    if input.dtype.category < 2:
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {input.dtype.scalar_name} instead."
        )
    weight, rows = memory(input), np.unique(indices._data)
    for row in rows:
        if not -len(weight) <= row < len(weight):
            raise IndexError(
                f"select(): index {row} out of range for tensor of size {list(weight.shape)} at dimension 0"
            )
    norms = (np.abs(weight[rows]) ** norm_type).sum(1) ** (1 / norm_type)
    large = norms > max_norm
    weight[rows[large]] *= (max_norm / (norms[large] + 1e-7))[:, None].astype(weight.dtype)
    bump(input)
    return input


@checked
@reads_values
def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """A vector for each integer, 1 at its place and 0 elsewhere: (...) to (..., num_classes), of int64.

    As many classes as are needed if `num_classes` is -1. Raises RuntimeError for dtypes other than int64 and for what is no
    class.

    >>> torch.nn.functional.one_hot(torch.tensor([2, 0]))
    tensor([[0, 0, 1],
            [1, 0, 0]])
    """
    x = np.asarray(tensor._data)
    if tensor.dtype is not dtypes.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not x.size:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return wrap(np.zeros((*x.shape, num_classes), np.int64))
    if x.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(x.max()) + 1
    elif x.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrap((x[..., None] == np.arange(num_classes)).astype(np.int64, order="C"))


# Directions and distances.


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """`input` over its norm of order `p` along `dim`, the norm counted as no less than `eps`. The shape of `input`.

    >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    from ..support.outputs import into

    if out is not None:
        return into(out, lambda x: normalize(x, p, dim, eps), input)
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)


@checked
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-08) -> Tensor:
    """The cosine of the angle between `x1` and `x2` along `dim`, which is lost. They broadcast, and each norm counts as no less
    than `eps`.

    Raises RuntimeError for a negative `eps` and for dtypes other than floating point.

    >>> torch.cosine_similarity(torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0, 0.0]]))
    tensor([0.6000])
    """
    from ..layout.broadcasting import broadcast_tensors

    if eps < 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps:g}")
    x1, x2 = broadcast_tensors(x1, x2)
    if x1.dtype is not x2.dtype:
        from ...arrays.promotion import promote_types

        common = promote_types(x1.dtype, x2.dtype)
        x1, x2 = x1.to(common), x2.to(common)
    if not x1.dtype.is_floating_point:
        raise RuntimeError(
            f"expected common dtype to be floating point, yet common dtype is {x1.dtype.scalar_name}"
        )
    norms = [x.norm(2, dim, keepdim=True) for x in (x1, x2)]
    a, b = [x / norm.clamp_min(eps) for x, norm in zip((x1, x2), norms)]
    return (a * b).sum(dim)


@checked
def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False) -> Tensor:
    """The norm of order `p` of ``x1 - x2 + eps`` along the last dimension, which is lost unless `keepdim`. They broadcast.

    >>> torch.pairwise_distance(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2))
    tensor([5.0000])
    """
    difference = plus(x1 - x2, eps)
    return aten_norm(difference, float(p), difference.ndim - 1, keepdim)
