"""Random tensors without PyTorch at hand: ranges, states, graphs, errors."""

import pytest

import rushlight as torch


def test_a_seed_gives_a_stream():
    torch.manual_seed(0)
    assert repr(torch.rand(2)) == "tensor([0.4963, 0.7682])"  # PyTorch's numbers
    assert torch.randint(10, (3,)).dtype is torch.int64
    state = torch.get_rng_state()
    first = torch.randn(5).tolist()
    torch.set_rng_state(state)
    assert torch.randn(5).tolist() == first


def test_generators_are_independent():
    g, h = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    assert torch.rand(3, generator=g).tolist() == torch.rand(3, generator=h).tolist()
    with pytest.raises(TypeError, match=r"uniform_\(\): argument 'generator' must be torch.Generator, not int"):
        torch.empty(2).uniform_(generator=3)


def test_fork_rng():
    from rushlight.random import fork_rng

    torch.manual_seed(1)
    with fork_rng():
        inside = torch.rand(1).item()
    assert torch.rand(1).item() == inside


def test_ranges():
    assert ((x := torch.rand(1000)) >= 0).all() and (x < 1).all()
    assert ((x := torch.randint(-3, 4, (1000,))) >= -3).all() and (x < 4).all()
    assert sorted(torch.randperm(50).tolist()) == list(range(50))
    assert ((x := torch.empty(1000).uniform_(2, 3)) >= 2).all() and (x <= 3).all()
    assert torch.bernoulli(torch.tensor([0.0, 1.0])).tolist() == [0, 1]
    assert torch.multinomial(torch.tensor([0.0, 1.0, 0.0]), 4, replacement=True).tolist() == [1] * 4


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: torch.randint(3, 2, (2,)), RuntimeError, "random_ expects 'from' to be less than 'to'"),
    (lambda: torch.randint(10), TypeError, r"randint\(\) received an invalid combination of arguments - got \(int\)"),
    (lambda: torch.rand(2, foo=1), TypeError, r"got \(int, foo=int\)"),
    (lambda: torch.rand(2, dtype=torch.int64), NotImplementedError, "not implemented for 'Long'"),
    (lambda: torch.normal(0.0, 1.0), TypeError, r"normal\(\) received an invalid combination"),
    (lambda: torch.normal(torch.zeros(2), -torch.ones(2)), RuntimeError, "all elements of std >= 0.0"),
    (lambda: torch.randn(-1), RuntimeError, "negative dimension -1"),
])  # fmt: skip
def test_errors(call, error, words):
    state = torch.get_rng_state().tolist()
    with pytest.raises(error, match=words):
        call()
    assert torch.get_rng_state().tolist() == state


def test_sampling_in_place_ends_the_gradient():
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    assert y.normal_() is y and y._version == 1 and type(y.grad_fn).__name__ == "NormalBackward0"
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 0]
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        x.uniform_()
    assert x.tolist() == [1, 1, 1]
    with torch.no_grad():
        assert x.uniform_() is x


def test_bernoulli_with_a_probability_has_no_derivative():
    y = torch.bernoulli(torch.ones(3, requires_grad=True), 0.5)
    assert repr(y).endswith("grad_fn=<NotImplemented>)")
    with pytest.raises(RuntimeError, match="derivative for aten::bernoulli is not implemented"):
        y.sum().backward()
