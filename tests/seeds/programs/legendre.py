import torch
import math

class LegendrePolynomial3(torch.autograd.Function):
    """
    我们可以通过子类化 torch.autograd.Function 并实现前向和后向传递的函数,
    来实现自定义的自动求导功能,这些操作都作用于张量上。
    """

    @staticmethod
    def forward(ctx, input):
        """
        在前向传递中,我们接收一个包含输入的张量,并返回一个包含输出的张量。
        ctx 是一个上下文对象,可用于存储后向计算的信息。你可以使用 ctx.save_for_backward 方法缓存任意对象,
        以便在后向传递中使用。
        """
        ctx.save_for_backward(input)
        return 0.5 * (5 * input ** 3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        """
        在后向传递中,我们接收一个包含相对于输出的损失梯度的张量,
        并且我们需要计算相对于输入的损失梯度。
        """
        input, = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input ** 2 - 1)

dtype = torch.float
device = torch.device("cpu")
# device = torch.device("cuda:0")  # 取消注释以在 GPU 上运行

# 创建张量以保存输入和输出。
# 默认情况下,requires_grad=False,表示我们不需要在后向传递中计算这些张量的梯度。
x = torch.linspace(-math.pi, math.pi, 2000, device=device, dtype=dtype)
y = torch.sin(x)

# 为权重创建随机张量。对于此示例,我们需要 4 个权重:y = a + b * P3(c + d * x),这些权重需要初始化得不太远
# 离正确的结果,以确保收敛。设置 requires_grad=True 表示我们希望在后向传递中计算这些张量的梯度。
a = torch.full((), 0.0, device=device, dtype=dtype, requires_grad=True)
b = torch.full((), -1.0, device=device, dtype=dtype, requires_grad=True)
c = torch.full((), 0.0, device=device, dtype=dtype, requires_grad=True)
d = torch.full((), 0.3, device=device, dtype=dtype, requires_grad=True)

learning_rate = 5e-6
for t in range(2000):
    # 要应用我们的函数,我们使用 Function.apply 方法。我们将其别名为 'P3'。
    P3 = LegendrePolynomial3.apply

    # 前向传递:使用操作计算预测的 y;我们使用自定义自动求导操作计算 P3。
    y_pred = a + b * P3(c + d * x)

    # 计算并打印损失
    loss = (y_pred - y).pow(2).sum()
    if t % 100 == 99:
        print(t, loss.item())

    # 使用自动求导计算后向传递。
    loss.backward()

    # 使用梯度下降法更新权重
    with torch.no_grad():
        a -= learning_rate * a.grad
        b -= learning_rate * b.grad
        c -= learning_rate * c.grad
        d -= learning_rate * d.grad

        # 更新权重后手动将梯度清零
        a.grad = None
        b.grad = None
        c.grad = None
        d.grad = None

print(f'结果: y = {a.item()} + {b.item()} * P3({c.item()} + {d.item()} x)')
