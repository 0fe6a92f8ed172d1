"""Samples of `rushlight.ops.neural.pooling`."""

import numpy as np

from . import Sample


def distinct(*shape, seed=0):
    """No two elements are close to each other: maxima stay where they are under small changes."""
    return np.random.default_rng(seed).permutation(np.arange(float(np.prod(shape)))).reshape(shape) / 4


def _pool(name, *args, **options):
    def call(t, x):
        out = getattr(t.nn.functional, name)(x, *args, **options)
        return out[0] if isinstance(out, tuple) else out

    return call


def _gradient(call):
    """The gradient of ``call``'s result times itself, recorded."""

    def program(t, x):
        x = x if x.requires_grad else x.clone().requires_grad_()
        out = call(t, x)
        return t.autograd.grad((out * out).sum(), x, create_graph=True)[0]

    return program


def _twice(call):
    """The gradient of that gradient: what is the derivative of a gradient's derivative by what arrives at it."""

    def program(t, x):
        x = x if x.requires_grad else x.clone().requires_grad_()
        g = t.ones_like(call(t, x)).requires_grad_()
        (first,) = t.autograd.grad(call(t, x), x, g, create_graph=True)
        return t.autograd.grad((first * first * x).sum(), g, create_graph=True)[0]

    return program


X1, X2, X3 = distinct(2, 2, 7), distinct(2, 1, 5, 6), distinct(1, 2, 3, 4, 5)


def greatest(w, x, rows, columns):
    """The gradient of the greatest elements of windows, each of a slice of rows and one of columns.

    Of equal elements the first one has it; NaN is greater than all, and the last one is.
    """
    slope = np.zeros_like(x)
    for i, j in np.ndindex(len(rows), len(columns)):
        for image, g, out in zip(x, slope, w):
            best = None
            for place in np.ndindex(image.shape):
                inside = place[0] in rows[i] and place[1] in columns[j]
                if inside and (best is None or image[place] > image[best] or np.isnan(image[place])):
                    best = place
            g[best] += out[i, j]
    return slope


def slid(w, out, x, kernel=2):
    """`greatest` of square windows at every place."""
    rows, columns = [[range(i, i + kernel) for i in range(n + 1 - kernel)] for n in x.shape[1:]]
    return (greatest(w, x, rows, columns),)


TIES = np.array([[[1.0, 1.0, 0.0, -0.0], [1.0, 1.0, -np.inf, 0.0], [np.nan, 2.0, 3.0, np.inf]]])
WITH, BACK = {"return_indices": True}, "_backward"

SAMPLES = [
    Sample("max_pool2d", _pool("max_pool1d", 2), (X1,)),
    Sample("max_pool2d", _pool("max_pool2d", 2), (X2,)),
    Sample("max_pool2d", _pool("max_pool2d", 2), (X2[0],), label="unbatched"),
    Sample("max_pool2d", _pool("max_pool2d", 2), (X2[:0],), label="empty"),
    Sample("max_pool2d", _pool("max_pool2d", 2), (X2.swapaxes(2, 3),), label="strided"),
    Sample("max_pool2d", _pool("max_pool2d", 1), (X2,), label="one"),
    Sample("max_pool2d", _pool("max_pool2d", (3, 2), (2, 1), (1, 0), (1, 2), True), (X2,)),
    Sample("max_pool2d", _pool("max_pool2d", 3, 2, 1), (X2,), label="overlapping"),
    Sample("max_pool2d", _pool("max_pool2d", 2, 1), (TIES,), smooth=False, label="ties", gradient=slid),
    Sample("max_pool2d", _pool("max_pool2d", 2), (np.arange(16).reshape(1, 4, 4),), label="integers"),
    Sample("max_pool3d", _pool("max_pool3d", 2, 1, 1), (X3,)),
    *[Sample(f"max_pool{n}d{BACK}", _gradient(_pool(f"max_pool{n}d", 2, 1)), (x,)) for n, x in ((2, X2), (3, X3))],
    *[
        Sample(f"max_pool{n}d_taken", _twice(_pool(f"max_pool{n}d", 2, 1)), (x,), twice=False)
        for n, x in ((2, X2), (3, X3))
    ],
    Sample("max_pool2d_with_indices", _pool("max_pool1d", 3, 2, 1, **WITH), (X1,)),
    Sample("max_pool2d_with_indices", _pool("max_pool2d", 3, 2, 1, 1, True, **WITH), (X2,)),
    Sample(
        "max_pool2d_with_indices", _pool("max_pool2d", 2, 1, **WITH), (TIES,), smooth=False, label="ties", gradient=slid
    ),
    Sample("max_pool2d_with_indices", lambda t, x: t.nn.functional.max_pool2d(x, 2, 1, 1, 2, **WITH)[1], (TIES,)),
    Sample("max_pool3d_with_indices", _pool("max_pool3d", (1, 2, 3), 1, **WITH), (X3,)),
    *[
        Sample(f"max_pool{n}d_with_indices{BACK}", _gradient(_pool(f"max_pool{n}d", 2, 1, **WITH)), (x,))
        for n, x in ((2, X2), (3, X3))
    ],
    Sample("avg_pool2d", _pool("avg_pool1d", 3, 2, 1, True), (X1,)),
    Sample("avg_pool2d", _pool("avg_pool2d", 2), (X2,)),
    Sample("avg_pool2d", _pool("avg_pool2d", 2), (X2[0],), label="unbatched"),
    Sample("avg_pool2d", _pool("avg_pool2d", 2), (X2[:0],), label="empty"),
    Sample("avg_pool2d", _pool("avg_pool2d", 1), (X2,), label="one"),
    Sample("avg_pool2d", _pool("avg_pool2d", (3, 2), (2, 1), (1, 0), True, False), (X2,)),
    Sample("avg_pool2d", _pool("avg_pool2d", 3, 2, 1, True), (X2,), label="padded"),
    Sample("avg_pool2d", _pool("avg_pool2d", 3, 1, divisor_override=-4), (X2,)),
    Sample("avg_pool2d", _pool("avg_pool2d", 2), (np.arange(-8, 8).reshape(1, 4, 4),), label="integers"),
    Sample("avg_pool3d", _pool("avg_pool3d", 2, 1, 1, count_include_pad=False), (X3,)),
    *[Sample(f"avg_pool{n}d{BACK}", _gradient(_pool(f"avg_pool{n}d", 2)), (x,)) for n, x in ((2, X2), (3, X3))],
    Sample(
        "max_pool2d_indices_backward",
        lambda t, x, g: t.ops.aten.max_pool2d_with_indices_backward.default(
            g,
            x,
            [2, 2],
            [1, 1],
            [0, 0],
            [1, 1],
            False,
            t.nn.functional.max_pool2d(x.detach(), 2, 1, return_indices=True)[1],
        ),
        (X2, distinct(2, 1, 4, 5)),
    ),
]

#: A little of everything: (name, options, shape).
EXTREMES = [
    ("max_pool1d", {"kernel_size": 5}, (1, 2, 5)),
    ("max_pool1d", {"kernel_size": 2, "stride": 3, "ceil_mode": True}, (2, 1, 6)),
    ("max_pool1d", {"kernel_size": 3, "dilation": 2, "padding": 1}, (2, 6)),
    ("max_pool2d", {"kernel_size": (4, 3)}, (1, 1, 4, 3)),
    ("max_pool2d", {"kernel_size": 2, "stride": 3}, (1, 1, 5, 6)),
    ("max_pool2d", {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True}, (2, 1, 3, 3)),
    ("max_pool2d", {"kernel_size": 2, "dilation": 3, "stride": 1}, (1, 4, 5)),
    ("max_pool3d", {"kernel_size": (2, 3, 2)}, (1, 1, 2, 3, 2)),
    ("max_pool3d", {"kernel_size": 2, "stride": 2, "ceil_mode": True}, (1, 3, 2, 3)),
    ("max_pool3d", {"kernel_size": 2}, (0, 1, 2, 2, 2)),
    ("avg_pool1d", {"kernel_size": 5}, (1, 2, 5)),
    ("avg_pool1d", {"kernel_size": 2, "stride": 3, "ceil_mode": True}, (2, 6)),
    ("avg_pool2d", {"kernel_size": (4, 3)}, (1, 1, 4, 3)),
    (
        "avg_pool2d",
        {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False},
        (1, 1, 4, 4),
    ),
    ("avg_pool2d", {"kernel_size": 2, "stride": 3}, (1, 1, 5, 6)),
    ("avg_pool3d", {"kernel_size": 2, "stride": 2, "ceil_mode": True, "padding": 1}, (1, 1, 2, 3, 2)),
    ("avg_pool3d", {"kernel_size": 1, "divisor_override": 3}, (1, 2, 1, 2)),
    ("avg_pool3d", {"kernel_size": 2}, (0, 1, 2, 2, 2)),
]


def lying(*shape):
    """`distinct`, in memory with its last dimension first, and each second element of another left out."""
    return np.moveaxis(distinct(shape[-1], *shape[:-1], 2)[..., 1], 0, -1)


SAMPLES += [
    *[
        Sample(name.replace("1d", "2d") + indices, _pool(name, **options, **given), (x,), label=",".join(options))
        for name, options, shape in EXTREMES
        for x in (distinct(*shape), lying(*shape))
        for indices, given in (("", {}), ("_with_indices", WITH))
        if not (given and name[0] == "a")
    ],
    # Equal elements: the first one of a window has the gradient.
    *[
        Sample(
            "max_pool2d" + indices,
            _pool("max_pool2d", 2, 1, **given),
            (np.zeros((1, 3, 4)),),
            smooth=False,
            label="all equal",
            gradient=slid,
        )
        for indices, given in (("", {}), ("_with_indices", WITH))
    ],
    Sample(
        "max_pool2d",
        _pool("max_pool2d", 3, 1),
        (np.round(distinct(1, 4, 5) / 2),),
        smooth=False,
        label="rounded",
        gradient=lambda w, out, x: slid(w, out, x, 3),
    ),
]
