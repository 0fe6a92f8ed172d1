"""Custom Functions: what of their ctx and of their results PyTorch's programs rely on."""

import pytest

import rushlight as torch
from rushlight.autograd import forward_ad


class Same(torch.autograd.Function):
    """Returns its input as it is."""

    @staticmethod
    def forward(x):
        return x

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, grad):
        return grad


def test_an_input_that_is_returned_without_a_derivative_is_detached():
    class Marked(Same):
        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.mark_non_differentiable(output)

    x = torch.ones(2, requires_grad=True)
    out = Marked.apply(x)
    assert not out.requires_grad and out.data_ptr() == x.data_ptr() and x.requires_grad


@pytest.mark.parametrize("requires_grad", [True, False])
def test_an_input_that_is_returned_as_it_is_cannot_be_saved_from_outside(requires_grad):
    class Saved(Same):
        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(output)

    with pytest.raises(RuntimeError, match="An input that has been returned as-is as output is being saved"):
        Saved.apply(torch.ones(2, requires_grad=requires_grad))


def test_forward_saves_the_input_that_it_returns():
    class Saved(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x

        @staticmethod
        def backward(ctx, grad):
            (saved,) = ctx.saved_tensors
            return grad * saved

    x = torch.tensor(3.0, requires_grad=True)
    out = Saved.apply(x)
    assert out.grad_fn.saved_tensors[0].is_leaf
    (g,) = torch.autograd.grad(out, x, create_graph=True)
    assert torch.autograd.grad(g, x)[0] == 1  # not that of a gradient that runs through the Function again


def test_what_is_marked_dirty_and_was_no_input_is_warned_of():
    class Marked(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            out = x * 2
            ctx.mark_dirty(out)
            return out

    with pytest.warns(UserWarning, match="received a tensor that was not an input"):
        Marked.apply(torch.ones(2, requires_grad=True))


def test_a_tensor_among_the_keywords_has_a_gradient():
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx, grad):
            x, y = ctx.saved_tensors
            return grad * y, grad * x

    x, y = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    assert torch.autograd.grad(Product.apply(x, y=y), [x, y]) == (3, 2)
    assert torch.autograd.grad(Product.apply(y=y, x=x), [x, y]) == (3, 2)


def test_jvp_deletes_what_forward_kept():
    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.result = torch.exp(x)
            return ctx.result

        @staticmethod
        def jvp(ctx, tangent):
            out = tangent * ctx.result
            del ctx.result
            return out

    with forward_ad.dual_level():
        out = Exp.apply(forward_ad.make_dual(torch.zeros(2), torch.ones(2)))
        assert torch.equal(forward_ad.unpack_dual(out).tangent, torch.ones(2))
