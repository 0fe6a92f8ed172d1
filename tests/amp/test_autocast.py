"""Autocast: what is cast, where it stands in the graph, and for how long."""

import threading

import pytest

import rushlight as torch
from rushlight.ops.support.casting import ACTIVE


def test_casts_stand_in_the_graph_and_gradients_arrive_in_float32():
    w = torch.ones(2, 2, requires_grad=True)
    with torch.autocast("cpu"):
        y = torch.ones(2, 2) @ w
    assert y.dtype is torch.bfloat16 and y.grad_fn.next_functions[1][0].name() == "ToCopyBackward0"
    y.sum().backward()
    assert w.grad.dtype is torch.float32 and w.grad.tolist() == [[2, 2], [2, 2]]


def test_a_weight_is_cast_once_in_a_region_and_anew_in_the_next():
    w, x = torch.ones(2, 2, requires_grad=True), torch.ones(2, 2)

    def cast_of():
        return (x @ w).grad_fn.next_functions[1][0]

    with torch.autocast("cpu"):
        first = cast_of()
        with torch.autocast("cpu"):
            assert cast_of() is first
        assert cast_of() is first
        with torch.autocast("cpu", cache_enabled=False):
            assert cast_of() is not first
    with torch.autocast("cpu"):
        assert cast_of() is not first


def test_a_region_ends_also_by_an_exception_and_is_the_threads_own():
    seen = []
    with pytest.raises(ZeroDivisionError), torch.autocast("cpu"):
        thread = threading.Thread(target=lambda: seen.append((torch.ones(1, 1) @ torch.ones(1, 1)).dtype))
        thread.start()
        thread.join()
        raise ZeroDivisionError
    assert seen == [torch.float32] and not torch.is_autocast_enabled("cpu") and ACTIVE == [0]


def test_a_region_inside_may_turn_it_off():
    x = torch.ones(2, 2)
    with torch.autocast("cpu"):
        with torch.autocast("cpu", enabled=False):
            assert (x @ x).dtype is torch.float32
        assert (x @ x).dtype is torch.bfloat16


def test_float64_and_integers_are_left_alone():
    with torch.autocast("cpu"):
        assert (torch.ones(2, 2).double() @ torch.ones(2, 2).double()).dtype is torch.float64
        assert (torch.ones(2, 2).long() @ torch.ones(2, 2).long()).dtype is torch.int64


def test_as_a_decorator_and_used_again():
    region = torch.autocast("cpu", dtype=torch.float16)

    @region
    def product(x):
        with region:
            return x @ x

    assert product(torch.ones(2, 2)).dtype is torch.float16 and product.__name__ == "product"
    assert not torch.is_autocast_enabled("cpu")


def test_second_derivatives_through_casts():
    w = torch.tensor([[2.0]], requires_grad=True)
    with torch.autocast("cpu"):
        y = (w @ w @ w).float().sum()
    (g,) = torch.autograd.grad(y, w, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), w)
    assert (g.item(), h.item()) == (12, 12)


def test_compiled_modules_keep_their_names():
    net = torch.nn.Linear(2, 2)
    compiled = torch.compile(net, mode="reduce-overhead")
    assert list(compiled.state_dict()) == ["_orig_mod.weight", "_orig_mod.bias"]
    assert compiled.weight is net.weight and compiled(torch.ones(1, 2)).shape == (1, 2)
    compiled.eval()
    assert not net.training and not compiled.training
    compiled.extra = 3
    assert net.extra == 3
    with pytest.raises(RuntimeError, match="Unrecognized mode=foo"):
        torch.compile(net, mode="foo")
