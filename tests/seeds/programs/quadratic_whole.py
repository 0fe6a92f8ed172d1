import torch

# 创建两个张量 a 和 b,并启用 requires_grad=True 以便自动求导可以追踪它们的操作
a = torch.tensor([2., 3.], requires_grad=True)
b = torch.tensor([6., 4.], requires_grad=True)

# 定义张量 Q,它是通过 a 和 b 的操作生成的。公式为:Q = 3a^3 - b^2
Q = 3*a**3 - b**2

# 定义一个外部梯度 external_grad,用于模拟在反向传播时传递的梯度值
external_grad = torch.tensor([1., 1.])

# 通过调用 backward 方法计算 Q 对 a 和 b 的梯度,并将外部梯度传递给 backward
Q.backward(gradient=external_grad)

# 检查收集到的梯度是否正确
# 对 a 的梯度应该为 9a^2
print(9*a**2 == a.grad)
# 对 b 的梯度应该为 -2b
print(-2*b == b.grad)
