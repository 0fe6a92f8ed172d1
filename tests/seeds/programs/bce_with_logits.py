import torch

torch.manual_seed(0)  # added: the program draws random numbers

x = torch.ones(5)  # input tensor
y = torch.zeros(3)  # expected output
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w)+b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)

loss.backward()

# added: the program prints nothing of its own
print(z)
print(loss)
print(w.grad)
print(b.grad)
