"""torch.special: identities, ends, errors."""

import math

import numpy as np
import pytest

import rushlight as torch

special = torch.special
X = torch.linspace(-3, 3, 25, dtype=torch.float64)


def close(a, b, tolerance=1e-12):
    np.testing.assert_allclose(a.numpy(), b.numpy() if isinstance(b, torch.Tensor) else b, rtol=tolerance, atol=tolerance)


def test_aliases():
    assert special.expit(torch.tensor(0.0)) == 0.5
    assert special.psi is special.digamma
    x = torch.tensor([0.5, 2.0])
    assert special.gammainc(x, x).equal(torch.igamma(x, x))
    assert all(callable(getattr(special, name)) for name in special.__all__)


def test_normal_distribution():
    close(special.ndtri(special.ndtr(X)), X, 1e-9)
    close(special.log_ndtr(X).exp(), special.ndtr(X))
    close(special.erfcx(X) * torch.exp(-X * X), torch.erfc(X))
    assert special.log_ndtr(torch.tensor(-50.0)) < -1000
    assert special.entr(torch.tensor([0.0, -1.0, 1.0])).tolist() == [0, -math.inf, 0]


def test_wronskians():
    """https://dlmf.nist.gov/10.5 and 10.28"""
    x = torch.linspace(0.5, 9, 18, dtype=torch.float64)
    j0, j1, y0, y1 = (getattr(special, f"bessel_{name}")(x) for name in ("j0", "j1", "y0", "y1"))
    close(j1 * y0 - j0 * y1, 2 / (math.pi * x))
    i0, i1, k0, k1 = (getattr(special, f"modified_bessel_{name}")(x) for name in ("i0", "i1", "k0", "k1"))
    close(i0 * k1 + i1 * k0, 1 / x)
    close(special.i0e(x), i0 * torch.exp(-x))
    close(special.scaled_modified_bessel_k1(x), k1 * torch.exp(x))
    close(special.spherical_bessel_j0(x), torch.sin(x) / x)


def test_airy_far_out():
    """Ai(-x) is a wave of amplitude x^(-1/4) / sqrt(pi); at infinity torch has NaN."""
    far = special.airy_ai(torch.tensor([-1e30, -1e6, 200.0, 1e300, math.inf], dtype=torch.float64))
    assert abs(far[0]) < 1e-7 and abs(far[1]) < 0.018
    assert far[2:4].tolist() == [0, 0] and math.isnan(far[4])


def test_gamma_and_zeta():
    a = torch.rand(5, dtype=torch.float64) + 0.5
    close(torch.igamma(a, a + 1) + torch.igammac(a, a + 1), 1.0)
    close(special.zeta(torch.tensor([2.0, 4.0], dtype=torch.float64), 1), [math.pi**2 / 6, math.pi**4 / 90])
    close(special.polygamma(1, torch.tensor(1.0, dtype=torch.float64)), math.pi**2 / 6)


@pytest.mark.parametrize("function", [special.gammainc, special.gammaincc, special.zeta])
def test_no_derivative_by_the_first(function):
    x = torch.tensor([2.0], requires_grad=True)
    function(x.detach(), x).backward()
    with pytest.raises(NotImplementedError, match=r"^the derivative for '.*' is not implemented\.$"):
        function(x, x).backward()


def test_no_gradient_at_all():
    x = torch.tensor([0.5], requires_grad=True)
    assert not special.bessel_j0(x).requires_grad
    assert not special.legendre_polynomial_p(x, 3).requires_grad


def test_chebyshev_high_degrees():
    """The closed forms, and the recurrences outside of [-1, 1], agree with cos and cosh."""
    t = torch.linspace(0.1, 3, 9, dtype=torch.float64)
    for n in (3, 20, 1001):
        close(special.chebyshev_polynomial_t(torch.cos(t), n), torch.cos(n * t), 1e-9)
        close(special.chebyshev_polynomial_u(torch.cos(t), n), torch.sin((n + 1) * t) / torch.sin(t), 1e-9)
    close(special.chebyshev_polynomial_t(torch.cosh(t), 12), torch.cosh(12 * t), 1e-9)
    ends = torch.tensor([1.0, -1.0])
    assert special.chebyshev_polynomial_w(ends, 101).tolist() == [203, -1]
    assert special.chebyshev_polynomial_v(ends, 101).tolist() == [1, -203]


def test_degrees_broadcast_and_truncate():
    n = torch.tensor([-1.0, 0.0, 1.0, 2.0, 2.9])
    assert special.hermite_polynomial_h(torch.tensor([[3.0]]), n).tolist() == [[0, 1, 6, 34, 34]]
    assert special.laguerre_polynomial_l(2, torch.arange(3)).tolist() == [1, -1, -1]
    assert math.isnan(special.hermite_polynomial_he(torch.tensor(1.0), 129))


def test_out():
    out = torch.empty(2)
    assert special.i1e(torch.tensor([0.0, 1.0]), out=out) is out
    assert special.shifted_chebyshev_polynomial_t(torch.tensor([0.0, 1.0]), 3, out=out) is out
    assert out.tolist() == [-1, 1]


def test_errors():
    with pytest.raises(NotImplementedError, match="\"bessel_j0_cpu\" not implemented for 'Half'"):
        special.bessel_j0(torch.ones(1, dtype=torch.float16))
    with pytest.raises(NotImplementedError, match="\"igamma_cpu\" not implemented for 'Long'"):
        torch.igamma(torch.ones(1, dtype=torch.int64), torch.ones(1, dtype=torch.int64))
    with pytest.raises(TypeError, match=r"special_i0e\(\): argument 'input' \(position 1\) must be Tensor, not int"):
        special.i0e(2)
    with pytest.raises(TypeError, match=r"special_zeta\(\) received an invalid combination of arguments - got \(int, int\)"):
        special.zeta(2, 3)
    with pytest.raises(TypeError, match=r"\(Number x, Tensor n, \*, Tensor out = None\)"):
        special.legendre_polynomial_p(2, 3)


@pytest.mark.parametrize("call", [
    lambda t: torch.eq(2, t), lambda t: torch.fmod(2, t), lambda t: torch.copysign(2, t), lambda t: torch.rsub(2, t),
    lambda t: torch.clamp_max(2, t), lambda t: torch.bitwise_and(2, 3), lambda t: torch.remainder(2, 3),
    lambda t: torch.xlogy(2, 3), lambda t: torch.pow(2, 3), lambda t: t.eq("a"), lambda t: torch.bitwise_or("a", t),
])  # fmt: skip
def test_numbers_only_where_torch_takes_them(call):
    with pytest.raises(TypeError, match="invalid combination of arguments"):
        call(torch.tensor([1, 2]))


def test_numbers_where_torch_takes_them():
    t = torch.tensor([1, 2])
    assert torch.add(2, 3) == 5 and torch.add(2, t).tolist() == [3, 4]
    assert torch.bitwise_and(3, t).tolist() == (3 & t).tolist() == [1, 2]
    assert torch.remainder(5, t).tolist() == (5 % t).tolist() == [0, 1]
    assert (1 << t).tolist() == [2, 4] and torch.eq(t, 2).tolist() == [False, True]
    with pytest.raises(TypeError, match=r"descriptor '__add__' .* doesn't apply to a 'int' object"):
        torch.Tensor.__radd__(2, t)
