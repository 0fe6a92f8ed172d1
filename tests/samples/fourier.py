"""Samples of `rushlight.ops.signals.fourier`."""

import numpy as np

from . import Sample, array

X, ODD, EVEN, V = array(2, 3, 4), array(5), array(6), array(4, seed=1)
Z, ZODD, ZEVEN = array(2, 3, 4, dtype=np.complex128), array(5, dtype=np.complex128), array(6, dtype=np.complex128)
COMPLEX_1D, REAL_1D, HALF_1D = ("fft", "ifft"), ("rfft", "ihfft"), ("irfft", "hfft")
COMPLEX_ND, REAL_ND, HALF_ND = ("fftn", "ifftn", "fft2"), ("rfftn", "ihfftn", "ihfft2"), ("irfftn", "hfftn", "irfft2")
ONE = ({}, {"n": 7}, {"n": 2, "norm": "ortho"}, {"dim": 0, "norm": "forward"}, {"n": 1})
MANY = ({}, {"s": (4, 2)}, {"dim": (0, 2), "norm": "ortho"}, {"s": (5, -1), "dim": (-1, 0), "norm": "forward"})


def _sample(op, name, a, **options):
    smooth = a.dtype not in (np.float32, np.complex64)
    # (PyTorch's library refuses to transform nothing.)
    return Sample(op, lambda t, x: getattr(t.fft, name)(x, **options), (a,), smooth, parity=a.size > 0, label=f"{name}{options}")


SAMPLES = [
    *[_sample("_fft_r2c", name, a, **o) for name in (*COMPLEX_1D, *REAL_1D) for a in (ODD, EVEN) for o in ONE],
    *[_sample("_fft_c2c", name, a, **o) for name in COMPLEX_1D for a in (ZODD, ZEVEN) for o in ONE],
    *[_sample("_fft_c2r", name, a, **o) for name in HALF_1D for a in (ODD, ZODD, ZEVEN) for o in ONE],
    *[_sample("_fft_c2c", name, a, **o) for name in COMPLEX_ND for a in (X, Z) for o in MANY],
    *[_sample("fft_r2c_backward", name, X, **o) for name in REAL_ND for o in MANY],
    *[_sample("fft_c2r_backward", name, a, **o) for name in HALF_ND for a in (X, Z) for o in MANY],
    _sample("_fft_c2c", "fftn", X, dim=()),
    _sample("_fft_c2c", "fftn", array()),
    _sample("_fft_c2c", "fftn", array(dtype=np.complex128)),
    _sample("_fft_r2c", "rfft", array(4, 3).T),
    _sample("_fft_r2c", "fft", array(4, 6)[:, ::2], dim=0),
    _sample("_fft_r2c", "rfft", np.arange(5)),
    _sample("_fft_r2c", "rfft", array(5, dtype=np.float32)),
    _sample("_fft_c2r", "irfft", array(5, dtype=np.complex64)),
    _sample("_fft_c2c", "ifft", array(5, dtype=np.complex64)),
    Sample("fft_r2c_backward", lambda t, x: (t.fft.rfft(x).abs() ** 2).sum(), (ODD,), label="power"),
    Sample("fft_c2r_backward", lambda t, x: t.fft.irfft(x).sin(), (ZODD,), label="sine"),
    Sample("fft_c2r_backward", lambda t, x: t.fft.irfft(t.fft.rfft(x) * t.fft.rfft(x), n=5), (ODD,), label="convolution"),
]

#: Nothing to transform, beside what is transformed; and memory that lies otherwise.
BESIDE = [array(0, 4), array(0, 4, dtype=np.complex128)]
LIES = [array(4, 3).T, array(4, 3, dtype=np.complex128).T, array(3, 8, dtype=np.complex128)[:, ::-2]]
SAMPLES += [
    *[_sample("_fft_c2r", name, a) for name in HALF_1D for a in (*BESIDE, *LIES)],
    *[_sample("_fft_r2c", name, a) for name in REAL_1D for a in (BESIDE[0], LIES[0], array(3, 4)[:, ::-1])],
    *[_sample("_fft_c2c", name, a) for name in COMPLEX_1D for a in (BESIDE[1], *LIES[1:])],
    *[_sample("_fft_c2c", name, a, dim=(1,)) for name in COMPLEX_ND[:2] for a in BESIDE],
    *[_sample("fft_r2c_backward", name, a, dim=(1,)) for name in REAL_ND[:2] for a in (BESIDE[0], LIES[0])],
    *[_sample("fft_c2r_backward", name, a, dim=(1,)) for name in HALF_ND[:2] for a in (*BESIDE, *LIES)],
    *[_sample("_fft_r2c", name, array(1)) for name in (*COMPLEX_1D, *REAL_1D)],
    *[_sample("_fft_c2r", name, array(2, dtype=np.complex128), n=n) for name in HALF_1D for n in (1, 2, 3)],
    *[_sample("roll", name, array(3, 4, dtype=np.complex128)) for name in ("fftshift", "ifftshift")],
    *[_sample("_fft_c2c", name, array(2, 3, dtype=np.complex128)) for name in ("ifft2", "fft2")],
    *[_sample("_fft_c2r", name, array(2, 3, dtype=np.complex128)) for name in ("hfft2", "irfft2")],
    *[_sample("_fft_r2c", name, array(2, 3)) for name in ("rfft2", "ihfft2")],
    Sample("fft_r2c_backward", lambda t, x: t.fft.rfft(x).abs().square(), (array(0, 3),), label="power", parity=False),
    Sample("fft_c2r_backward", lambda t, x: t.fft.irfft(x).square(), (BESIDE[1],), label="power", parity=False),
]
