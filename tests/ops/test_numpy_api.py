"""NumPy's functions on Tensors: Tensors come out, on the graph where an input is."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.ops import numpy_api

X = torch.tensor([[0.5, 2.0], [3.0, 0.25]], dtype=torch.float64)


def test_ufuncs_record():
    x = X.clone().requires_grad_()
    y = np.sin(x)
    assert type(y.grad_fn).__name__ == "SinBackward0"
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.cos(X.numpy()))


def test_operators_with_arrays_and_numpy_scalars():
    x = torch.ones(2, requires_grad=True)
    for y in (np.ones(2) * x, x * np.ones(2), np.add(np.ones(2), x)):
        assert isinstance(y, torch.Tensor) and y.dtype is torch.float64 and y.requires_grad
    for y in (np.float64(2) * x, x * np.float64(2), np.float32(1) - x, np.int64(2) / x):
        assert isinstance(y, torch.Tensor) and y.dtype is torch.float32 and y.requires_grad


@pytest.mark.parametrize("name", sorted(u.__name__ for u in numpy_api._UFUNCS))
def test_every_ufunc(name):
    """The same values as NumPy's on arrays."""
    ufunc = getattr(np, name)
    a = X.numpy() if not name.startswith("arc") else X.numpy() / 4
    if name in ("arccosh",):
        a = a + 1.5
    if ufunc.types and not any("d" in t.split("->")[0] for t in ufunc.types):
        a = np.array([[4, 9], [2, 5]])
    arguments = (a,) if ufunc.nin == 1 else (a, np.array([[2, 1], [3, 2]], int if name == "ldexp" else a.dtype))
    got = ufunc(*[torch.from_numpy(b) for b in arguments])
    want = ufunc(*arguments)
    for g, w in zip(got, want) if isinstance(want, tuple) else [(got, want)]:
        assert isinstance(g, torch.Tensor)
        np.testing.assert_allclose(g.numpy(), w, rtol=1e-6)


CALLS = [
    lambda a: np.sum(a), lambda a: np.sum(a, axis=0), lambda a: np.sum(a, axis=(0, 1), keepdims=True),
    lambda a: np.mean(a, axis=1), lambda a: np.prod(a, axis=0), lambda a: np.max(a), lambda a: np.min(a, axis=0),
    lambda a: np.argmax(a, axis=1), lambda a: np.var(a), lambda a: np.std(a, axis=0, ddof=1), lambda a: np.cumsum(a),
    lambda a: np.cumsum(a, axis=0), lambda a: np.any(a > 2), lambda a: np.all(a > 0, axis=0),
    lambda a: np.where(a > 1, a, 0.0), lambda a: np.clip(a, 0.4, 2.5), lambda a: np.real(a), lambda a: np.imag(a),
    lambda a: np.zeros_like(a), lambda a: np.zeros_like(a, shape=(3,)), lambda a: np.full_like(a, 7.0),
    lambda a: np.reshape(a, (4,)), lambda a: np.reshape(a, 4), lambda a: np.ravel(a), lambda a: np.transpose(a),
    lambda a: np.swapaxes(a, 0, 1), lambda a: np.moveaxis(a, 0, 1), lambda a: np.expand_dims(a, 0),
    lambda a: np.squeeze(np.expand_dims(a, 0), 0), lambda a: np.broadcast_to(a, (3, 2, 2)),
    lambda a: np.concatenate([a, a]), lambda a: np.concatenate([a, a], axis=None), lambda a: np.stack([a, a], axis=1),
    lambda a: np.vstack([a, a]), lambda a: np.hstack([a, a]), lambda a: np.split(a, 2)[1], lambda a: np.tile(a, (2, 1)),
    lambda a: np.repeat(a, 2, axis=0), lambda a: np.roll(a, 1, axis=1), lambda a: np.flip(a), lambda a: np.tril(a),
    lambda a: np.diagonal(a), lambda a: np.trace(a), lambda a: np.dot(a, a), lambda a: np.outer(a, a),
    lambda a: np.isclose(a, a + 1e-12), lambda a: np.tensordot(a, a, axes=1), lambda a: np.einsum("ij,jk->ik", a, a),
    lambda a: np.sort(a, axis=0), lambda a: np.argsort(a), lambda a: np.take_along_axis(a, np.argsort(a), axis=-1),
    lambda a: np.round(a), lambda a: np.nan_to_num(a), lambda a: np.copy(a),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_functions(call):
    got, want = call(X), call(X.numpy())
    assert isinstance(got, torch.Tensor)
    assert tuple(got.shape) == np.shape(want)
    np.testing.assert_allclose(got.numpy(), want)


def test_shapes_are_plain():
    assert np.shape(X) == (2, 2) and np.ndim(X) == 2 and np.size(X) == 4 and np.array_equal(X, X) is True


def test_functions_without_a_counterpart_run_on_the_array():
    assert np.median(X) == np.median(X.numpy())
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        np.median(X.clone().requires_grad_())


def test_what_would_write_is_refused():
    x = X.clone()
    for call in (
        lambda: np.add(x, 1, out=x), lambda: np.add(np.ones((2, 2)), x, out=np.ones((2, 2))), lambda: np.copyto(x, 1.0),
        lambda: np.add.at(x, 0, 1), lambda: np.add.reduce(x), lambda: np.sum(x, out=np.ones(())),
        lambda: np.add(x, 1, where=False),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            call()
    assert x.tolist() == X.tolist()
