import torch
from torch.autograd import Function

torch.manual_seed(0)  # added: the program draws random numbers


# 继承自 Function
class LinearFunction(Function):

    # 注意 forward、setup_context 和 backward 是 @staticmethod
    @staticmethod
    def forward(input, weight, bias):
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    # inputs 是传递给 forward 的所有输入的元组。
    # output 是 forward() 的输出。
    def setup_context(ctx, inputs, output):
        input, weight, bias = inputs
        ctx.save_for_backward(input, weight, bias)

    # 此函数只有一个输出,因此它只接收一个梯度
    @staticmethod
    def backward(ctx, grad_output):
        # 在 backward 的顶部解包 saved_tensors 并将所有输入的梯度初始化为 None 是非常方便的。
        # 由于额外的尾随 None 会被忽略,即使函数有可选输入,return 语句也很简单。
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None

        # 这些 needs_input_grad 检查是可选的,它们只用于提高效率。
        # 如果你希望让代码更简单,可以跳过它们。
        # 返回不需要梯度的输入的梯度不是错误。
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)

        return grad_input, grad_weight, grad_bias


# 选项 1:别名
linear = LinearFunction.apply

# added: the alias at work
x = torch.randn(4, 3, requires_grad=True)
weight = torch.randn(2, 3, requires_grad=True)
bias = torch.randn(2, requires_grad=True)
output = linear(x, weight, bias)
print(output)
output.sum().backward()
print(x.grad)
print(weight.grad)
print(bias.grad)
print(output.grad_fn)

# 选项 2:将其包装在函数中,以支持默认参数和关键字参数。
def linear(input, weight, bias=None):
    return LinearFunction.apply(input, weight, bias)

from torch.autograd import gradcheck

# gradcheck 接受一个包含张量的元组作为输入,检查你的梯度在这些张量上评估的结果
# 是否足够接近数值近似,并且在所有条件都符合时返回 True。
input = (torch.randn(20,20,dtype=torch.double,requires_grad=True), torch.randn(30,20,dtype=torch.double,requires_grad=True))
test = gradcheck(linear, input, eps=1e-6, atol=1e-4)
print(test)
# added: with a bias, by the default of the wrapper and by keyword
print(linear(x, weight))
print(linear(x, weight=weight, bias=bias))
input = tuple(t.detach().double().requires_grad_() for t in (x, weight, bias))
print(gradcheck(linear, input, eps=1e-6, atol=1e-4))
print(torch.autograd.gradgradcheck(linear, input[:2]))
