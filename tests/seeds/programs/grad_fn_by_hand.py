# A notebook, its cells in order. A cell that ends in a bare expression prints its repr, if that is not None.

# In[1]:
import torch as t

# In[2]:
# 调用backward计算梯度
b = t.tensor(1.0, requires_grad=True)
w = t.tensor(2.0, requires_grad=True)
x = t.tensor(3.0)
u = w * x
v = u + b
a = t.relu(v)
a.backward()
print(b.grad)
print(w.grad)

# In[3]:
u.grad

# In[4]:
b = t.tensor(1.0, requires_grad=True)
w = t.tensor(2.0, requires_grad=True)
x = t.tensor(3.0)
u = w * x
u.retain_grad()
v = u + b
v.retain_grad()
a = t.relu(v)
a.backward()
print("da/dv", v.grad)
print("da/du", u.grad)
print("da/db", b.grad)
print("da/dw", w.grad)

# In[5]:
# 前向计算，得到a
b = t.tensor(1.0, requires_grad=True)
w = t.tensor(2.0, requires_grad=True)
x = t.tensor(3.0)
u = w * x
v = u + b
a = t.relu(v)
print(repr(a))

# In[6]:
#计算da/dv, 其中1.0可以理解为da/da=1.0
dv = a.grad_fn(t.tensor(1.0)) 
print(repr(dv))

# In[7]:
#从grad_fn.next_functions里获取得到v的上一步计算过程（的梯度计算函数）
print(a.grad_fn.next_functions)
print(v.grad_fn)
# 获得计算v的函数对应的梯度计算函数
v_grad_fn = a.grad_fn.next_functions[0][0]
# 该函数可以计算da/du, da/db,其值分别等于da/dv*dv/du, da/dv*dv/db，注意这里需要将上一步得到da/dv”反向传播“给grad_fn
du, db = v_grad_fn(dv)
print(du, db)

# In[8]:
#我们可以进一步递归的得到计算u和b的计算过程（和梯度计算函数）
#注意，由于v是由u和b两个张量计算得到的，所以其grad_fn里包含的next_functions会分别包含计算u和计算b的函数
print(v_grad_fn.next_functions)
u_grad_fn, b_grad_fn = v_grad_fn.next_functions
u_grad_fn, b_grad_fn = u_grad_fn[0], b_grad_fn[0]

# In[9]:
# b是一个requires_grad=True，is_leaf=True的节点，它的grad_fn是个特殊的函数，它的作用是将da/db累加到b.grad里
# 思考一下，为什么要进行累加
print(b.grad)
b_grad_fn(db)
print(b.grad)

# In[10]:
#使用u的grad_fn可以计算da/dw和da/dx，分别等于da/du*du/dw, da/du*du/dx，同样需要将da/du“反向传播”给grad_fn
dw, dx = u_grad_fn(du)

print(dw, dx) # 由于x.requires_grad = False, dx会为None

#由于u是由w和x两个张量计算得到的，所以其grad_fn里包含的next_functions会分别包含计算w和计算x的函数
w_grad_fn, x_grad_fn = u.grad_fn.next_functions

#由于x.requires_grad=False,所以x_grad_fn是None
print(x_grad_fn[0])

# w是一个requires_grad=True，is_leaf=True的节点，它的grad_fn是个特殊的函数，它的作用是将da/dw保存到w.grad里
print(w_grad_fn[0])
print(w.grad)
w_grad_fn[0](dw)
print(w.grad)

# In[11]:
print(b.grad)
print(w.grad)

# In[15]:
# 自定义 Function，实现 forward 和 backward
import torch.nn as nn
class SquareFunction(t.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input ** 2

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = 2 * input * grad_output
        return grad_input

# 自定义 Module，只负责 forward
class MySquare(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, input):
        return SquareFunction.apply(input)

# In[17]:
# 测试
model = MySquare()

x = t.tensor(2.0, requires_grad=True)
y = model(x)
y.backward()

print(x.grad)  # 输出 4.0，符合 dy/dx = 2x

# In[19]:
x = t.tensor(1.0, requires_grad=True)
y = model(x)
y.backward()

print(x.grad)  # 输出 2.0，符合 dy/dx = 2x

# In[23]:
x = t.tensor(1.0, requires_grad=True)
y = model(x)
# y的grad_fn
print(repr(y.grad_fn))

# In[24]:
# 自定义 Function，实现 forward 和 backward
import torch.nn as nn
class SquareAddFunction(t.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x**2 + y**2

    @staticmethod
    def backward(ctx, grad_output):
        x, y, = ctx.saved_tensors
        dx = 2 * x * grad_output
        dy = 2 * y * grad_output
        return dx, dy

# 自定义 Module，只负责 forward
class SquareAdd(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x, y):
        return SquareAddFunction.apply(x, y)

# In[35]:
x = t.tensor(3.0, requires_grad=True)
y = t.tensor(2.0, requires_grad=True)
z = SquareAdd()(x, y)
z.backward()

# In[36]:
print(repr(z.grad_fn))

# In[37]:
print(repr(x.grad))

# In[34]:
print(repr(y.grad))
