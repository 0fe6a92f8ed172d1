# added: the step that a Function without double backward takes, which the tutorial names but does not show
import torch
from torch.autograd.function import once_differentiable


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 2

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        return 2 * x * grad_output


x = torch.tensor(3.0, requires_grad=True)
y = Square.apply(x)
print(y)
grad_output = torch.ones((), requires_grad=True)
dx, = torch.autograd.grad(y, x, grad_output, create_graph=True)
print(dx)
try:
    dx.backward()
except RuntimeError as e:
    print(e)
print(x.grad)
