import torch


class MyCube(torch.autograd.Function):
    @staticmethod
    def forward(x):
        # 我们希望为反向传播保存 dx。为了做到这一点,它必须作为输出返回。
        dx = 3 * x ** 2
        result = x ** 3
        return result, dx

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, = inputs
        result, dx = output
        ctx.save_for_backward(x, dx)

    @staticmethod
    def backward(ctx, grad_output, grad_dx):
        x, dx = ctx.saved_tensors
        # 为了使 autograd.Function 支持高阶梯度,我们必须添加 `dx` 的梯度贡献,
        # 即 grad_dx * 6 * x。
        result = grad_output * dx + grad_dx * 6 * x
        return result


def my_cube(x):
    result, dx = MyCube.apply(x)
    return result


# added: at work
from torch.autograd import gradcheck, gradgradcheck

x = torch.tensor([1., 2., 3.], requires_grad=True)
y = my_cube(x)
print(y)
dx, = torch.autograd.grad(y.sum(), x, create_graph=True)
print(dx)
ddx, = torch.autograd.grad(dx.sum(), x, create_graph=True)
print(ddx)
dddx, = torch.autograd.grad(ddx.sum(), x)
print(dddx)
x = x.detach().double().requires_grad_()
print(gradcheck(my_cube, x))
print(gradcheck(MyCube.apply, x))
print(gradgradcheck(my_cube, x))
