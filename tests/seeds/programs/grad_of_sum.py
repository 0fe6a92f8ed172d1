import torch
torch.manual_seed(0)  # added: the program draws random numbers
x=torch.rand(2,2,requires_grad=True)
print(x)
y=x+2
print(y)
z=torch.sum(y)
print(z)

z.backward()
print(x.grad)

print(torch.autograd.grad(z,y))

# added: the call with every parameter by name, and with one that outputs does not depend on
outputs = torch.sum(x * 3)
inputs = x
try:
    torch.autograd.grad(
    outputs,   # 计算图的数据结果张量--它就是需要进行求导的函数
    inputs,   # 需要对计算图求导的张量--它是进行求导的变量
    grad_outputs=None,   # 如果outputs不是标量,需要使用此参数
    retain_graph=None,   # 保留计算图
    create_graph=None,   # 创建计算图
    allow_unused=False#inputs如果有不相关的变量,
    #即不对Outputs产生贡献的,比如你随便乱写一个inputs在那里,会报错,
    #改为True就不会报错,此时对这个垃圾inputs梯度为None返回。
    )
except TypeError as e:
    print(e)  # create_graph is True or False today
print(torch.autograd.grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=False))
print(torch.autograd.grad(torch.sum(x + 2), (x, z), allow_unused=True))
try:
    torch.autograd.grad(torch.sum(x + 2), (x, z))
except RuntimeError as e:
    print(e)
