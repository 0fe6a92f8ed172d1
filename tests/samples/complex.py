"""Samples of `rushlight.ops.elementwise.complex`."""

import numpy as np

from . import Sample, array

Z = array(3, 2, dtype=np.complex128)
A, B = array(3, 2), array(3, 2, seed=1)

SAMPLES = [
    Sample("view_as_real", lambda t, z: t.view_as_real(z), (Z,)),
    Sample("view_as_real", lambda t, z: t.view_as_real(z), (Z[0, 0],)),
    Sample("view_as_real", lambda t, z: z.real * 2, (Z,)),
    Sample("view_as_real", lambda t, z: z.real * z.imag, (Z.T,)),
    Sample("view_as_real", lambda t, z: t.imag(z), (Z[::2],)),
    Sample("view_as_complex", lambda t, x: t.view_as_complex(x), (A,)),
    Sample("view_as_complex", lambda t, x: t.view_as_complex(x) ** 2, (A,)),
    Sample("conj", lambda t, z: z.conj(), (Z,)),
    Sample("conj", lambda t, z: z * z.conj(), (Z,)),
    Sample("conj_physical", lambda t, z: t.conj_physical(z), (Z,)),
    Sample("conj_physical", lambda t, z: t.conj_physical(z), (A,)),
    Sample("complex", lambda t, x, y: t.complex(x, y), (A, B)),
    Sample("complex", lambda t, x, y: t.complex(x, y).abs(), (A, B[0])),
    Sample("complex", lambda t, x, y: t.complex(x, y), (array(seed=1), array(seed=2))),
    Sample("complex", lambda t, x, y: t.complex(x, y), (np.array([np.inf, 0]), np.array([1, np.nan])), smooth=False),
    Sample("polar", lambda t, r, phi: t.polar(r, phi), (abs(A), B)),
    Sample("polar", lambda t, r, phi: t.polar(r, phi), (array(2, low=0.5), array(3, 1))),
    Sample("angle", lambda t, z: t.angle(z), (Z,)),
    Sample("angle", lambda t, z: z.angle(), (np.zeros(2, np.complex128),), smooth=False, gradient=lambda w, out, z: (z,)),
    Sample("angle", lambda t, x: x.angle(), (A,)),
    Sample("angle", lambda t, x: x.angle(), (np.array([0.0, -0.0, np.nan, -np.inf]),), smooth=False),
    Sample("angle", lambda t, x: x.angle(), (np.array([-2, 0, 2]),)),
]
