"""Samples of `rushlight.ops.reduction`: sums, norms, variances, scans and extremes; and of sorting."""

import numpy as np

from . import Sample, array

A, CUBE, NUMBER, EMPTY = array(3, 4), array(2, 3, 4), array(seed=7), array(0, 3)
C = array(2, 3, dtype=np.complex128)
INTS, BYTES, BOOLS = (
    np.array([[3, 1, 2], [4, 1, 0]]),
    np.array([[1, 0], [200, 100]], np.uint8),
    np.array([[True, False]]),
)
TIES = np.array([[1.0, 2.0, 2.0], [2.0, 0.0, 2.0]])
ZEROS = np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
SINGLE = [a.astype(np.float32) for a in (A, A.T, EMPTY, NUMBER)]
NARROW = C.astype(np.complex64)
NAN = np.array([[1.0, np.nan, 2.0], [np.nan, np.nan, 0.5]])
FLOATS = (A, A.T, CUBE, NUMBER, A[::2], A.astype(np.float32))
ALL = (*FLOATS, EMPTY, INTS, BYTES, BOOLS, C)


def evenly(dim=None):
    """All elements that are equal to the result have equal parts of the gradient."""

    def gradient(w, out, x):
        same = x == (out if dim is None else np.expand_dims(out, dim))
        return (same * (w if dim is None else np.expand_dims(w, dim)) / same.sum(dim, keepdims=True),)

    return gradient


def at_index(dim):
    """The element at the index that came with a result has its gradient."""

    def gradient(w, out, x):
        w, index = w[0], out[1]
        if w.ndim < x.ndim:
            w, index = np.expand_dims(w, dim), np.expand_dims(index, dim)
        found = np.zeros_like(x)
        places = list(np.indices(index.shape))
        places[dim] = index
        np.add.at(found, tuple(places), w)
        return (found,)

    return gradient


def each(op, call, inputs, **about):
    return [Sample(op, call, (x,), **{"smooth": x.dtype != np.float32, **about}) for x in inputs]


def declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call


SAMPLES = [
    *each("sum", lambda t, x: x.sum(), ALL),
    *each("sum_dim", lambda t, x: x.sum(0), ALL),
    *each("sum_dim", lambda t, x: t.sum(x, (0, -1), keepdim=True), (A, CUBE, INTS)),
    # PyTorch's gradients of these are complex, and the engine refuses them: those of real numbers are real.
    *[
        Sample(op, lambda t, x, name=name, dims=dims: getattr(t, name)(x, *dims, dtype=t.complex128), (x,),
               smooth=x is not NARROW, parity=x is NARROW)
        for op, name, dims in (
            ("sum_as", "sum", ()), ("sum_dim_as", "sum", (0,)), ("mean_as", "mean", ()), ("mean_dim_as", "mean", (0,)),
            ("prod_as", "prod", ()), ("prod_dim_as", "prod", (0,)), ("cumsum_as", "cumsum", (0,)), ("cumprod_as", "cumprod", (0,)),
        )
        for x in (A, NUMBER, A.T, EMPTY, NARROW)
        if name != "mean" or x is not EMPTY
    ],
    *each("sum_as", lambda t, x: x.sum(dtype=t.float64), (A.astype(np.float32), INTS), smooth=False),
    *each("sum_dim_as", lambda t, x: x.sum(-1, dtype=t.float64), (A.astype(np.float32), INTS), smooth=False),
    *each("mean", lambda t, x: x.mean(), (*FLOATS, C)),
    *each("mean_dim", lambda t, x: x.mean(-1, keepdim=True), (*FLOATS, C)),
    *each("mean_as", lambda t, x: x.mean(dtype=t.float64), (INTS, A.astype(np.float32)), smooth=False),
    *each("mean_dim_as", lambda t, x: x.mean(0, dtype=t.float64), (INTS, A.astype(np.float32)), smooth=False),
    *each("nansum", lambda t, x: x.nansum(0), (A, TIES)),
    *each("nansum", lambda t, x: x.nansum(), (NAN,), smooth=False),
    *each("nansum_as", lambda t, x: x.nansum(0, dtype=t.float64), SINGLE, smooth=False),
    *each("nansum", lambda t, x: x.nanmean(1), (NAN,), smooth=False),
    *each("prod", lambda t, x: x.prod(), (*ALL, ZEROS, TIES)),
    *each("prod_dim", lambda t, x: x.prod(0), (*ALL, ZEROS, TIES)),
    *each("prod_dim", lambda t, x: x.prod(1, keepdim=True), (A, ZEROS, CUBE)),
    *each("prod_as", lambda t, x: x.prod(dtype=t.float64), (INTS, A.astype(np.float32)), smooth=False),
    *each("prod_dim_as", lambda t, x: x.prod(0, dtype=t.float64), (INTS, A.astype(np.float32)), smooth=False),
    *[Sample(op, lambda t, x, op=op: getattr(t, op)(x), (x,)) for op in ("var", "std") for x in (A, A.T, CUBE, C)],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 0, correction=0), (NUMBER,), smooth=op[:3] != "std")
        for op in ("var", "std", "var_mean", "std_mean")
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 1, correction=0, keepdim=True), (x,))
        for op in ("var", "std")
        for x in (A, CUBE)
    ],
    Sample("std", lambda t, x: x.std(0), (np.array([[1.0, 2.0], [1.0, 3.0]]),), smooth=False, label="constant",
           gradient=lambda w, out, x: (w * np.array([[0, -1], [0, 1]]) * 0.5**0.5,)),
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 0), (x,))
        for op in ("var_mean", "std_mean")
        for x in (A, CUBE, C)
    ],
    Sample("var_mean", lambda t, x: t.var_mean(x)[0], (A,)),
    Sample("std_mean", lambda t, x: t.std_mean(x)[1], (A,)),
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x), (x,))
        for op in ("any", "all", "count_nonzero")
        for x in (TIES, EMPTY, INTS, BYTES, BOOLS, C)
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 1), (x,))
        for op in ("any", "all", "count_nonzero")
        for x in (TIES, EMPTY, INTS)
    ],
    *each("logsumexp", lambda t, x: x.logsumexp(0), FLOATS),
    *each("logsumexp", lambda t, x: t.logsumexp(x, (0, 1), keepdim=True), (A, CUBE, 300 * A)),
    *[
        Sample("linalg_vector_norm", lambda t, x, p=p: x.norm(p, 1), (CUBE,))
        for p in (1, 2, 3, 1.5, 0.5, float("inf"), -float("inf"), -1)
    ],
    *each("linalg_vector_norm", lambda t, x: x.norm(), (*FLOATS, C)),
    *each("linalg_vector_norm", lambda t, x: x.norm(dim=1), (ZEROS * 0,), smooth=False, gradient=lambda w, out, x: (x,)),
    *each("linalg_vector_norm", lambda t, x: x.norm(float("inf")), (TIES,), smooth=False, gradient=evenly()),
    *each("linalg_vector_norm_as", lambda t, x: x.norm(2, 0, dtype=t.float64), SINGLE,
          smooth=False),
    Sample("norm", lambda t, x, y: t.pairwise_distance(x, y), (A, array(3, 4, seed=2))),
    Sample("ties", lambda t, x: declared("ties")(x, x.amax(0, keepdim=True), 0), (TIES,), smooth=False, parity=False),
    # Running sums, products, extremes.
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 0), (x,))
        for op in ("cumsum", "cumprod")
        for x in (A, A.T, CUBE, NUMBER, EMPTY, INTS, BOOLS, C)
    ],
    *each("cumprod", lambda t, x: x.cumprod(1), (ZEROS, TIES, CUBE)),
    *each("cumsum_as", lambda t, x: x.cumsum(0, dtype=t.float64), (INTS, A.astype(np.float32)), smooth=False),
    *each("cumprod_as", lambda t, x: x.cumprod(0, dtype=t.float64), (INTS, A.astype(np.float32)), smooth=False),
    *each("logcumsumexp", lambda t, x: x.logcumsumexp(0), (array(3, 2, dtype=np.complex128), array(dtype=np.complex128))),
    *each("logsumexp", lambda t, x: x.logsumexp((0,)), (array(3, 2, dtype=np.complex128), array(dtype=np.complex128))),
    *each("logcumsumexp", lambda t, x: x.logcumsumexp(1 if x.ndim > 1 else 0), (A, CUBE, NUMBER, EMPTY, 300 * A)),
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, -1), (x,))
        for op in ("cummax", "cummin")
        for x in (A, CUBE, NUMBER, EMPTY, INTS, BOOLS)
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 1), (x,), smooth=False, gradient=at_index(1))
        for op in ("cummax", "cummin")
        for x in (TIES, NAN)
    ],
    *each("shift_along", lambda t, x: declared("shift_along")(x, 1, 1), (A, CUBE), parity=False),
    *each("shift_back_along", lambda t, x: declared("shift_back_along")(x, 0), (A, CUBE), parity=False),
    Sample("recurrence", lambda t, b, a: declared("recurrence")(b, a, 1), (A, array(3, 4, seed=5)), parity=False),
    # Extremes, order statistics.
    *[
        Sample(op, lambda t, x, op=op: getattr(x, op)(), (x,))
        for op in ("max", "min")
        for x in (A, CUBE, NUMBER, INTS, BYTES, BOOLS)
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(x, op)(), (x,), smooth=False, gradient=evenly() if x is TIES else None)
        for op in ("max", "min")
        for x in (TIES, NAN)
    ],
    *[
        Sample(f"{op}_dim", lambda t, x, op=op: getattr(t, op)(x, 1, True), (x,))
        for op in ("max", "min")
        for x in (A, CUBE, INTS, BOOLS)
    ],
    *[
        Sample(f"{op}_dim", lambda t, x, op=op: getattr(t, op)(x, 0), (x,), smooth=x is NUMBER, gradient=at_index(0))
        for op in ("max", "min")
        for x in (TIES, NAN, NUMBER)
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, (0, 1)), (x,))
        for op in ("amax", "amin")
        for x in (A, CUBE, INTS)
    ],
    *[Sample(op, lambda t, x, op=op: getattr(t, op)(x, ()), (NUMBER,)) for op in ("amax", "amin")],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 0), (x,), smooth=False, gradient=evenly(0))
        for op in ("amax", "amin")
        for x in (TIES, A)
    ],
    *each("aminmax", lambda t, x: t.aminmax(x, dim=0), (A, CUBE, NUMBER, INTS)),
    *each("aminmax", lambda t, x: t.aminmax(x), (TIES,), smooth=False),
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 1), (x,))
        for op in ("argmax", "argmin")
        for x in (A, INTS, NAN)
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(x, op)(), (x,))
        for op in ("median", "nanmedian")
        for x in (A, INTS, NUMBER)
    ],
    *[
        Sample(op, lambda t, x, op=op: getattr(x, op)(), (x,), smooth=False, gradient=evenly() if x is TIES else None)
        for op in ("median", "nanmedian")
        for x in (TIES, NAN)
    ],
    *[
        Sample(f"{op}_dim", lambda t, x, op=op: getattr(t, op)(x, -1), (x,))
        for op in ("median", "nanmedian")
        for x in (A, CUBE, NUMBER)
    ],
    *[
        Sample(f"{op}_dim", lambda t, x, op=op: getattr(t, op)(x, 1)[0], (x,), smooth=False)
        for op in ("median", "nanmedian")
        for x in (NAN,)
    ],
    *[Sample("kthvalue", lambda t, x, k=k: t.kthvalue(x, k, 1), (x,)) for x in (A, CUBE) for k in (1, 2)],
    *each("kthvalue", lambda t, x: t.kthvalue(x, 1, 0), (NUMBER,)),
    *each("mode", lambda t, x: t.mode(x, -1), (A, CUBE, NUMBER)),
    *each("mode", lambda t, x: t.mode(x), (TIES, INTS), smooth=False,
          gradient=lambda w, out, x: (w[0][:, None] * [0, 0, 1],)),
    # Orders.
    *each("sort", lambda t, x: t.sort(x, 0), (A, CUBE, NUMBER, EMPTY, INTS, BOOLS)),
    *each("sort", lambda t, x: t.sort(x, -1, True), (A,)),
    *each("sort", lambda t, x: t.sort(x, -1, True), (NAN,), smooth=False),
    *each("sort_stable", lambda t, x: t.sort(x, dim=-1, stable=True), (A, NUMBER, EMPTY)),
    *each("sort_stable", lambda t, x: t.sort(x, dim=1, stable=True), (TIES,), smooth=False, gradient=at_index(1)),
    *each("topk", lambda t, x: t.topk(x, 2, 1), (A, CUBE)),
    *each("topk", lambda t, x: t.topk(x, 1, 0, False), (A, INTS, NUMBER)),
    *each(
        "unique", lambda t, x: t.unique(x.detach(), return_inverse=True, return_counts=True), (TIES, INTS, EMPTY, BOOLS)
    ),
    *each("unique_dim", lambda t, x: t.unique(x.detach(), dim=0, return_counts=True), (TIES, INTS)),
    *each(
        "unique_consecutive", lambda t, x: t.unique_consecutive(x.detach(), return_inverse=True), (TIES, INTS, EMPTY)
    ),
]  # fmt: skip
