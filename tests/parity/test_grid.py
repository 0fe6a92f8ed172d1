"""The identity map, where the derivative of sampling jumps: the last bit of a place decides."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")


def gradient(lib, size, align, dtype):
    image = lib.from_numpy(np.random.default_rng(0).random((2, 1, *size)).astype(dtype))
    theta = lib.from_numpy(np.stack([np.eye(len(size), len(size) + 1, dtype=dtype)] * 2)).requires_grad_()
    grid = lib.nn.functional.affine_grid(theta, image.shape, align_corners=align)
    lib.nn.functional.grid_sample(image, grid, align_corners=align).square().sum().backward()
    return grid.detach().numpy(), theta.grad.numpy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("size", [(12, 12), (5, 9), (28, 20), (2, 4), (3, 4, 6), (41, 59)])
def test_the_identity_leads_to_the_elements(size, align, dtype):
    ours, theirs = gradient(rushlight, size, align, dtype), gradient(torch, size, align, dtype)
    assert np.array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-3, atol=1e-4)
