"""Backward on the gradients of all examples at once (`layers/rows.py`) against the long way, through the layers' dispatch."""

import pytest

import rushlight as torch
from rushlight.layers import rows

X = torch.linspace(-1, 1, 24, dtype=torch.float64).reshape(2, 3, 4)
M = torch.linspace(1, 2, 20, dtype=torch.float64).reshape(4, 5).cos()
V = torch.linspace(2, 3, 4, dtype=torch.float64).sin()

#: Functions of a tensor of 2 x 3 x 4, all of whose nodes are known to rows.
KNOWN = {
    "pointwise": lambda x: x.sin() * x + x / (x * x + 2),
    "number for all": lambda x: x * x[0, 0, 0],
    "broadcast": lambda x: x[:, :1] * x[0] - x[0, 0],
    "slice": lambda x: x[:, 1:, ::2],
    "select": lambda x: x[1].select(-1, 2),
    "transpose": lambda x: x.transpose(-1, 0).transpose(1, 2),
    "permute": lambda x: x.permute(-1, 0, 1),
    "t": lambda x: x[0].t(),
    "t of a vector": lambda x: x[0, 0].t(),
    "view": lambda x: x.view(6, 4).reshape(-1),
    "squeeze": lambda x: x[:1].squeeze(0).unsqueeze(-1).unsqueeze(1).squeeze((1, -1)),
    "squeeze all": lambda x: x[:1, :1].squeeze(),
    "expand": lambda x: x[:, :1].expand(3, 2, 3, 4),
    "diagonal": lambda x: x.diagonal(1, -1, 0),
    "sum": lambda x: x.sum() * x.sum(-1, keepdim=True) + x.sum((0, -1), keepdim=True) + x[0, 0, 0].sum(),
    "mean": lambda x: x.mean() * x.mean(1) + x.mean((-1, 1), keepdim=True),
    "cumsum": lambda x: x.cumsum(-2),
    "flip": lambda x: x.flip(0, -1),
    "cat": lambda x: torch.cat([x, x[:, :1]], -2),
    "stack": lambda x: torch.stack([x, x * x], -1),
    "mm": lambda x: x[0] @ M + x[1].mm(M) @ (x[0] @ M).T @ x[0] @ M,
    "mv": lambda x: x[0] @ V + x[1].mv(x[0, 0]),
    "vm": lambda x: V @ M + x[0, 0] @ M + x[0, :, 0] @ x[1] @ M,
    "dot": lambda x: x[0, 0].dot(x[1, 0]) * x[0, 0].dot(V),
    "linear": lambda x: torch.nn.functional.linear(x, M.T, M[0]) * torch.nn.functional.linear(x[0], x[1], x[0, 0, :3]).sum(),
    "linear without bias": lambda x: torch.nn.functional.linear(x, M.T),
    "bmm": lambda x: x.bmm(x.mT) @ x,
    "stacks that broadcast": lambda x: x @ x[:1].mT,
}


@pytest.fixture
def long_way(monkeypatch):
    """Leaves the context of a test in which rows know nothing."""

    def leave():
        monkeypatch.setattr(rows, "backward", lambda node, part, g: None)

    return leave


@pytest.mark.parametrize("name", KNOWN)
def test_rows_as_the_long_way(name, monkeypatch, long_way):
    function, left, known = KNOWN[name], [], rows.backward

    def watched(node, part, g):
        found = known(node, part, g)
        if found is None:
            left.append(node.op.name)
        return found

    monkeypatch.setattr(rows, "backward", watched)
    got = torch.func.jacrev(function)(X), torch.autograd.functional.jacobian(function, X, vectorize=True)
    assert not left
    monkeypatch.setattr(rows, "backward", known)
    second = torch.func.jacrev(torch.func.jacrev(function))(X), torch.func.hessian(lambda x: function(x).sin().sum())(X)
    each = torch.vmap(torch.func.jacrev(function), in_dims=-1, out_dims=1)(torch.stack([X, X * 2], -1))
    long_way()
    want = torch.func.jacrev(function)(X)
    torch.testing.assert_close(got, (want, want), rtol=1e-12, atol=1e-12)
    want = torch.func.jacrev(torch.func.jacrev(function))(X), torch.func.hessian(lambda x: function(x).sin().sum())(X)
    torch.testing.assert_close(second, want, rtol=1e-12, atol=1e-12)
    want = torch.stack([torch.func.jacrev(function)(X), torch.func.jacrev(function)(X * 2)], 1)
    torch.testing.assert_close(each, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", KNOWN)
def test_jacobians_that_are_recorded(name, long_way):
    """Under create_graph the Jacobian has a history of its own: nothing may stay a payload."""

    def slope():
        leaf = X.clone().requires_grad_()
        jacobian = torch.autograd.functional.jacobian(
            lambda x: KNOWN[name](x * x), leaf * leaf, create_graph=True, vectorize=True
        )
        return torch.autograd.grad((jacobian * jacobian).sum(), leaf)

    got = slope()
    long_way()
    torch.testing.assert_close(got, slope(), rtol=1e-12, atol=1e-12)


def test_levels_that_differ():
    """The gradients of an inner vmap lie in two batches; the outer one's are rows."""

    def loss(w, x):
        return ((x @ w).tanh() ** 2).sum()

    x = X[0]
    inner = torch.vmap(torch.func.grad(loss), in_dims=(None, 0))
    got = torch.func.jacrev(inner)(V, x)
    want = torch.stack([torch.func.hessian(loss)(V, row) for row in x])
    torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)
    each = torch.vmap(torch.func.jacrev(inner), in_dims=(1, None), out_dims=-1)(torch.stack([V, -V], 1), x)
    both = [torch.stack([torch.func.hessian(loss)(v, row) for row in x]) for v in (V, -V)]
    torch.testing.assert_close(each, torch.stack(both, -1), rtol=1e-10, atol=1e-10)


def test_a_tangent_goes_the_long_way():
    def slope(x):
        return torch.func.jacrev(lambda y: (y[1:] * y[:-1]).sin())(x)

    x, step = X[0, 0], 1e-6
    found = torch.func.jvp(slope, (x,), (V,))[1]
    torch.testing.assert_close(found, (slope(x + step * V) - slope(x - step * V)) / (2 * step), rtol=1e-6, atol=1e-8)


def test_examples_with_weights_of_their_own():
    """In a gradient inside of a batch each example has one, in matrices that are all alike: products of vectors too."""

    def net(w, m, x):
        return (x @ w).tanh() @ m

    x, w, m = X.reshape(6, 4), M, M.T[:, :2].contiguous()
    for function in (net, lambda w, m, x: m.T.mv((w.T.mv(x)).tanh())):
        got = torch.vmap(torch.func.jacrev(function, (0, 1)), in_dims=(None, None, 0))(w, m, x)
        want = [torch.func.jacrev(function, (0, 1))(w, m, row) for row in x]
        for g, parts in zip(got, zip(*want)):
            torch.testing.assert_close(g, torch.stack(parts), rtol=1e-12, atol=1e-12)


def test_a_hook_sees_an_example():
    seen = []

    def function(x):
        y = x[1:] * 2
        y.register_hook(lambda g: seen.append(g.shape) or g * 3)
        return y.sin()

    x = X[0, 0].clone().requires_grad_()
    rows_of = torch.autograd.functional.jacobian(function, x, vectorize=True)
    want = torch.zeros(3, 4, dtype=torch.float64)
    want[:, 1:] = torch.diag(6 * (2 * x.detach()[1:]).cos())
    torch.testing.assert_close(rows_of, want)
    assert seen == [(3,)]


def test_no_gradient_is_computed_for_what_is_not_asked(monkeypatch):
    """Of a product, that of the input alone."""
    made = []
    product = rows.product
    monkeypatch.setattr(rows, "product", lambda x, y: made.append(x.shape) or product(x, y))
    w = M.clone().requires_grad_()
    x = X[0].clone().requires_grad_()
    y = x @ w
    torch.autograd.grad(y, x, torch.ones(2, *y.shape, dtype=y.dtype), is_grads_batched=True)
    assert len(made) == 1


def test_division_by_nothing_is_quiet():
    """Where NumPy's warnings are errors, as in these tests, the long way takes over."""
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    y = x.log() / x
    (found,) = torch.autograd.grad(y, x, torch.eye(2), retain_graph=True, is_grads_batched=True)
    want = [torch.autograd.grad(y, x, row, retain_graph=True)[0] for row in torch.eye(2)]
    torch.testing.assert_close(found, torch.stack(want), equal_nan=True)

