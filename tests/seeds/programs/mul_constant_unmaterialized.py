import torch
from torch.autograd import Function


class MulConstant(Function):
    @staticmethod
    def forward(tensor, constant):
        return tensor * constant

    @staticmethod
    def setup_context(ctx, inputs, output):
        tensor, constant = inputs
        ctx.set_materialize_grads(False)
        ctx.constant = constant

    @staticmethod
    def backward(ctx, grad_output):
        # 在这里我们必须处理 None 的 grad_output Tensor。在这种情况下,
        # 我们可以跳过不必要的计算,直接返回 None。
        if grad_output is None:
            return None, None

        # 我们返回的梯度数量与输入参数的数量相同。
        # 对于前向传播的非 Tensor 参数,其梯度必须为 None。
        return grad_output * ctx.constant, None


# added: at work
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = MulConstant.apply(x, 2.5)
print(y)
y.sum().backward()
print(x.grad)
print(MulConstant.backward(y.grad_fn, None))
print(torch.autograd.gradcheck(MulConstant.apply, (x.detach().double().requires_grad_(), 2.5)))
print(torch.autograd.gradgradcheck(MulConstant.apply, (x.detach().double().requires_grad_(), 2.5)))
