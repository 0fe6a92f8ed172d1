"""Samples of `rushlight.ops.elementwise.combining`."""

import numpy as np

from . import Sample, array
from .elementwise import COLUMN, COMPLEX_PAIRS, DIVISORS, INTS, NUMBER, POSITIVE, ROW, A, B, binary

C = np.complex128

SAMPLES = [
    Sample("addcmul", lambda t, x, y, z: t.addcmul(x, y, z, value=-1.5), (A, B, POSITIVE)),
    Sample("addcmul", lambda t, x, y, z: x.addcmul(y, z), (A, ROW, COLUMN)),
    Sample("addcmul", lambda t, x, y, z: x.addcmul(y, z, value=2j), (*COMPLEX_PAIRS[0], array(3))),
    Sample("addcmul", lambda t, x, y, z: x.addcmul(y, z, value=2), (INTS, INTS, DIVISORS)),
    Sample("addcdiv", lambda t, x, y, z: t.addcdiv(x, y, z, value=2), (A, B, POSITIVE)),
    Sample("addcdiv", lambda t, x, y, z: x.addcdiv(y, z), (A, ROW, POSITIVE[:, :1])),
    *binary("lerp", lambda t, x, y: t.lerp(x, y, 0.3), pairs=((A, B), (A, ROW), (NUMBER, A), COMPLEX_PAIRS[0])),
    Sample("lerp", lambda t, x, y: x.lerp(y, 1.7), (A, B)),
    Sample("lerp_tensor", lambda t, x, y, w: t.lerp(x, y, w), (A, B, array(4, seed=6))),
    Sample("lerp_tensor", lambda t, x, y, w: t.lerp(x, y, w), (A, B, array(seed=6))),
    Sample("gcd", lambda t, x, y: t.gcd(x, y), (INTS, DIVISORS)),
    Sample("lcm", lambda t, x, y: t.lcm(x, y), (INTS, DIVISORS)),
    Sample("nextafter", lambda t, x, y: t.nextafter(x, y), (A, B)),
    Sample("nextafter", lambda t, x, y: t.nextafter(x, y), (A, A), smooth=False,
           gradient=lambda w, out, x, y: (w * (x != y), 0 * w)),
    Sample("ldexp", lambda t, x, y: t.ldexp(x, y), (A, B)),
    Sample("ldexp", lambda t, x, y: t.ldexp(x, y), (A[:2, :3], abs(DIVISORS))),
    # PyTorch takes 2 to the power of a negative integer to be 0 in this derivative.
    Sample("ldexp", lambda t, x, y: t.ldexp(x, y), (A[:2, :3], DIVISORS), parity=False),
]
