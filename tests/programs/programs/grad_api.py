"""backward() and grad(): roots, inputs, retained graphs, created graphs, unused inputs, errors."""

import warnings

import torch

warnings.simplefilter("ignore")


def tried(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


grad = torch.autograd.grad
x, y, unused = leaf(1.0, 2.0), leaf(3.0, 4.0), leaf(5.0)

# Several roots.
torch.autograd.backward([x.sum(), (x * y).sum()])
print(x.grad, y.grad)
torch.autograd.backward([x * 2, y * 3], [torch.ones(2), torch.tensor([1.0, 10.0])])
print(x.grad, y.grad)
print(grad([x.sum(), (x * y).sum()], [x, y]))
print(grad([x * 2, x * 3], x, [torch.ones(2), None] if False else [torch.ones(2), torch.ones(2)]))
s = x.sum()
torch.autograd.backward([s, s])
print(x.grad)

# A leaf as a root; the same input twice; an intermediate as input.
z = leaf(7.0)
z.backward()
print(z.grad, grad(z, z))
print(grad((x * x).sum(), [x, x]))
m = x * 2
print(grad((m * m).sum(), [m, x]))
m = x * 2
print(grad((m * m).sum(), m))
a, b = x.unbind()
print(grad(a * b, [a, b]))

# Unused inputs.
tried(lambda: grad(x.sum(), unused))
tried(lambda: grad(x.sum(), [x, unused], allow_unused=True))
tried(lambda: grad(x.sum(), [x, unused], materialize_grads=True))
tried(lambda: grad(x.sum(), unused, allow_unused=False, materialize_grads=True))
tried(lambda: grad(x.sum(), torch.ones(2)))
tried(lambda: grad(torch.ones(2).sum(), x))
tried(lambda: grad(x * 2, x))
tried(lambda: grad(x * 2, x, torch.ones(3)))
tried(lambda: grad(x.sum(), []))
tried(lambda: torch.autograd.backward(x.sum(), inputs=[]))
tried(lambda: (x.sum() * 1j).backward())
tried(lambda: (x * 2).backward())
tried(lambda: torch.ones(2).sum().backward())
tried(lambda: x.sum().backward(torch.ones(1)))

# backward(inputs=...).
x.grad = y.grad = None
(x * y).sum().backward(inputs=[x])
print(x.grad, y.grad)
m = x * 2
(m * y).sum().backward(inputs=[m, y])
print(x.grad, y.grad, m.grad)
(m * y).sum().backward(inputs=y)
print(y.grad)

# Freed and retained graphs.
s = (x * y).sum()
s.backward(retain_graph=True)
s.backward()
tried(lambda: s.backward())
tried(lambda: s.grad_fn.next_functions[0][0]._saved_self)
s = (x + y).sum()
s.backward()
tried(lambda: s.backward())
print(x.grad, y.grad)

# A partly shared graph.
shared = x * x
p, q = shared.sum(), (shared * y).sum()
p.backward()
tried(lambda: q.backward())

# Accumulation: in place, or out of place under create_graph.
x.grad = None
x.sum().backward()
first = x.grad
x.sum().backward()
print(first is x.grad, first)
(x * x).sum().backward(create_graph=True)
print(first is x.grad, first, x.grad)
x.grad = None
(x * x * x).sum().backward(create_graph=True)
print(x.grad, x.grad.grad_fn)
g = x.grad
x.grad = None
g.sum().backward()
print(x.grad)

# Higher derivatives.
t = leaf(0.5)
d = t.sin().sum()
for _ in range(5):
    (d,) = grad(d, t, create_graph=True)
    print(d)
    d = d.sum()

# .grad: assignment.
x = leaf(1.0, 2.0)


def assign(value):
    x.grad = value


for value in (3, torch.ones(3), torch.ones(2, dtype=torch.float64), x, torch.ones(2), None):
    tried(lambda value=value: assign(value))
    print(x.grad)
x.grad = torch.tensor([10.0, 20.0])
mine = x.grad
(x * 2).sum().backward()
print(x.grad, mine is x.grad)
del x.grad
print(x.grad)

# The gradient must not share memory with what the user passed in, nor between leaves.
x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
v = torch.ones(2)
(x + y).backward(v)
x.grad.mul_(100)
print(x.grad, y.grad, v)
x.grad = None
(x * 1).backward(v)
v.add_(5)
print(x.grad)
x.grad = None
x.backward(v)
v.add_(5)
print(x.grad)
x.grad = None
x.sum().backward()
x.grad[0] = 9
print(x.grad)

# dtypes: gradients have their leaf's.
w = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
(x * w).sum().backward()
print(x.grad, w.grad)
h = torch.tensor([1.0, 2.0], dtype=torch.float16, requires_grad=True)
(h * 2 + w).sum().backward()
print(h.grad)
i = torch.tensor([1, 2])
(x * i).sum().backward()
print(x.grad)
c = torch.tensor([1 + 2j, 3 - 1j], requires_grad=True)
(c * c.conj()).real.sum().backward()
print(c.grad)
r = leaf(1.0, 2.0)
(r * c).abs().sum().backward()
print(r.grad)
