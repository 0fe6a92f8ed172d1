"""torch.special at ordinary and edge arguments, in float32 and float64, against SciPy and NumPy; and where torch differs."""

import math

import numpy as np
import pytest
import scipy.special as sp

import rushlight as torch

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
inf, nan = math.inf, math.nan
EDGES = [0.0, -0.0, inf, -inf, nan]
X = np.array([1e-30, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3, 5, 10, 25, 80, 1e3, -1e-3, -0.1, -0.5, -1, -1.5, -2, -3.7, -10, -25.5, *EDGES])
#: Relative errors that are let pass.
PRECISION = {np.float64: 1e-9, np.float32: 4e-5}
DTYPES = pytest.mark.parametrize("dtype", PRECISION)

ONE = {
    "airy_ai": lambda x: sp.airy(x)[0], "bessel_j0": sp.j0, "bessel_j1": sp.j1, "bessel_y0": sp.y0, "bessel_y1": sp.y1,
    "digamma": sp.digamma, "entr": sp.entr, "erf": sp.erf, "erfc": sp.erfc, "erfcx": sp.erfcx, "erfinv": sp.erfinv,
    "exp2": np.exp2, "expit": sp.expit, "expm1": np.expm1, "gammaln": sp.gammaln, "i0": sp.i0, "i0e": sp.i0e, "i1": sp.i1,
    "i1e": sp.i1e, "log1p": np.log1p, "log_ndtr": sp.log_ndtr, "logit": sp.logit, "modified_bessel_i0": sp.i0,
    "modified_bessel_i1": sp.i1, "modified_bessel_k0": sp.k0, "modified_bessel_k1": sp.k1, "ndtr": sp.ndtr, "ndtri": sp.ndtri,
    "psi": sp.psi, "scaled_modified_bessel_k0": sp.k0e, "scaled_modified_bessel_k1": sp.k1e, "sinc": np.sinc,
    "spherical_bessel_j0": lambda x: sp.spherical_jn(0, x),
}  # fmt: skip
TWO = {
    "gammainc": sp.gammainc, "gammaincc": sp.gammaincc, "xlog1py": sp.xlog1py, "xlogy": sp.xlogy, "zeta": sp.zeta,
}  # fmt: skip
POLYNOMIALS = {
    "chebyshev_polynomial_t": sp.eval_chebyt, "chebyshev_polynomial_u": sp.eval_chebyu, "hermite_polynomial_h": sp.eval_hermite,
    "hermite_polynomial_he": sp.eval_hermitenorm, "laguerre_polynomial_l": sp.eval_laguerre,
    "legendre_polynomial_p": sp.eval_legendre, "shifted_chebyshev_polynomial_t": sp.eval_sh_chebyt,
    "shifted_chebyshev_polynomial_u": sp.eval_sh_chebyu,
}  # fmt: skip
#: What torch says where SciPy says something else: function, arguments, value.
CONVENTIONS = {
    ("gammaln", -inf): inf,
    **{("zeta", x, inf): nan for x in (2.0, 3.5, 10.0, 50.0, inf)},
    **{("gammainc", nan, x): p for x, p in ((0.0, 0.0), (inf, 1.0))}, ("gammainc", inf, nan): 0.0,
    **{("gammaincc", nan, x): p for x, p in ((0.0, 1.0), (inf, 0.0))}, ("gammaincc", inf, nan): 1.0,
}  # fmt: skip

#: Near zero these are right to the precision of numbers near one: sin(pi n) is rounded, and ndtr is (1 + erf) / 2.
NEAR = ("sinc", "ndtr")


def compared(name, dtype, reference, *arguments):
    arguments = [a.astype(dtype) for a in arguments]
    got = getattr(torch.special, name)(*map(torch.tensor, arguments)).numpy()
    assert got.dtype == dtype
    want = reference(*[a.astype(np.float64) for a in arguments]).astype(dtype)  # what float32 can't hold is infinite
    known = [(name, *[nan if v != v else float(v) for v in values]) for values in zip(*arguments, strict=True)]
    differ = {str(key): value for key, value in CONVENTIONS.items()}  # (NaN is not NaN.)
    want = np.array([differ.get(str(key), w) for key, w in zip(known, want, strict=True)], dtype)
    near = np.finfo(dtype).eps if name in NEAR else 50 * np.finfo(dtype).tiny
    np.testing.assert_allclose(got, want, PRECISION[dtype], near, err_msg=name)


@DTYPES
@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_number(name, dtype):
    compared(name, dtype, ONE[name], X)


@DTYPES
@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_numbers(name, dtype):
    edges = np.array([0, 0.5, 1, 2, 3.5, 10, 50, -0.5, -1, -2, inf, nan])
    compared(name, dtype, TWO[name], *[grid.ravel() for grid in np.meshgrid(edges, edges)])


@DTYPES
@pytest.mark.parametrize("name", POLYNOMIALS)
def test_orthogonal_polynomials(name, dtype):
    x = np.array([-1, -0.9, -0.5, 0, 0.3, 0.7, 1, 1.5, 3])
    for degree in range(9):
        got = getattr(torch.special, name)(torch.tensor(x.astype(dtype)), degree).numpy()
        want = POLYNOMIALS[name](degree, x.astype(dtype).astype(np.float64))
        np.testing.assert_allclose(got, want, 30 * PRECISION[dtype], PRECISION[dtype], err_msg=f"degree {degree}")


@DTYPES
def test_chebyshev_polynomials_of_the_third_and_fourth_kind(dtype):
    """V_n(cos t) = cos((n + 1/2) t) / cos(t / 2), W_n(cos t) = sin((n + 1/2) t) / sin(t / 2): https://dlmf.nist.gov/18.5"""
    t = np.linspace(0.2, 2.9, 10)
    for degree in range(9):
        for name, wave in (("v", np.cos), ("w", np.sin)):
            got = getattr(torch.special, f"chebyshev_polynomial_{name}")(torch.tensor(np.cos(t).astype(dtype)), degree).numpy()
            want = wave((degree + 0.5) * t) / wave(t / 2)
            np.testing.assert_allclose(got, want, 100 * PRECISION[dtype], 10 * PRECISION[dtype])


@DTYPES
@pytest.mark.parametrize("order", range(5))
def test_polygamma(order, dtype):
    x = np.array([0.1, 0.5, 1, 2.5, 10, 100, nan] + ([-0.5, -1.5] if order < 2 else [])).astype(dtype)
    got = torch.special.polygamma(order, torch.tensor(x)).numpy()
    want = sp.polygamma(order, x.astype(np.float64))
    if order == 1:  # SciPy's sum begins behind the poles: the reflection (https://dlmf.nist.gov/5.15)
        want = np.where(x < 0, (np.pi / np.sin(np.pi * x)) ** 2 - sp.polygamma(1, 1 - x.astype(np.float64)), want)
    np.testing.assert_allclose(got, want, PRECISION[dtype])


@DTYPES
@pytest.mark.parametrize("p", [1, 2, 5])
def test_multigammaln(p, dtype):
    x = np.array([2.5, 3, 10, 100]).astype(dtype)
    want = [sp.multigammaln(value, p) for value in x.astype(np.float64)]
    np.testing.assert_allclose(torch.special.multigammaln(torch.tensor(x), p).numpy(), want, PRECISION[dtype])
