import torch
input = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
w1 = torch.tensor(2.0, requires_grad=True)
w2 = torch.tensor(3.0, requires_grad=True)
l1 = input * w1
l2 = l1 + w2
loss = l2.mean()
loss.backward()
print(input.grad) # 输出:tensor([[0.5000, 0.5000],
#             [0.5000, 0.5000]])
print(w1.grad) # 输出:tensor(2.5000)
print(w2.grad) # 输出:tensor(1.)
print(l1.grad, l2.grad, loss.grad) # 输出: None None None
# 因为l1, l2, loss都是非叶子张量,所以它们的梯度不会被保存,即它们的.grad为None
