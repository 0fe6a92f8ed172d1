import torch
torch.manual_seed(0)  # added: the program draws random numbers
x=torch.rand(2,2,requires_grad=True)
print(x)
y=torch.pow(x,2)
print(y)
z=torch.sum(y)
print(z)
dzdy=torch.autograd.grad(z,y,retain_graph=True)[0]
dzdx=torch.autograd.grad(y,x,grad_outputs=dzdy)[0]
print(dzdx)

# added: the positional form of the tip, on a new graph
y=torch.pow(x,2)
dzdx=torch.autograd.grad(y,x,dzdy)[0]
print(dzdx)

# added: torch.autograd.backward(tensor) and tensor.backward() are the same
torch.autograd.backward(torch.sum(torch.pow(x, 2)))
print(x.grad)
torch.sum(torch.pow(x, 2)).backward()
print(x.grad)
