"""Convolutions of all kinds, their transposes and the gradients of both, against PyTorch's."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")


def _arguments(rng, ndim, transposed):
    groups, kernel, stride = int(rng.integers(1, 4)), rng.integers(1, 5, ndim), rng.integers(1, 4, ndim)
    dilation, padding = rng.integers(1, 4, ndim), rng.integers(0, 4, ndim)
    channels, filters = groups * rng.integers(1, 4, 2) * [1, rng.choice([1, 8])]
    n = rng.integers(1, 12, ndim) + (0 if transposed else dilation * (kernel - 1))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    if transposed:
        options["output_padding"] = rng.integers(0, np.maximum(stride, dilation))
        shape, taps = (channels, filters // groups, *kernel), n
        size = (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + options["output_padding"] + 1
        if (size < 1).any():
            return None
    else:
        shape, taps = (filters, channels // groups, *kernel), n
    x = rng.normal(size=(int(rng.integers(1, 4)), channels, *taps))
    options = {name: tuple(value.tolist()) for name, value in options.items()}
    return [x, rng.normal(size=shape), rng.normal(size=filters)], {**options, "groups": groups}


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_any_numbers(seed, ndim, transposed):
    given = _arguments(np.random.default_rng(seed), ndim, transposed)
    if given is None:
        return
    inputs, options = given
    found = []
    for side in (rushlight, torch):
        tensors = [side.tensor(x, requires_grad=True) for x in inputs]
        y = getattr(side.nn.functional, f"conv{'_transpose' * transposed}{ndim}d")(*tensors, **options)
        found.append([y.detach().numpy(), *[g.numpy() for g in side.autograd.grad(y.sin().sum(), tensors)]])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)
