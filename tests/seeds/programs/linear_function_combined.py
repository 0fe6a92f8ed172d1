import torch
from torch.autograd import Function

torch.manual_seed(0)  # added: the program draws random numbers


class LinearFunction(Function):
    @staticmethod
    # ctx 是 forward 的第一个参数
    def forward(ctx, input, weight, bias=None):
        # 前向传播可以使用 ctx。
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None

        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)

        return grad_input, grad_weight, grad_bias


# added: at work
from torch.autograd import gradcheck

linear = LinearFunction.apply
x = torch.randn(4, 3, requires_grad=True)
weight = torch.randn(2, 3, requires_grad=True)
bias = torch.randn(2, requires_grad=True)
output = linear(x, weight, bias)
print(output)
output.sum().backward()
print(x.grad)
print(weight.grad)
print(bias.grad)
print(linear(x, weight))
input = tuple(t.detach().double().requires_grad_() for t in (x, weight, bias))
print(gradcheck(linear, input, eps=1e-6, atol=1e-4))
