"""torch.special against PyTorch on a grid with all ends, in both precisions."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")
ENDS = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-300, -1e-40, 1e30, -1.0, 1.0, -2.0]
UNARY = [
    "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "gammaln", "i0", "i0e", "i1", "i1e", "log_ndtr",
    "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "ndtr", "ndtri",
    "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "spherical_bessel_j0", "bessel_j0", "bessel_j1",
    "bessel_y0", "bessel_y1", "expit", "exp2", "expm1", "log1p", "logit", "sinc",
]  # fmt: skip
POLYNOMIALS = [name for name in rushlight.special.__all__ if "polynomial" in name]
#: PyTorch's Bessel functions are right to 7 digits, also in float64; ours to 15.
ROUGH = ("bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1")


def compare(name, *arrays, tolerance):
    got = getattr(rushlight.special, name)(*map(rushlight.from_numpy, arrays)).numpy()
    want = getattr(torch.special, name)(*map(torch.from_numpy, arrays)).numpy()
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", UNARY)
def test_one_argument(name, dtype):
    with np.errstate(all="ignore"):
        x = np.concatenate([np.linspace(-12, 12, 97), ENDS]).astype(dtype)
    compare(name, x, tolerance=1e-10 if dtype is np.float64 and name not in ROUGH else 2e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["gammainc", "gammaincc", "zeta", "xlogy", "xlog1py"])
def test_two_arguments(name, dtype):
    x = np.array([*np.linspace(-6, 6, 25), np.inf, -np.inf, np.nan, 50, 1.3], dtype)
    compare(name, *(a.ravel() for a in np.meshgrid(x, x)), tolerance=1e-9 if dtype is np.float64 else 2e-5)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name):
    x = np.array([*np.linspace(-2, 2, 17), 7.0, -50, 1e5, np.inf])
    n = np.array([*range(-2, 14), 20, 33, 100, 128, 129, 512, 513, 600, 2.7, -0.5, np.nan, np.inf])
    compare(name, *(a.ravel() for a in np.meshgrid(x, n)), tolerance=1e-9)


@pytest.mark.parametrize("name", ["hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l"])
def test_polynomials_are_rounded_as_torch_rounds_them(name):
    x = np.linspace(-9, 9, 1001, dtype=np.float32)
    compare(name, x, np.full_like(x, 11), tolerance=0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", range(4))
def test_polygamma(n, dtype):
    x = np.array([*np.linspace(-4.9, 30, 352), 0.0], dtype)
    near = np.abs(x - np.round(x)) < 1e-2  # beside a pole the last bit of x decides
    x, near = np.append(x, np.array([np.inf, np.nan], dtype)), np.append(near, [False, False])
    got = rushlight.special.polygamma(n, rushlight.from_numpy(x)).numpy()
    want = torch.special.polygamma(n, torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(got[~near], want[~near], rtol=1e-8 if dtype is np.float64 else 5e-5, atol=1e-6)
