import torch
from torch.autograd import Function


class MulConstant(Function):
    @staticmethod
    def forward(tensor, constant):
        return tensor * constant

    @staticmethod
    def setup_context(ctx, inputs, output):
        # ctx 是一个上下文对象,可以用来存储反向传播计算所需的信息
        tensor, constant = inputs
        ctx.constant = constant

    @staticmethod
    def backward(ctx, grad_output):
        # 我们返回的梯度数量与输入参数的数量相同。
        # 对于前向传播的非 Tensor 参数,其梯度必须为 None。
        return grad_output * ctx.constant, None


# added: at work
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = MulConstant.apply(x, 2.5)
print(y)
y.sum().backward()
print(x.grad)
print(torch.autograd.gradcheck(MulConstant.apply, (x.detach().double().requires_grad_(), 2.5)))
print(torch.autograd.gradgradcheck(MulConstant.apply, (x.detach().double().requires_grad_(), 2.5)))
