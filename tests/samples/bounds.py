"""Samples of `rushlight.ops.elementwise.bounds`."""

import numpy as np

from . import Sample, array

A, B, ROW = array(3, 4), array(3, 4, seed=1), array(4, seed=2)
TIES = np.array([1.0, 2.0, 2.0, np.nan, np.inf]), np.array([2.0, 2.0, 1.0, 0.0, np.inf])
NANS = np.array([np.nan, 1.0, np.nan]), np.array([1.0, np.nan, np.nan])
INTS, OTHERS = np.array([-3, 0, 4]), np.array([2, 0, 3])
LOW, HIGH = array(4, low=-1.5, high=-0.5), array(4, low=0.5, high=1.5)


def _call(name, *bounds):
    return lambda t, x, *more: getattr(t, name)(x, *more, *bounds)


def _halves(name):
    """Where both are equal, each has half of the gradient.

    With what is not a number, maximum and minimum give both all of it; fmax and fmin the other, or the first.
    """

    def gradient(w, out, x, y):
        less, more = (x < y, x > y) if "max" in name else (x > y, x < y)
        if name[0] == "f":
            first = ~less & ~np.isnan(x) | np.isnan(y)
            return w * first, w * ~first
        half = np.where(x == y, 0.5, 1)
        return w * ~less * half, w * ~more * half

    return gradient


SAMPLES = [
    *[
        Sample(name, _call(name), inputs, smooth=inputs is not TIES and inputs is not NANS,
               gradient=_halves(name) if inputs is TIES else None)
        for name in ("maximum", "minimum", "fmax", "fmin")
        for inputs in ((A, B), (A, ROW), (array(seed=3), ROW), (INTS, OTHERS), TIES, NANS)
    ],
    Sample("clamp", _call("clamp", -0.5, 1), (A,)),
    Sample("clamp", lambda t, x: x.clamp(min=0), (A,)),
    Sample("clamp", lambda t, x: x.clip(max=0.5), (array(seed=1),)),
    Sample("clamp", _call("clamp", 0, 1), (np.array([0.0, 1.0, np.nan, -np.inf]),), smooth=False,
           gradient=lambda w, out, x: (w * ((x >= 0) & (x <= 1)),)),
    Sample("clamp", _call("clamp", 2, 1), (A,)),
    Sample("clamp", _call("clamp", -1, 2), (INTS,)),
    Sample("clamp", _call("clamp", -0.5, 2.5), (INTS,)),
    Sample("clamp_tensors", _call("clamp"), (A, LOW, HIGH)),
    Sample("clamp_tensors", _call("clamp"), (A, HIGH, LOW)),
    Sample("clamp_tensors", _call("clamp"), (np.array([0.0, 1.0]), np.zeros(2), np.ones(2)), smooth=False,
           gradient=lambda w, out, x, low, high: (w, 0 * w, 0 * w)),
    Sample("clamp_tensor_min", _call("clamp"), (A, LOW)),
    Sample("clamp_tensor_max", lambda t, x, high: x.clamp(max=high), (A, HIGH)),
    Sample("clamp_tensor_min", _call("clamp"), (np.array([0.0, 1.0]), np.array([0.0, 2.0])), smooth=False,
           gradient=lambda w, out, x, low: (w * (x >= low), w * (x < low))),
    Sample("clamp_min", _call("clamp_min", 0.25), (A,)),
    Sample("clamp_min", _call("clamp_min", 0.0), (np.zeros(2),), smooth=False, gradient=lambda w, out, x: (w,)),
    Sample("clamp_min_tensor", _call("clamp_min"), (A, LOW)),
    Sample("clamp_max", _call("clamp_max", 0.25), (A,)),
    Sample("clamp_max", _call("clamp_max", 1), (INTS,)),
    Sample("clamp_max_tensor", _call("clamp_max"), (A, HIGH)),
]
