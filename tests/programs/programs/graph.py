"""Walking the graph: leaves, nodes, saved values, calling nodes by hand."""

import torch


def tried(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
y = x * w
print(y.grad_fn, y.grad_fn.name(), y.grad_fn.next_functions)
print(y.grad_fn._saved_self, y.grad_fn._saved_other)
print(y.grad_fn.next_functions[0][0].variable is x, y.grad_fn.next_functions[0][0].name())
print(y.grad_fn.next_functions[0][0] is (x + 1).grad_fn.next_functions[0][0])
print(y.grad_fn is y.grad_fn, isinstance(y.grad_fn, torch.autograd.graph.Node))
print(y.grad_fn.metadata)
y.grad_fn.metadata["note"] = 1
print(y.grad_fn.metadata)
print(y.grad_fn(torch.ones(2)))
tried(lambda: y.grad_fn())
tried(lambda: y.grad_fn(torch.ones(2), torch.ones(2)))
tried(lambda: y.grad_fn.nothing)
print((2 * x).grad_fn.next_functions)
print((x**2).grad_fn._saved_exponent, x.exp().grad_fn._saved_result)
print(x.exp().grad_fn._saved_result.grad_fn)
with torch.no_grad():
    print((x * 2).grad_fn, (x * 2).requires_grad)
    print(y.grad_fn(torch.ones(2)))

# Which tensors are leaves.
print(x.is_leaf, y.is_leaf, y.detach().is_leaf, torch.ones(1).is_leaf, (torch.ones(1) * 2).is_leaf)
print(x.output_nr, x.unbind()[1].output_nr, y.output_nr)
print(x.detach().requires_grad, x.data.requires_grad, x.clone().grad_fn, x.detach()._version)
tried(lambda: y.requires_grad_(False))
tried(lambda: torch.tensor([1]).requires_grad_())
z = torch.ones(2).requires_grad_()
print(z, z.requires_grad_(False))

# detach shares memory and version; data shares only memory.
a = torch.ones(2, requires_grad=True)
b = a * 2
c = b.detach()
c.add_(1)
print(b, b._version, c._version)
b.data.add_(1)
print(b, b._version)
s = (b * b).sum()
b.detach().mul_(2)
tried(lambda: s.backward())
b = a * 2
s = (b * b).sum()
b.data.mul_(100)
s.backward()
print(a.grad)

# Modes.
@torch.no_grad()
def f(t):
    return t * 2


@torch.no_grad
def g(t):
    return t * 2


@torch.enable_grad()
def h(t):
    return t * 2


print(f(x), g(x))
with torch.no_grad():
    print(h(x), f(x), torch.is_grad_enabled())
    with torch.enable_grad():
        print(x * 2)
    with torch.set_grad_enabled(True):
        print(x * 2)
print(torch.set_grad_enabled(False), torch.is_grad_enabled())
torch.set_grad_enabled(True)
with torch.inference_mode():
    i = torch.ones(2)
    print(i.is_inference(), (x * 2).requires_grad, torch.is_inference_mode_enabled())
tried(lambda: i._version)
tried(lambda: i.add_(1))
tried(lambda: x * i)
print((x + i).requires_grad)


@torch.no_grad()
def generator():
    yield torch.is_grad_enabled()
    yield torch.is_grad_enabled()


for inside in generator():
    print(inside, torch.is_grad_enabled())

# In place.
tried(lambda: x.add_(1))
tried(lambda: x[0].add_(1))
y = x * 1
z = y * y
y.add_(1)
tried(lambda: z.sum().backward())
y = x * 1
z = y.exp()
z.mul_(2)
tried(lambda: z.sum().backward())
y = x * 1
y += w
y *= 2
print(y, y._version)
y.sum().backward()
print(x.grad, w.grad)
