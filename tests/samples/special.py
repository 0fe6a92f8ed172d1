"""Samples of `rushlight.ops.special`."""

import numpy as np
import scipy.special

from . import Sample, array

#: The interval on which each function is smooth, and points at its ends. None: torch has no derivative.
FUNCTIONS = {
    "airy_ai": None, "bessel_j0": None, "bessel_j1": None, "bessel_y0": None, "bessel_y1": None,
    "modified_bessel_i0": None, "modified_bessel_i1": None, "modified_bessel_k0": None, "modified_bessel_k1": None,
    "scaled_modified_bessel_k0": None, "scaled_modified_bessel_k1": None, "spherical_bessel_j0": None,
    "entr": (0.2, 3, (0.0, -1.0, np.nan, np.inf)), "erfcx": (-1, 2, (0.0, 30.0, -30.0, np.inf)),
    "i0e": (0.2, 3, (0.0, -0.0, np.inf)), "i1": (0.2, 3, (0.0, -0.0, -2.0)), "i1e": (0.2, 3, (0.0, -0.0, -2.0)),
    "log_ndtr": (-3, 3, (0.0, -40.0, 30.0)), "ndtr": (-2, 2, (0.0, -np.inf, np.inf, 9.0)),
    "ndtri": (0.2, 0.8, (0.5, 0.0, 1.0, 2.0)),
}  # fmt: skip
POINTS = np.array([0.0, -0.0, 0.25, -1.5, 4.5, 3.75, -12.0, 110.0, np.inf, -np.inf, np.nan])
KINDS = [
    *[f"{shifted}chebyshev_polynomial_{kind}" for shifted in ("", "shifted_") for kind in "tuvw"],
    "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p",
]  # fmt: skip
DEGREES = np.array([-2.0, 0.0, 1.0, 2.0, 5.0, 6.0, 7.0, 12.0, 40.0, 2.7, -0.5, np.inf, np.nan])
#: Where all of the recurrences are well conditioned, and the ends, where values are known.
ABSCISSAE = np.array([[-1.0], [-0.3], [0.0], [0.4], [1.0], [1.1]])
X, Y, ROW = array(3, 4, low=0.5, high=3), array(3, 4, low=0.5, high=3, seed=1), array(4, low=0.5, high=3, seed=2)
S = array(3, 4, low=1.5, high=4)


def _call(name):
    return lambda t, x, *more: getattr(t.special, name)(x, *more)


def _by_second(op, x, y, function=None, **about):
    """A sample in which `x` is constant: no derivative by it is known."""
    function = function or (lambda t, x, y: getattr(t, op)(x, y))
    return Sample(op, lambda t, y: function(t, t.tensor(x.tolist(), dtype=t.float64), y), (y,), label=str(list(x.shape)), **about)


#: First arguments at the ends: of the incomplete gamma functions, of the zeta function.
ODD = np.array([0.0, 0.0, 1.0, np.inf, np.inf, 1.0, np.nan, np.nan, np.inf])
ORDERS = np.array([1.0, 0.5, 2.0, 2.5, 2.0, 3.0])


def _entropy(w, out, x):
    return (w * (-np.log(x) - 1),)


def _gamma_density(shape, y):
    return np.exp((shape - 1) * np.log(y) - y - scipy.special.gammaln(shape))


def _of_zeta(w, out, y):
    return (np.where(y == np.inf, np.nan, -w * ORDERS * scipy.special.zeta(ORDERS + 1, y)),)


SAMPLES = [
    *[
        Sample(f"special_{name}", _call(name), (a,), smooth=about is not None and a is not about[2])
        for name, about in FUNCTIONS.items()
        for a in (
            (array(2, 3, low=about[0], high=about[1]), array(low=about[0], high=about[1], seed=1)) if about
            else (POINTS, np.array(0.75), array(0, 3))
        )
    ],
    *[
        Sample(f"special_{name}", _call(name), (np.array(a[2]),), smooth=False, gradient=_entropy if name == "entr" else None)
        for name, a in FUNCTIONS.items() if a
    ],
    *[Sample(f"special_{name}", _call(name), (np.array([1, 0, 2]),)) for name in FUNCTIONS],
    *[
        Sample(f"special_{name}", _call(name), (ABSCISSAE, DEGREES[:8] if "polynomial_l" in name else DEGREES), smooth=False)
        for name in KINDS
    ],
    *[Sample(f"special_{name}", lambda t, x, name=name: getattr(t.special, name)(x, 3), (X,)) for name in KINDS],
    *[
        Sample(f"special_{name}", lambda t, n, name=name: getattr(t.special, name)(0.25, n), (np.arange(5),))
        for name in KINDS
    ],
    _by_second("igamma", X, Y),
    _by_second("igamma", ROW, array(3, 1, low=0.5, high=3), lambda t, x, y: t.special.gammainc(x, y)),
    _by_second("igammac", X, Y, lambda t, x, y: x.igammac(y)),
    *[_by_second(name, np.array(2.0), array(low=0.5, high=3)) for name in ("igamma", "igammac")],
    *[
        _by_second("special_zeta", np.array(2.0), y, lambda t, x, y: t.special.zeta(x, y))
        for y in (array(low=0.5, high=3), array(0, 3))
    ],
    _by_second("igammac", np.array(2.0), ROW, lambda t, x, y: t.special.gammaincc(x, y)),
    *[
        _by_second(name, ODD,
                   np.array([0.0, 1.0, 0.0, np.inf, 1.0, np.inf, 0.0, np.inf, np.nan]), smooth=False,
                   gradient=lambda w, out, y, sign=1 if name == "igamma" else -1: (sign * w * _gamma_density(ODD, y),))
        for name in ("igamma", "igammac")
    ],
    _by_second("special_zeta", S, Y, lambda t, x, y: t.special.zeta(x, y)),
    _by_second("special_zeta", ORDERS, np.array([1.0, 1.0, -1.0, -1.5, -1.5, np.inf]),
               lambda t, x, y: t.special.zeta(x, y), smooth=False, gradient=_of_zeta),
    Sample("special_zeta_of_number", lambda t, y: t.special.zeta(2, y), (Y,)),
    Sample("special_zeta_number", lambda t, x: t.special.zeta(x.detach(), 1.5), (S,)),
    Sample("special_xlog1py", _call("xlog1py"), (array(3, 4), Y)),
    Sample("special_xlog1py", _call("xlog1py"), (np.zeros(4), np.array([-1.0, 1.0, -2.0, np.nan])), smooth=False,
           gradient=lambda w, out, x, y: (w * np.array([0, np.log(2), 0, np.nan]), w * x / (1 + y))),
    Sample("special_xlog1py", _call("xlog1py"), (np.array([1, 0]), np.array([2, 0]))),
    Sample("special_xlog1py_number", lambda t, x: t.special.xlog1py(x, 2.5), (X,)),
    Sample("special_xlog1py_of_number", lambda t, y: t.special.xlog1py(2, y), (Y,)),
]  # fmt: skip
