"""gradcheck and gradgradcheck accept right derivatives, refuse wrong ones, and leave everything as it was."""

import pytest

import rushlight as torch
from rushlight.autograd import gradcheck, gradgradcheck
from rushlight.autograd.gradcheck import GradcheckError


@pytest.fixture
def x():
    return torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64, requires_grad=True)


@pytest.fixture
def z():
    return torch.tensor([1 + 2j, -0.5 + 1j], dtype=torch.complex128, requires_grad=True)


def function(forward, backward):
    """A custom Function of one tensor, saved for its backward pass."""

    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return forward(x)

        @staticmethod
        def backward(ctx, gradient):
            return backward(*ctx.saved_tensors, gradient)

    return Custom.apply


right_square = function(lambda x: x**2, lambda x, g: 2 * x * g)
wrong_square = function(lambda x: x**2, lambda x, g: 3 * x * g)
# Its first derivative is right, its second one is not: the backward pass hides x from the graph.
no_second_derivative = function(lambda x: x**2, lambda x, g: 2 * x.detach() * g)


@pytest.mark.parametrize("fast_mode", [False, True])
class TestBothModes:
    def test_right_derivative(self, x, fast_mode):
        assert gradcheck(right_square, x, fast_mode=fast_mode) is True
        assert gradgradcheck(right_square, x, fast_mode=fast_mode) is True

    def test_wrong_derivative(self, x, fast_mode):
        with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0"):
            gradcheck(wrong_square, x, fast_mode=fast_mode)
        assert gradcheck(wrong_square, x, fast_mode=fast_mode, raise_exception=False) is False

    def test_wrong_second_derivative(self, x, fast_mode):
        assert gradcheck(no_second_derivative, x, fast_mode=fast_mode)
        with pytest.raises(GradcheckError, match="Jacobian mismatch"):
            gradgradcheck(no_second_derivative, x, fast_mode=fast_mode)

    def test_holomorphic(self, z, fast_mode):
        assert gradcheck(lambda z: z * z, z, fast_mode=fast_mode)
        assert gradgradcheck(lambda z: z * z, z, fast_mode=fast_mode)

    def test_not_holomorphic(self, z, fast_mode):
        assert gradcheck(lambda z: z * z.conj(), z, fast_mode=fast_mode)

    def test_missing_conjugate(self, z, fast_mode):
        square = function(lambda z: z**2, lambda z, g: 2 * z * g)
        with pytest.raises(GradcheckError, match="While considering the imaginary part of complex outputs only, "):
            gradcheck(square, z, fast_mode=fast_mode)

    def test_several_outputs(self, x, fast_mode):
        y = torch.tensor([[1.0, -2.0, 0.5]], dtype=torch.float64, requires_grad=True)
        assert gradcheck(lambda x, n, y: (x * n, y * x, y.sum()), (x, 2, y), fast_mode=fast_mode)

    def test_output_of_integral_dtype_before_a_differentiable_one(self, x, fast_mode):
        assert gradcheck(lambda x: (x.argmax(), x * 2), x, fast_mode=fast_mode)

    def test_function_without_differentiable_outputs(self, x, fast_mode):
        assert gradcheck(lambda x: torch.ones(2), x, fast_mode=fast_mode)
        assert gradgradcheck(lambda x: torch.ones(2), x, fast_mode=fast_mode)
        with pytest.raises(GradcheckError, match="Numerical gradient for function expected to be zero"):
            gradcheck(lambda x: x.detach() * 2, x, fast_mode=fast_mode)

    def test_an_input_known_by_closure(self, x, fast_mode):
        assert gradcheck(lambda _: x * x, x, fast_mode=fast_mode)

    def test_everything_stays_as_it_was(self, x, fast_mode):
        before, version = x.tolist(), x._version
        state = torch.get_rng_state().tolist()
        gradcheck(wrong_square, x, fast_mode=fast_mode, raise_exception=False)
        assert (x.tolist(), x._version, x.grad) == (before, version, None)
        assert torch.get_rng_state().tolist() == state

    def test_restored_after_an_error_in_the_function(self, x, fast_mode):
        before = x.tolist()

        def fails_when_perturbed(x):
            if x.tolist() != before:
                raise KeyError("perturbed")
            return x * 2

        with pytest.raises(KeyError, match="perturbed"):
            gradcheck(fails_when_perturbed, x, fast_mode=fast_mode)
        assert x.tolist() == before


def test_memory_layouts():
    transposed = torch.arange(6, dtype=torch.float64).reshape(2, 3).t().requires_grad_()
    assert gradcheck(torch.sin, transposed)
    assert gradgradcheck(torch.sin, transposed, gen_non_contig_grad_outputs=True)


def test_given_grad_outputs(x):
    assert gradgradcheck(torch.sin, x, torch.ones(3, dtype=torch.float64, requires_grad=True))
    assert gradgradcheck(torch.sin, x, torch.ones(3, dtype=torch.float64))


def test_zero_gradient_that_is_not_exact(x):
    almost = function(lambda x: x * 2, lambda x, g: 2 * g + 1e-12)
    with pytest.raises(GradcheckError, match="backward not multiplied by grad_output"):
        gradcheck(almost, x)
    assert gradcheck(almost, x, masked=True, check_undefined_grad=False)


def test_warning_points_at_the_caller():
    with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision") as caught:
        gradcheck(lambda x: x * 2, torch.ones(1, requires_grad=True), atol=0.1)
    assert caught[0].filename == __file__


class WrongBatch(torch.autograd.Function):
    """x * 2, whose backward pass does something else each time."""

    calls = 0

    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        WrongBatch.calls += 1
        return gradient * (2 if WrongBatch.calls < 9 else 3)


def test_batched_gradients_that_differ(x):
    WrongBatch.calls = 0
    with pytest.raises(GradcheckError, match=r"^For output 0 and input 0:\n\ngradcheck or gradgradcheck failed while testing"):
        gradcheck(WrongBatch.apply, x, check_batched_grad=True)


@pytest.mark.parametrize("fast_mode", [False, True])
def test_forward_mode(x, z, fast_mode):
    assert gradcheck(lambda x: (x.sin(), x.argmax(), x.detach()), x, check_forward_ad=True, fast_mode=fast_mode)
    assert gradcheck(lambda z: z * z.conj(), z, check_forward_ad=True, check_batched_forward_grad=True, fast_mode=fast_mode)
    assert gradgradcheck(torch.tanh, x, check_fwd_over_rev=True, check_batched_grad=True, fast_mode=fast_mode)


def test_a_missing_tangent_that_is_not_zero(x):
    class Undefined(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.set_materialize_grads(False)
            return x + y

        @staticmethod
        def backward(ctx, gradient):
            return gradient, gradient

        @staticmethod
        def jvp(ctx, dx, dy):
            return dx + dy if dx is not None and dy is not None else torch.ones(3, dtype=torch.float64)

    y = torch.ones(3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(Undefined.apply, (x, y), check_forward_ad=True, check_undefined_grad=False)
    with pytest.raises(GradcheckError, match="Mismatch in tangent values for output with index"):
        gradcheck(Undefined.apply, (x, y), check_forward_ad=True)


def test_asking_for_no_check_at_all(x):
    with pytest.raises(AssertionError, match="at least one of check_forward_ad or check_backward_ad"):
        gradcheck(torch.sin, x, check_backward_ad=False)
    with pytest.raises(AssertionError, match="at least one of check_fwd_over_rev or check_rev_over_rev"):
        gradgradcheck(torch.sin, x, check_rev_over_rev=False)
