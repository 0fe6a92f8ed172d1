"""Calls of NumPy's functions on a matrix (3, 3) without ties: one list for each function that Tensors take part in."""

import numpy as np

DAYS = "dates have no torch dtype"
TEXT = "formats or saves the array: a Tensor that requires grad refuses"
WRITES = "writes into its argument: refused"
#: Functions that dispatch and are not called here, with the reason.
EXCEPTIONS = {
    "array2string": TEXT,
    "array_repr": TEXT,
    "array_str": TEXT,
    "save": TEXT,
    "savetxt": TEXT,
    "savez": TEXT,
    "savez_compressed": TEXT,
    "busday_count": DAYS,
    "busday_offset": DAYS,
    "is_busday": DAYS,
    "datetime_as_string": DAYS,
    "copyto": WRITES,
    "fill_diagonal": WRITES,
    "place": WRITES,
    "put": WRITES,
    "put_along_axis": WRITES,
    "putmask": WRITES,
}


def numbers(a):
    """The (detached) values of an array or Tensor, as an array: for parameters that are no Tensors."""
    return np.asarray(a.detach() if hasattr(a, "detach") else a)


def ints(a):
    """Whole numbers from 0 to 4, in a vector; a Tensor of them where `a` is one."""
    whole = np.array([1, 4, 0, 1, 2, 2])
    return a.new_tensor(whole.tolist(), dtype=None).long() if hasattr(a, "new_tensor") else whole


MASK = np.array([[True, False, True], [False, True, True], [True, True, False]])
SHIFTED = np.array([[1.0, -1.0, 0.5], [0.25, 2.0, -0.5], [0.0, 1.5, 3.0]])
LEVELS = np.array([0.0, 0.1, 0.35, 0.5, 0.99])
METHODS = [
    "linear",
    "lower",
    "higher",
    "nearest",
    "midpoint",
    "hazen",
    "weibull",
    "median_unbiased",
    "normal_unbiased",
    "interpolated_inverted_cdf",
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
]


def symmetric(a):
    return a @ a.T + np.eye(3) * 0.5


def gapped(a):
    """`a` with NaN in two places."""
    return np.where(SHIFTED == 1.5, np.nan, np.where(SHIFTED == -1.0, np.nan, a))


REDUCING = (
    lambda f: lambda a: f(a),
    lambda f: lambda a: f(a, axis=0),
    lambda f: lambda a: f(a, axis=(0, 1), keepdims=True),
    lambda f: lambda a: f(a, 1, keepdims=True),
    lambda f: lambda a: f(a, axis=-1, where=MASK),
)
FILLED = lambda f: lambda a: f(a, axis=0, initial=0.75, where=MASK)


def reducing(f, *more):
    return [make(f) for make in (*REDUCING, *more)]


def extreme(f):
    return [*[make(f) for make in REDUCING[:4]], lambda a: f(a, initial=2.5), FILLED(f)]


def fourier(*names):
    return [(name, getattr(np.fft, name)) for name in names]


def along(f):
    return [lambda a: f(a), lambda a: f(a, axis=0), lambda a: f(a, -1)]


CALLS = {
    "all": reducing(lambda a, *r, **k: np.all(a > 0, *r, **k)),
    "any": reducing(lambda a, *r, **k: np.any(a > 2, *r, **k)),
    "sum": reducing(np.sum, FILLED),
    "prod": reducing(np.prod, FILLED),
    "mean": reducing(np.mean),
    "var": [*reducing(np.var), lambda a: np.var(a, 0, ddof=1), lambda a: np.var(a, mean=0.5)],
    "std": [*reducing(np.std), lambda a: np.std(a, axis=0, ddof=1), lambda a: np.std(a, correction=1)],
    "max": extreme(np.max),
    "min": extreme(np.min),
    "amax": [lambda a: np.amax(a, 0)],
    "amin": [lambda a: np.amin(a, 0)],
    "nansum": [lambda a: np.nansum(gapped(a), axis=0), lambda a: np.nansum(a)],
    "nanprod": [lambda a: np.nanprod(gapped(a), axis=0), lambda a: np.nanprod(gapped(a))],
    "nanmean": [lambda a: np.nanmean(gapped(a), axis=0), lambda a: np.nanmean(gapped(a), keepdims=True)],
    "nanvar": [lambda a: np.nanvar(gapped(a), axis=1), lambda a: np.nanvar(gapped(a), ddof=1)],
    "nanstd": [lambda a: np.nanstd(gapped(a), axis=1), lambda a: np.nanstd(gapped(a), ddof=1)],
    "nanmax": [lambda a: np.nanmax(gapped(a), axis=0), lambda a: np.nanmax(a)],
    "nanmin": [lambda a: np.nanmin(gapped(a), axis=0), lambda a: np.nanmin(a)],
    "ptp": [lambda a: np.ptp(a), lambda a: np.ptp(a, axis=0), lambda a: np.ptp(a, 1, keepdims=True)],
    "average": [
        lambda a: np.average(a),
        lambda a: np.average(a, axis=0, weights=[1.0, 2.0, 0.5]),
        lambda a: np.average(a, weights=a * a, returned=True),
        lambda a: np.average(a, axis=1, returned=True),
    ],
    "count_nonzero": along(lambda a, *r, **k: np.count_nonzero(a > 1, *r, **k)),
    "argmax": along(np.argmax),
    "argmin": along(np.argmin),
    "nanargmax": along(np.nanargmax),
    "nanargmin": along(np.nanargmin),
    "cumsum": along(np.cumsum),
    "cumprod": along(np.cumprod),
    "nancumsum": [lambda a: np.nancumsum(gapped(a)), lambda a: np.nancumsum(gapped(a), axis=0)],
    "nancumprod": [lambda a: np.nancumprod(gapped(a)), lambda a: np.nancumprod(gapped(a), axis=0)],
    "cumulative_sum": [lambda a: np.cumulative_sum(a, axis=1), lambda a: np.cumulative_sum(a[0], include_initial=True)],
    "cumulative_prod": [lambda a: np.cumulative_prod(a, axis=0, include_initial=True)],
    # Order statistics.
    "median": [
        lambda a: np.median(a),
        lambda a: np.median(a, axis=0, keepdims=True),
        lambda a: np.median(a[:2], axis=(0,)),
    ],
    "nanmedian": [lambda a: np.nanmedian(gapped(a)), lambda a: np.nanmedian(gapped(a), axis=0)],
    "quantile": [
        lambda a: np.quantile(a, 0.3),
        lambda a: np.quantile(a, LEVELS, axis=1, keepdims=True),
        *[lambda a, m=m: np.quantile(a, LEVELS, method=m) for m in METHODS],
        *[lambda a, m=m: np.quantile(a[:, :2], LEVELS.reshape(5, 1), axis=(0, 1), method=m) for m in METHODS],
    ],
    "percentile": [lambda a: np.percentile(a, 30), lambda a: np.percentile(a, [10, 50.0], axis=0)],
    "nanquantile": [lambda a: np.nanquantile(gapped(a), LEVELS), lambda a: np.nanquantile(gapped(a), LEVELS, axis=1)],
    "nanpercentile": [lambda a: np.nanpercentile(gapped(a), 40, axis=0, keepdims=True)],
    "sort": [lambda a: np.sort(a), lambda a: np.sort(a, axis=None), lambda a: np.sort(a, 0, kind="stable")],
    "argsort": [lambda a: np.argsort(a), lambda a: np.argsort(a, axis=None), lambda a: np.argsort(a, 0, stable=True)],
    "partition": [
        lambda a: np.partition(a, 1),
        lambda a: np.partition(a, 4, axis=None),
        lambda a: np.partition(a, 1, 0),
    ],
    "argpartition": [lambda a: np.argpartition(a, 1), lambda a: np.argpartition(a, 4, axis=None)],
    "sort_complex": [lambda a: np.sort_complex(a[0]), lambda a: np.sort_complex(a)],
    "lexsort": [lambda a: np.lexsort(a), lambda a: np.lexsort((a[0], a[1]))],
    "cov": [
        lambda a: np.cov(a),
        lambda a: np.cov(a, rowvar=False),
        lambda a: np.cov(a[0], a[1]),
        lambda a: np.cov(a[0]),
        lambda a: np.cov(a, bias=True),
        lambda a: np.cov(a, ddof=2, aweights=[1.0, 2.0, 0.5]),
        lambda a: np.cov(a, fweights=[1, 2, 3]),
    ],
    "corrcoef": [lambda a: np.corrcoef(a), lambda a: np.corrcoef(a[0], a[1]), lambda a: np.corrcoef(a, rowvar=False)],
    "bincount": [
        lambda a: np.bincount(np.array([1, 0, 2]), weights=a[0]),
        lambda a: np.bincount(np.array([1, 1, 2]), a[0], minlength=5),
    ],
    "digitize": [lambda a: np.digitize(a, [0.0, 1.0, 2.0]), lambda a: np.digitize(a, [0.5, 2.0], right=True)],
    "histogram": [lambda a: np.histogram(a), lambda a: np.histogram(a, bins=[0.0, 1.0, 4.0], density=True)],
    "histogram2d": [lambda a: np.histogram2d(a[0], a[1], bins=2)],
    "histogramdd": [lambda a: np.histogramdd(a, bins=(2, 3, 2))],
    "histogram_bin_edges": [lambda a: np.histogram_bin_edges(a, bins=4)],
    # Calculus.
    "diff": [
        lambda a: np.diff(a),
        lambda a: np.diff(a, 2, axis=0),
        lambda a: np.diff(a, n=0),
        lambda a: np.diff(a, prepend=0.0, append=a),
        lambda a: np.diff(a, axis=0, append=a[:1]),
    ],
    "ediff1d": [lambda a: np.ediff1d(a), lambda a: np.ediff1d(a, to_end=[1.0, 2.0], to_begin=-3.0)],
    "gradient": [
        lambda a: np.gradient(a),
        lambda a: np.gradient(a, 0.5, axis=0),
        lambda a: np.gradient(a, 0.5, 2.0),
        lambda a: np.gradient(a, [0.0, 1.0, 3.0], axis=1),
        lambda a: np.gradient(a, np.array([0.0, 1.0, 3.0]), axis=1, edge_order=2),
        lambda a: np.gradient(a, edge_order=2),
        lambda a: np.gradient(a[0]),
    ],
    "trapezoid": [
        lambda a: np.trapezoid(a),
        lambda a: np.trapezoid(a, dx=0.5, axis=0),
        lambda a: np.trapezoid(a, a * a),
        lambda a: np.trapezoid(a, [0.0, 1.0, 3.0], axis=0),
    ],
    "cross": [
        lambda a: np.cross(a, a[0]),
        lambda a: np.cross(a, a * a, axis=0),
        lambda a: np.cross(a, a[::1] ** 2, axisa=0, axisc=0),
    ],
    "convolve": [lambda a, m=m: np.convolve(a.reshape(-1), a[0], m) for m in ("full", "same", "valid")]
    + [lambda a, m=m: np.convolve(a[0, :2], a.reshape(-1), m) for m in ("full", "same", "valid")],
    "correlate": [lambda a, m=m: np.correlate(a.reshape(-1), a[0], m) for m in ("full", "same", "valid")]
    + [lambda a, m=m: np.correlate(a[0, :2], a.reshape(-1), m) for m in ("full", "same", "valid")]
    + [
        lambda a: np.correlate(a[0], np.array([1.0, 2.0]), "same"),
        lambda a: np.correlate(a.reshape(-1)[:4], a[0:2].reshape(-1)[:5], "same"),
    ],
    "interp": [
        lambda a: np.interp(a, [-1.0, 0.3, 2.2], [1.0, 4.0, -2.0]),
        lambda a: np.interp(0.2, np.sort(a[0]), a[1]),
        lambda a: np.interp(a, [-1.0, 0.3, 2.2], [1.0, 4.0, -2.0], left=-7.0, right=9.0),
        lambda a: np.interp(a, [2.2, 0.3, 1.1], [1.0, 4.0, -2.0], period=3.0),
        lambda a: np.interp([5.0, 2.0], [1.0], a[0, :1]),
    ],
    "unwrap": [lambda a: np.unwrap(a * 3), lambda a: np.unwrap(a, axis=0, period=2.0)],
    "linspace": [
        lambda a: np.linspace(a[0], a[1], 4),
        lambda a: np.linspace(a[0], 7.0, 5, endpoint=False, axis=-1),
        lambda a: np.linspace(a[0, 0], 3.0, num=3, retstep=True),
    ],
    "logspace": [lambda a: np.logspace(a[0], 1.0, 4), lambda a: np.logspace(a[0], a[1], 3, base=2.0, endpoint=False)],
    "geomspace": [lambda a: np.geomspace(abs(a[0]), 7.0, 4), lambda a: np.geomspace(1.0, abs(a[1]), 3, axis=1)],
    # Moving.
    "append": [lambda a: np.append(a, 1.5), lambda a: np.append(a, a[:1], axis=0), lambda a: np.append([1.0, 2.0], a)],
    "block": [lambda a: np.block([[a, a[:, :1]], [a[:1], np.array([[7.0]])]]), lambda a: np.block([a[0], a[1]])],
    "choose": [lambda a: np.choose([2, 0, 1], a), lambda a: np.choose([[0, 1, 1]], [a, a * 2])],
    "compress": [lambda a: np.compress([True, False, True], a, axis=1), lambda a: np.compress([False, True], a)],
    "delete": [
        lambda a: np.delete(a, 1),
        lambda a: np.delete(a, [0, 2], axis=0),
        lambda a: np.delete(a, slice(0, 2), 1),
    ],
    "diagflat": [lambda a: np.diagflat(a), lambda a: np.diagflat(a[0], -1)],
    "extract": [lambda a: np.extract(a > 1, a), lambda a: np.extract(MASK, a)],
    "insert": [
        lambda a: np.insert(a, 1, 5.0),
        lambda a: np.insert(a, [1, 3], a[0, :2]),
        lambda a: np.insert(a, 1, a[0], axis=1),
    ],
    "meshgrid": [
        lambda a: np.meshgrid(a[0], a[1, :2]),
        lambda a: np.meshgrid(a[0], a[1], a[2, :1], indexing="ij"),
        lambda a: np.meshgrid(a[0], a[1, :2], sparse=True),
    ],
    "pad": [
        lambda a: np.pad(a, 1),
        lambda a: np.pad(a, ((1, 0), (0, 2)), constant_values=((3.0, 4.0), (5.0, 6.0))),
        lambda a: np.pad(a, 2, "reflect"),
        lambda a: np.pad(a, (1, 2), "edge"),
        lambda a: np.pad(a, 2, "wrap"),
        lambda a: np.pad(a, 2, mode="symmetric"),
        lambda a: np.pad(a, 1, constant_values=a[0, 0]),
    ],
    "resize": [lambda a: np.resize(a, (2, 7)), lambda a: np.resize(a, 4)],
    "rollaxis": [lambda a: np.rollaxis(a, 1), lambda a: np.rollaxis(a.reshape(3, 3, 1), 2, 1)],
    "trim_zeros": [lambda a: np.trim_zeros(np.where(a > 1, a, 0.0)[0]), lambda a: np.trim_zeros(np.pad(a, 2))],
    "select": [
        lambda a: np.select([a > 2, a > 0], [a, a**2], 9.0),
        lambda a: np.select([MASK], [a]),
    ],
    "piecewise": [
        lambda a: np.piecewise(a, [a < 0, a >= 0], [lambda x: x**2, np.sin]),
        lambda a: np.piecewise(a, [a < 0, a > 1], [-1.0, lambda x: 2 * x, lambda x: x**3]),
    ],
    "apply_along_axis": [
        lambda a: np.apply_along_axis(lambda v: v.sum(), 0, a),
        lambda a: np.apply_along_axis(lambda v: v * v[0], 0, a),
        lambda a: np.apply_along_axis(np.diag, 1, a),
        lambda a: np.apply_along_axis(np.sort, -1, a.reshape(3, 1, 3)),
    ],
    "apply_over_axes": [lambda a: np.apply_over_axes(np.sum, a, [0, 1]), lambda a: np.apply_over_axes(np.cumsum, a, 0)],
    # Sets.
    "unique": [
        lambda a: np.unique(a),
        lambda a: np.unique(np.append(a, a), return_counts=True, return_index=True, return_inverse=True),
        lambda a: np.unique(np.vstack([a, a]), axis=0),
        lambda a: np.unique(a, return_inverse=True),
    ],
    "unique_all": [lambda a: np.unique_all(np.append(a, a))],
    "unique_counts": [lambda a: np.unique_counts(np.append(a, a))],
    "unique_inverse": [lambda a: np.unique_inverse(a)],
    "unique_values": [lambda a: np.sort(np.unique_values(a))],
    "intersect1d": [
        lambda a: np.intersect1d(a[0], np.append(a[1], a[0, 0])),
        lambda a: np.intersect1d(a, a[0], return_indices=True),
    ],
    "setdiff1d": [lambda a: np.setdiff1d(a, a[0])],
    "setxor1d": [lambda a: np.setxor1d(a, a[0])],
    "union1d": [lambda a: np.union1d(a, [7.0, 8.0])],
    "isin": [lambda a: np.isin(a, [2.0, 4.0]), lambda a: np.isin(2.0, a, invert=True)],
    # Polynomials.
    "vander": [lambda a: np.vander(a[0]), lambda a: np.vander(a[0], 2, increasing=True)],
    "poly": [lambda a: np.poly(a[0]), lambda a: np.poly(symmetric(a))],
    "polyadd": [lambda a: np.polyadd(a[0], a[1, :2]), lambda a: np.polyadd(2.0, a[0])],
    "polysub": [lambda a: np.polysub(a[0, :1], a[1])],
    "polymul": [lambda a: np.polymul(a[0], a[1, :2]), lambda a: np.polymul([0.0, 2.0], a[0])],
    "polydiv": [lambda a: np.polydiv(a.reshape(-1)[:5], a[0]), lambda a: np.polydiv(a[0, :1], a[1])],
    "polyder": [lambda a: np.polyder(a[0]), lambda a: np.polyder(a[0], 2)],
    "polyint": [lambda a: np.polyint(a[0]), lambda a: np.polyint(a[0], 2, k=[1.0, 2.0])],
    "polyval": [lambda a: np.polyval(a[0], a), lambda a: np.polyval([1.0, 2.0], a), lambda a: np.polyval(a[0], 2.0)],
    "polyfit": [
        lambda a: np.polyfit(a[0], a[1], 1),
        lambda a: np.polyfit(a[0], a, 1, w=[1.0, 2.0, 0.5]),
        lambda a: np.polyfit(np.arange(9.0), a.reshape(-1), 2, cov=True),
        lambda a: np.polyfit(np.arange(9.0), a.reshape(-1), 2, full=True),
    ],
    "roots": [
        lambda a: np.sort_complex(np.roots(a[0])),
        lambda a: np.sort(np.roots(np.poly(a[0]))),
        lambda a: np.roots(np.append(a[0, :2], 0)),
    ],
    # Like another, and of shape.
    "zeros_like": [lambda a: np.zeros_like(a), lambda a: np.zeros_like(a, shape=(3,)), lambda a: np.zeros_like(a, int)],
    "ones_like": [lambda a: np.ones_like(a)],
    "full_like": [lambda a: np.full_like(a, 7.0), lambda a: np.full_like(a, np.array([1.0, 2.0, 3.0]))],
    "empty_like": [lambda a: np.empty_like(a) * 0.0],
    "copy": [lambda a: np.copy(a)],
    "astype": [lambda a: np.astype(a, np.float64)],
    "shape": [lambda a: np.shape(a)],
    "ndim": [lambda a: np.ndim(a)],
    "size": [lambda a: np.size(a), lambda a: np.size(a, 0), lambda a: np.size(a, (0, 1))],
    "reshape": [
        lambda a: np.reshape(a, -1),
        lambda a: np.reshape(a, (1, 9)),
        lambda a: np.reshape(a, (9, 1), order="F"),
    ],
    "ravel": [lambda a: np.ravel(a), lambda a: np.ravel(a, "F")],
    "transpose": [lambda a: np.transpose(a), lambda a: np.transpose(a[None], (2, 0, 1)), lambda a: np.permute_dims(a)],
    "matrix_transpose": [lambda a: np.matrix_transpose(a)],
    "swapaxes": [lambda a: np.swapaxes(a, 0, 1)],
    "moveaxis": [lambda a: np.moveaxis(a, [0, 1], [1, 0])],
    "squeeze": [lambda a: np.squeeze(a[None]), lambda a: np.squeeze(a[None, :, None], (0, 2))],
    "expand_dims": [lambda a: np.expand_dims(a, 1), lambda a: np.expand_dims(a, (0, -1))],
    "broadcast_to": [lambda a: np.broadcast_to(a, (2, 3, 3))],
    "broadcast_arrays": [lambda a: np.broadcast_arrays(a, a[0])],
    "concatenate": [
        lambda a: np.concatenate([a, a[:1]]),
        lambda a: np.concatenate((a, a), axis=None),
        lambda a: np.concat([a, a], 1),
    ],
    "stack": [lambda a: np.stack([a, a], axis=1), lambda a: np.stack([a[0], np.ones(3)])],
    "vstack": [lambda a: np.vstack([a, a[0]])],
    "hstack": [lambda a: np.hstack([a, a])],
    "dstack": [lambda a: np.dstack([a, a])],
    "column_stack": [lambda a: np.column_stack([a[0], a])],
    "split": [lambda a: np.split(a, 3)[1], lambda a: np.split(a, [1], axis=1)],
    "array_split": [lambda a: np.array_split(a, 2), lambda a: np.array_split(a, 2, axis=1)],
    "vsplit": [lambda a: np.vsplit(a, 3)],
    "hsplit": [lambda a: np.hsplit(a, [1, 2]), lambda a: np.hsplit(a[0], 3)],
    "dsplit": [lambda a: np.dsplit(a[None], 3)],
    "unstack": [lambda a: np.unstack(a, axis=1)],
    "tile": [lambda a: np.tile(a, 2), lambda a: np.tile(a, (2, 1, 2))],
    "repeat": [lambda a: np.repeat(a, 2), lambda a: np.repeat(a, [1, 0, 2], axis=0), lambda a: np.repeat(a, 2, 1)],
    "roll": [lambda a: np.roll(a, 1), lambda a: np.roll(a, (1, 2), axis=(0, 1)), lambda a: np.roll(a, 1, axis=(0, 1))],
    "flip": [lambda a: np.flip(a), lambda a: np.flip(a, 0)],
    "flipud": [lambda a: np.flipud(a)],
    "fliplr": [lambda a: np.fliplr(a)],
    "rot90": [lambda a: np.rot90(a), lambda a: np.rot90(a, 3, (1, 0))],
    "tril": [lambda a: np.tril(a), lambda a: np.tril(a, -1)],
    "triu": [lambda a: np.triu(a, 1)],
    "diag": [lambda a: np.diag(a), lambda a: np.diag(a[0], 1)],
    "diagonal": [lambda a: np.diagonal(a, 1)],
    "trace": [lambda a: np.trace(a), lambda a: np.trace(a[:2], 1)],
    "atleast_1d": [lambda a: np.atleast_1d(a[0, 0])],
    "atleast_2d": [lambda a: np.atleast_2d(a[0], a)],
    "atleast_3d": [lambda a: np.atleast_3d(a), lambda a: np.atleast_3d(a[0])],
    # Of elements.
    "where": [lambda a: np.where(a > 1, a, 0.0), lambda a: np.where(MASK, a, a**2)],
    "clip": [lambda a: np.clip(a, 0.4, 2.5), lambda a: np.clip(a, None, a[0] + 1), lambda a: np.clip(a, min=0.6)],
    "real": [lambda a: np.real(a)],
    "imag": [lambda a: np.imag(a * 1j)],
    "angle": [lambda a: np.angle(a + 1j), lambda a: np.angle(a + 1j, deg=True)],
    "real_if_close": [
        lambda a: np.real_if_close(a),
        lambda a: np.real_if_close(a + 0j),
        lambda a: np.real_if_close(a + 1j),
    ],
    "round": [lambda a: np.round(a), lambda a: np.round(a, 1)],
    "around": [lambda a: np.around(a, decimals=1)],
    "fix": [lambda a: np.fix(a)],
    "sinc": [lambda a: np.sinc(a)],
    "i0": [lambda a: np.i0(a)],
    "nan_to_num": [lambda a: np.nan_to_num(gapped(a), nan=3.0)],
    "take": [
        lambda a: np.take(a, [0, 5]),
        lambda a: np.take(a, [[2, -1]], axis=1),
        lambda a: np.take(a, 1, axis=0),
        lambda a: np.take(a, [4, -7], axis=0, mode="wrap"),
        lambda a: np.take(a, [9, -2], 1, mode="clip"),
    ],
    "take_along_axis": [
        lambda a: np.take_along_axis(a, np.argsort(a), -1),
        lambda a: np.take_along_axis(a, np.array([[0, -1, 1]]), axis=0),
        lambda a: np.take_along_axis(a, np.array([4, 2]), None),
    ],
    "isclose": [lambda a: np.isclose(a, a + 1e-12), lambda a: np.isclose(a, 2.0)],
    "allclose": [lambda a: np.allclose(a, a), lambda a: np.allclose(a, a[0])],
    "array_equal": [
        lambda a: np.array_equal(a, a),
        lambda a: np.array_equal(a, a[0]),
        lambda a: np.array_equal(gapped(a), gapped(a), True),
    ],
    "array_equiv": [lambda a: np.array_equiv(a, a), lambda a: np.array_equiv(a, a[0])],
    "isreal": [lambda a: np.isreal(a)],
    "iscomplex": [lambda a: np.iscomplex(a + 1j)],
    "isneginf": [lambda a: np.isneginf(a)],
    "isposinf": [lambda a: np.isposinf(np.where(a > 1, np.inf, a))],
    "iscomplexobj": [lambda a: np.iscomplexobj(a)],
    "isrealobj": [lambda a: np.isrealobj(a)],
    "searchsorted": [
        lambda a: np.searchsorted(np.sort(a[0]), a, side="right"),
        lambda a: np.searchsorted(a[0], 1.0, sorter=np.argsort(a[0])),
    ],
    # Positions and types.
    "argwhere": [lambda a: np.argwhere(a > 1)],
    "nonzero": [lambda a: np.nonzero(a > 1)],
    "flatnonzero": [lambda a: np.flatnonzero(a < 1)],
    "ix_": [lambda a: np.ix_(ints(a), [0, 1])],
    "unravel_index": [lambda a: np.unravel_index(ints(a), (3, 3))],
    "ravel_multi_index": [lambda a: np.ravel_multi_index((ints(a), ints(a)), (5, 5))],
    "tril_indices_from": [lambda a: np.tril_indices_from(a)],
    "triu_indices_from": [lambda a: np.triu_indices_from(a, 1)],
    "diag_indices_from": [lambda a: np.diag_indices_from(a)],
    "packbits": [lambda a: np.packbits(a > 1)],
    "unpackbits": [lambda a: np.unpackbits(np.packbits(a > 1), axis=0)],
    "can_cast": [lambda a: np.can_cast(a.dtype if isinstance(a, np.ndarray) else numbers(a).dtype, np.float32)],
    "common_type": [lambda a: np.common_type(a, a[0])],
    "result_type": [lambda a: np.result_type(a, np.float32)],
    "min_scalar_type": [lambda a: np.min_scalar_type(a)],
    "may_share_memory": [lambda a: np.may_share_memory(a, a[0])],
    "shares_memory": [lambda a: np.shares_memory(a[1], a[0])],
    "einsum_path": [lambda a: np.einsum_path("ij,jk->ik", a, a)[0]],
    # Products.
    "dot": [
        lambda a: np.dot(a, a),
        lambda a: np.dot(a[0], a),
        lambda a: np.dot(2.0, a),
        lambda a: np.dot(a, np.stack([a, a])),
    ],
    "vdot": [lambda a: np.vdot(a, a * 2)],
    "inner": [lambda a: np.inner(a, a[0])],
    "outer": [lambda a: np.outer(a, a[0])],
    "kron": [lambda a: np.kron(a, a[:1])],
    "tensordot": [
        lambda a: np.tensordot(a, a, axes=1),
        lambda a: np.tensordot(a, a, ([0, 1], [1, 0])),
        lambda a: np.tensordot(a, a, (0, 1)),
    ],
    "einsum": [
        lambda a: np.einsum("ij,jk->ik", a, a),
        lambda a: np.einsum("ij,jk,k", a, a, a[0], optimize=True),
        lambda a: np.einsum(a, [0, 1], a, [1, 2], [0, 2], optimize="greedy"),
        lambda a: np.einsum("ii->i", a),
    ],
    # numpy.linalg
    "linalg.norm": [
        lambda a: np.linalg.norm(a),
        lambda a: np.linalg.norm(a, axis=0),
        lambda a: np.linalg.norm(a, 1),
        lambda a: np.linalg.norm(a, keepdims=True),
        lambda a: np.linalg.norm(a, "nuc"),
        lambda a: np.linalg.norm(a, 2, (0, 1), True),
        lambda a: np.linalg.norm(a[0], np.inf),
    ],
    "linalg.vector_norm": [
        lambda a: np.linalg.vector_norm(a),
        lambda a: np.linalg.vector_norm(a, axis=0, keepdims=True, ord=3),
    ],
    "linalg.matrix_norm": [
        lambda a: np.linalg.matrix_norm(a),
        lambda a: np.linalg.matrix_norm(a, ord=-2, keepdims=True),
    ],
    "linalg.inv": [lambda a: np.linalg.inv(a)],
    "linalg.det": [lambda a: np.linalg.det(a)],
    "linalg.slogdet": [lambda a: np.linalg.slogdet(a)],
    "linalg.solve": [
        lambda a: np.linalg.solve(a, a[0]),
        lambda a: np.linalg.solve(a, a**2),
        lambda a: np.linalg.solve(np.stack([a] * 3), a),
        lambda a: np.linalg.solve(np.stack([a, a * 2]), a[0]),
    ],
    "linalg.cholesky": [
        lambda a: np.linalg.cholesky(symmetric(a)),
        lambda a: np.linalg.cholesky(symmetric(a), upper=True),
    ],
    "linalg.eigh": [
        lambda a: np.linalg.eigh(symmetric(a)).eigenvalues,
        lambda a: abs(np.linalg.eigh(symmetric(a), "U").eigenvectors),
    ],
    "linalg.eigvalsh": [lambda a: np.linalg.eigvalsh(symmetric(a)), lambda a: np.linalg.eigvalsh(symmetric(a), "U")],
    "linalg.eig": [
        lambda a: np.sort(np.linalg.eig(symmetric(a)).eigenvalues),
        lambda a: np.sort_complex(np.linalg.eig(a)[0]),
    ],
    "linalg.eigvals": [
        lambda a: np.sort(np.linalg.eigvals(symmetric(a))),
        lambda a: np.sort_complex(np.linalg.eigvals(a)),
    ],
    "linalg.svd": [
        lambda a: np.linalg.svd(a).S,
        lambda a: np.linalg.svd(a, compute_uv=False),
        lambda a: abs(np.linalg.svd(a[:2], full_matrices=False).Vh),
        lambda a: np.linalg.svd(symmetric(a), hermitian=True)[1],
        lambda a: np.linalg.svd(symmetric(a) - 2 * np.eye(3), compute_uv=False, hermitian=True),
    ],
    "linalg.svdvals": [lambda a: np.linalg.svdvals(a)],
    "linalg.qr": [
        lambda a: np.linalg.qr(a),
        lambda a: np.linalg.qr(a[:, :2]),
        lambda a: np.linalg.qr(a, "r"),
        lambda a: np.linalg.qr(a, mode="complete"),
    ],
    "linalg.lstsq": [
        lambda a: np.linalg.lstsq(a, a[0]),
        lambda a: np.linalg.lstsq(a[:, :2], a[:, 2]),
        lambda a: np.linalg.lstsq(a[:2], a[:2, :2])[0],
    ],
    "linalg.pinv": [
        lambda a: np.linalg.pinv(a[:, :2]),
        lambda a: np.linalg.pinv(symmetric(a), hermitian=True),
        lambda a: np.linalg.pinv(a, rtol=1e-3),
    ],
    "linalg.matrix_rank": [
        lambda a: np.linalg.matrix_rank(a),
        lambda a: np.linalg.matrix_rank(a[0]),
        lambda a: np.linalg.matrix_rank(a, tol=3.0),
    ],
    "linalg.cond": [lambda a: np.linalg.cond(a), lambda a: np.linalg.cond(a, 1)],
    "linalg.matrix_power": [lambda a: np.linalg.matrix_power(a, 3), lambda a: np.linalg.matrix_power(a, -2)],
    "linalg.multi_dot": [lambda a: np.linalg.multi_dot([a, a, a[0]])],
    "linalg.tensorinv": [lambda a: np.linalg.tensorinv(a, 1)],
    "linalg.tensorsolve": [lambda a: np.linalg.tensorsolve(a, a[0])],
    "linalg.cross": [lambda a: np.linalg.cross(a, a**2), lambda a: np.linalg.cross(a, a**2, axis=0)],
    "linalg.outer": [lambda a: np.linalg.outer(a[0], a[1])],
    "linalg.trace": [lambda a: np.linalg.trace(np.stack([a, a]), offset=1)],
    "linalg.diagonal": [lambda a: np.linalg.diagonal(np.stack([a, a]), offset=-1)],
    "linalg.vecdot": [lambda a: np.linalg.vecdot(a, a**2), lambda a: np.linalg.vecdot(a, a[0], axis=-1)],
    "linalg.matmul": [lambda a: np.linalg.matmul(a, a)],
    "linalg.tensordot": [lambda a: np.linalg.tensordot(a, a, axes=1)],
    "linalg.matrix_transpose": [lambda a: np.linalg.matrix_transpose(a)],
    # numpy.fft
    **{
        f"fft.{name}": [
            lambda a, f=f: f(a),
            lambda a, f=f: f(a, 4, 0),
            lambda a, f=f: f(a, n=2, norm="ortho"),
        ]
        for name, f in fourier("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
    },
    **{
        f"fft.{name}": [
            lambda a, f=f: f(a),
            lambda a, f=f: f(a, (2, 4), (1, 0)),
            lambda a, f=f: f(a[None], axes=(0, 2), norm="forward"),
        ]
        for name, f in fourier("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn")
    },
    "fft.fftshift": [lambda a: np.fft.fftshift(a), lambda a: np.fft.fftshift(a, 1)],
    "fft.ifftshift": [lambda a: np.fft.ifftshift(a, axes=(0,))],
}

#: Those whose results are positions, counts, the truth, constants, or numbers that do not depend on the elements.
WITHOUT_DERIVATIVE = {
    "all",
    "allclose",
    "any",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "argwhere",
    "array_equal",
    "array_equiv",
    "can_cast",
    "common_type",
    "count_nonzero",
    "diag_indices_from",
    "digitize",
    "einsum_path",
    "empty_like",
    "flatnonzero",
    "full_like",
    "histogram",
    "histogram2d",
    "histogramdd",
    "histogram_bin_edges",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isin",
    "isneginf",
    "isposinf",
    "isreal",
    "isrealobj",
    "ix_",
    "lexsort",
    "linalg.matrix_rank",
    "may_share_memory",
    "min_scalar_type",
    "nanargmax",
    "nanargmin",
    "ndim",
    "nonzero",
    "ones_like",
    "packbits",
    "ravel_multi_index",
    "result_type",
    "searchsorted",
    "shape",
    "shares_memory",
    "size",
    "tril_indices_from",
    "triu_indices_from",
    "unpackbits",
    "unravel_index",
    "zeros_like",
}
UFUNC_CALLS = [
    *[
        lambda a, f=f: f.reduce(a)
        for f in (np.add, np.multiply, np.maximum, np.minimum, np.logaddexp, np.fmax, np.subtract)
    ],
    *[
        lambda a, f=f: f.reduce(a, axis=1, keepdims=True)
        for f in (np.add, np.multiply, np.maximum, np.hypot, np.logaddexp2)
    ],
    *[lambda a, f=f: f.reduce(a, axis=None) for f in (np.add, np.multiply, np.minimum)],
    *[lambda a, f=f: f.reduce(a > 0, axis=1) for f in (np.logical_and, np.logical_or, np.logical_xor, np.add)],
    lambda a: np.add.reduce(a, axis=(0, 1), initial=3.0),
    lambda a: np.maximum.reduce(a, initial=2.5, where=MASK),
    lambda a: np.add.reduce(a, where=MASK),
    lambda a: np.bitwise_or.reduce(ints(a)),
    lambda a: np.divide.reduce(a, axis=0),
    *[lambda a, f=f: f.accumulate(a) for f in (np.add, np.multiply, np.maximum, np.minimum, np.logaddexp, np.subtract)],
    lambda a: np.add.accumulate(a, axis=1),
    lambda a: np.hypot.accumulate(a, axis=1),
    *[lambda a, f=f: f.outer(a, a[0]) for f in (np.add, np.multiply, np.maximum, np.hypot, np.greater)],
    lambda a: np.subtract.outer(np.arange(2.0), a[0]),
    lambda a: np.add.outer(a[0], 1.5),
    lambda a: np.add.reduceat(a, [0, 2, 1]),
    lambda a: np.multiply.reduceat(a, [0, 1], axis=1),
    lambda a: np.add(a, 1, dtype=np.float64),
    lambda a: np.vecdot(a, a**2, axis=0),
    lambda a: np.vecdot(a, a, keepdims=True),
    lambda a: np.matvec(a, a[0]),
    lambda a: np.vecmat(a[0], a),
    lambda a: np.vecdot(a, a[1]),
    lambda a: np.divmod(a, 0.7),
    lambda a: np.modf(a),
    lambda a: np.frexp(a),
    lambda a: np.cbrt(a),
    lambda a: np.spacing(a),
    lambda a: np.divmod(3.0, a),
    lambda a: np.power(2.0, a),
    lambda a: np.arctan2(1, a),
]
