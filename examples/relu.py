"""The gradients of a = relu(w * x + b), to be looked at.

    rushlight run --view relu.html examples/relu.py
"""

import torch

b = torch.tensor(1.0, requires_grad=True)
w = torch.tensor(2.0, requires_grad=True)
x = torch.tensor(3.0)

u = w * x
v = u + b
a = torch.relu(v)
a.backward()

print("da/dw", w.grad, "da/db", b.grad)
