"""torch.nn.grad: the gradients of convolutions as functions."""

import pytest

import rushlight as torch
from rushlight.nn import functional as F

SETTINGS = [{}, {"stride": 2, "padding": 1}, {"dilation": 2, "groups": 2}, {"stride": (2,), "groups": 2}]


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_they_are_those_of_autograd(ndim, settings):
    settings = {k: v * ndim if isinstance(v, tuple) else v for k, v in settings.items()}
    x = torch.randn(2, 4, *[6] * ndim, dtype=torch.float64, requires_grad=True)
    w = torch.randn(6, 4 // settings.get("groups", 1), *[2] * ndim, dtype=torch.float64, requires_grad=True)
    out = getattr(F, f"conv{ndim}d")(x, w, **settings)
    g = torch.randn_like(out)
    wanted = torch.autograd.grad(out, (x, w), g)
    by_input = getattr(torch.nn.grad, f"conv{ndim}d_input")(x.shape, w, g, **settings)
    by_weight = getattr(torch.nn.grad, f"conv{ndim}d_weight")(x, w.shape, g, **settings)
    assert torch.allclose(by_input, wanted[0]) and torch.allclose(by_weight, wanted[1])


def test_they_have_gradients_of_their_own():
    x = torch.randn(1, 2, 5, dtype=torch.float64, requires_grad=True)
    w = torch.randn(3, 2, 2, dtype=torch.float64, requires_grad=True)
    g = torch.randn(1, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w, g: torch.nn.grad.conv1d_input((1, 2, 5), w, g), (w, g))
    assert torch.autograd.gradcheck(lambda x, g: torch.nn.grad.conv1d_weight(x, (3, 2, 2), g), (x, g))
