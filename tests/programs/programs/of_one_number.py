"""Derivatives of functions of one number by every transform, and shapes without a dimension under them."""

import torch
import torch.autograd.functional as AF
from torch.func import grad, hessian, jacfwd, jacrev, vmap

x = torch.tensor(2.0)
xs = torch.arange(3.0)


def f(x):
    return x.sin() * x


print("one number to one number")
transforms = [jacrev, jacfwd, hessian, grad]
for transform in transforms:
    print(transform.__name__, transform(f)(x))
    for inner in transforms[:2]:
        print(transform.__name__, "of", inner.__name__, transform(inner(f))(x))
print(jacrev(f, chunk_size=1)(x), jacrev(f, chunk_size=1)(xs))
for keywords in ({}, {"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}):
    print("jacobian", keywords, AF.jacobian(f, x, **keywords))
for keywords in ({}, {"vectorize": True}, {"vectorize": True, "outer_jacobian_strategy": "forward-mode"}):
    print("hessian", keywords, AF.hessian(f, x, **keywords))
print(AF.hvp(f, x, x), AF.vhp(f, x, x), AF.jvp(f, x, x), AF.vjp(f, x, x))

print("several inputs and outputs, some of them numbers")
print(jacrev(lambda a, b: a * b, argnums=(0, 1))(x, x))
print(jacfwd(lambda a, b: (a * b, {"k": a.sin()}), argnums=(0, 1))(x, xs))
print(hessian(lambda a, b: (a * b).sum(), argnums=(0, 1))(x, xs))
print(jacrev(torch.sum)(xs), jacfwd(torch.sum)(xs))
print(jacrev(lambda a: a * torch.ones(2))(x), jacfwd(lambda a: a * torch.ones(2))(x))

print("nothing")
print(jacrev(lambda a: a[None])(torch.zeros(0)), jacfwd(lambda a: a * 2)(torch.zeros(0)))

print("examples that are numbers")
print(vmap(jacrev(f))(xs), vmap(hessian(f))(xs), vmap(jacfwd(f))(xs))
for change in (lambda a: a.reshape(()), lambda a: a.expand(()), lambda a: a.permute(()), lambda a: a.reshape(()).expand(2)):
    print(vmap(change)(xs))
