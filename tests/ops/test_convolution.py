"""Convolutions beyond samples: against the definition, in stretches, with few windows; warnings; views."""

import itertools

import numpy as np
import pytest

import rushlight as torch
from rushlight.ops.neural import columns, convolving, tiles

F = torch.nn.functional


def close(a, b):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5)


def defined(x, w, stride, padding, dilation, groups):
    """A two-dimensional convolution by its definition, element by element."""
    x = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in padding]])
    count, channels, kernel = len(x), len(w), w.shape[2:]
    size = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation)]
    out = np.zeros((count, channels, *size))
    inner, outer = w.shape[1], channels // groups
    for o, i, j in itertools.product(range(channels), *map(range, size)):
        first = o // outer * inner
        rows = [i * stride[0] + a * dilation[0] for a in range(kernel[0])]
        columns = [j * stride[1] + b * dilation[1] for b in range(kernel[1])]
        part = x[:, first : first + inner][:, :, rows][:, :, :, columns]
        out[:, o, i, j] = (part * w[o]).sum((1, 2, 3))
    return out


GEOMETRIES = [
    ((1, 1), (0, 0), (1, 1), 1), ((2, 3), (1, 2), (1, 1), 1), ((1, 2), (2, 0), (2, 1), 2), ((3, 1), (3, 3), (1, 3), 2),
    ((4, 3), (0, 1), (3, 1), 1),
]  # fmt: skip


def go_by(monkeypatch, way):
    """Lets all convolutions of more than one dimension be computed by ``"places"``, ``"rows"`` or ``"columns"``."""
    monkeypatch.setattr(convolving, "SMALL", 1 << 60 if way == "places" else 0)
    monkeypatch.setattr(convolving, "_goes_by_rows", lambda *arguments: way == "rows" and len(arguments[-1]) > 1)
    monkeypatch.setattr(convolving, "_falls_by_rows", lambda *_: way == "rows")


WAYS = ["places", "rows", "columns"]


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("elements", [1, 200, 1 << 18], ids=["rows", "some", "all"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wide", [0, 10**6], ids=["by sample", "as one"])
def test_every_way_is_the_definition(monkeypatch, geometry, elements, way, wide):
    """However the windows are cut into tiles, the three products are the same, and each other's transposes."""
    monkeypatch.setattr(tiles, "ELEMENTS", elements)
    monkeypatch.setattr(columns, "_WIDE", wide)
    go_by(monkeypatch, way)
    stride, padding, dilation, groups = geometry
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(3, 4, 7, 8)), rng.normal(size=(6, 4 // groups, 3, 2))
    tx, tw = (torch.from_numpy(a).requires_grad_() for a in (x, w))
    y = F.conv2d(tx, tw, None, stride, padding, dilation, groups)
    np.testing.assert_allclose(y.detach().numpy(), defined(x, w, *geometry), atol=1e-12)
    g = torch.from_numpy(rng.normal(size=tuple(y.shape)))
    gx, gw = torch.autograd.grad(y, (tx, tw), g)
    inner = (y.detach() * g).sum()
    close((gx * tx.detach()).sum(), inner)
    close((gw * tw.detach()).sum(), inner)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("name", ["conv", "conv_transpose"])
def test_all_ways_agree(monkeypatch, name, ndim):
    """In any number of dimensions, and for the gradients of gradients."""
    rng = np.random.default_rng(0)
    size, kernel = (7, 6, 5)[:ndim], (3, 2, 3)[:ndim]
    x, w, b = (torch.from_numpy(rng.normal(size=shape)) for shape in ((2, 4, *size), (4, 2, *kernel), (4,)))
    found = []
    for way in WAYS:
        go_by(monkeypatch, way)
        inputs = [t.clone().requires_grad_() for t in (x, w, b)]
        y = getattr(F, f"{name}{ndim}d")(*inputs, stride=2, padding=1, dilation=1 + (ndim == 2), groups=2)
        first = torch.autograd.grad((y**3).sum(), inputs, create_graph=True)
        second = torch.autograd.grad(sum((g**2).sum() for g in first), inputs)
        found.append([y, *first, *second])
    for same in zip(*found):
        for other in same[1:]:
            np.testing.assert_allclose(other.detach().numpy(), same[0].detach().numpy(), rtol=1e-9, atol=1e-6)


def test_memory_is_bounded():
    """Columns of a large image are made in stretches."""
    import tracemalloc

    x, w = torch.ones(1, 8, 200, 200), torch.ones(4, 8, 5, 5)
    F.conv2d(x[..., :8, :8], w)
    tracemalloc.start()
    F.conv2d(x, w)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 25 * 196 * 196 * 4 / 4  # a quarter of all columns


def test_gradient_that_is_a_broadcast():
    x, w = (torch.randn(*n, dtype=torch.float64, requires_grad=True) for n in ((2, 3, 6, 6), (4, 3, 3, 3)))
    F.conv2d(x, w).sum().backward()
    total = x.detach().unfold(2, 3, 1).unfold(3, 3, 1).sum((0, 2, 3))
    close(w.grad, total.expand(4, 3, 3, 3))


def test_same_with_an_even_kernel_warns_once():
    torch.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match="even kernel lengths and odd dilation"):
            out = F.conv1d(torch.arange(4.0)[None, None], torch.ones(1, 1, 2), padding="same")
    finally:
        torch.set_warn_always(False)
    assert out.tolist() == [[[1.0, 3.0, 5.0, 3.0]]]


def test_bad_input_raises_where_it_is_given():
    x, w = torch.ones(1, 2, 4, 4), torch.ones(3, 2, 3, 3)
    for call, words in [
        (lambda: F.conv2d(x, w, stride=0), "non-positive stride"),
        (lambda: F.conv2d(x, w[:, :1]), "to have 1 channels, but got 2"),
        (lambda: F.conv2d(x, w, torch.ones(2)), "expected bias to be 1-dimensional with 3 elements"),
        (lambda: F.conv2d(x, w, padding="other"), "Invalid padding string"),
        (lambda: F.conv2d(x, torch.ones(3, 2, 5, 5)), "Kernel size can't be greater than actual input size"),
        (lambda: F.conv_transpose2d(x, w[:2], output_padding=1), "output padding must be smaller"),
    ]:
        with pytest.raises(RuntimeError, match=words):
            call()
    with pytest.raises(TypeError, match="invalid combination of arguments"):
        F.conv2d(x, w, other=1)


def test_second_order_of_what_was_recorded():
    x = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    w = torch.randn(1, 1, 2, 2, dtype=torch.float64, requires_grad=True)
    (g,) = torch.autograd.grad(F.conv2d(x, w).pow(2).sum(), x, create_graph=True)
    assert type(g.grad_fn).__name__ == "ConvolutionBackwardBackward0"
    torch.autograd.grad(g.pow(2).sum(), (x, w))
