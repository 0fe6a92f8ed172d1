"""The order of hooks, and what they may return."""

import torch


def tried(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


# The order of everything that can be hooked.
x = leaf(1.0, 2.0)
y = x * 3
z = y * y
y.retain_grad()
y.register_hook(lambda g: print("y hook 1", g))
y.register_hook(lambda g: g * 2)
x.register_hook(lambda g: print("x hook", g))
x.register_post_accumulate_grad_hook(lambda t: print("x accumulated", t.grad))
y.grad_fn.register_prehook(lambda gs: print("y prehook", gs))
y.grad_fn.register_hook(lambda ins, outs: print("y posthook", ins, outs))
z.grad_fn.register_hook(lambda ins, outs: print("z posthook", ins, outs))
acc = y.grad_fn.next_functions[0][0]
acc.register_prehook(lambda gs: print("acc prehook", gs))
acc.register_hook(lambda ins, outs: print("acc posthook", ins, outs))
z.sum().backward()
print(x.grad, y.grad, y.retains_grad)

# A leaf's hooks run as soon as its gradient is complete.
a, b = leaf(1.0), leaf(2.0)
early = a * 2
early.register_hook(lambda g: print("early", g))
late = (early + b) * b
late.register_hook(lambda g: print("late", g))
a.register_hook(lambda g: print("a", g))
b.register_hook(lambda g: print("b", g))
(late * 3).sum().backward()
print(a.grad, b.grad)

# Handles.
x = leaf(1.0)
h = x.register_hook(lambda g: g * 10)
(x * 2).backward()
print(x.grad)
h.remove()
h.remove()
x.grad = None
(x * 2).backward()
print(x.grad)
with x.register_hook(lambda g: g * 100):
    x.grad = None
    (x * 2).backward()
    print(x.grad)
x.grad = None
(x * 2).backward()
print(x.grad)

# What hooks may return.
x = leaf(1.0, 2.0)
y = x * 2
y.register_hook(lambda g: torch.ones(3))
tried(lambda: y.sum().backward())
y = x * 2
y.register_hook(lambda g: g.double())
tried(lambda: y.sum().backward())
y = x * 2
y.register_hook(lambda g: 3)
tried(lambda: y.sum().backward())
print(x.grad)
y = x * 2
y.grad_fn.register_prehook(lambda gs: (gs[0] * 5,))
y.sum().backward()
print(x.grad)
y = x * 2
y.grad_fn.register_hook(lambda ins, outs: (ins[0] * 5, None))
y.sum().backward()
print(x.grad)
y = x * 2
y.grad_fn.register_hook(lambda ins, outs: (ins[0],))
tried(lambda: y.sum().backward())

# Hooks and grad().
x = leaf(1.0, 2.0)
x.register_hook(lambda g: g * 2)
y = x * 3
y.register_hook(lambda g: g * 7)
print(torch.autograd.grad((y * y).sum(), (x, y)))
print(x.grad)

# Hooks in double backward.
x = leaf(2.0)
y = x**3
y.register_hook(lambda g: print("hook sees", g, g.requires_grad))
(g,) = torch.autograd.grad(y, x, create_graph=True)
print(g)
(gg,) = torch.autograd.grad(g, x)
print(gg)

# A hook that calls backward itself.
x, w = leaf(2.0), leaf(3.0)


def inner(g):
    with torch.enable_grad():
        (w * w).sum().backward()
    return g


y = x * 2
y.register_hook(inner)
y.backward()
print(x.grad, w.grad)

# retain_grad, twice backward.
x = leaf(1.0, 2.0)
y = x * 2
y.retain_grad()
y.retain_grad()
s = (y * y).sum()
s.backward(retain_graph=True)
print(y.grad)
s.backward()
print(y.grad, x.grad)
tried(lambda: torch.ones(1).retain_grad())
tried(lambda: torch.ones(1).register_hook(print))
tried(lambda: y.register_post_accumulate_grad_hook(print))
x = leaf(1.0)
x.register_post_accumulate_grad_hook(lambda t: 3)
tried(lambda: (x * 2).sum().backward())
for answer in ("itself", torch.ones(1)):
    x = leaf(1.0)
    x.register_post_accumulate_grad_hook(lambda t, answer=answer: t if answer == "itself" else answer)
    tried(lambda: (x * 2).sum().backward())
    print(x.grad)
x = leaf(0.0, 0.0)
x.register_post_accumulate_grad_hook(lambda p: p.add_(p.grad, alpha=-0.01))
x.backward(torch.tensor([1.0, 2.0]))
print(x)
