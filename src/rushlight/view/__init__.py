"""The graph as a picture: operations, values, and the gradients that flowed over the edges. (Not in PyTorch.)

>>> import rushlight as torch
>>> w, x, b = torch.tensor(2., requires_grad=True), torch.tensor(3.), torch.tensor(1., requires_grad=True)
>>> with torch.view.record() as picture:
...     u = w * x
...     v = u + b
...     a = torch.relu(v)
...     a.backward()
>>> print([edge.gradient.text for edge in picture.graph().edges if edge.gradient is not None])
['3.', '1.', '1.', '1.']
>>> picture.save("relu.html")  # doctest: +SKIP

In a notebook `picture` shows itself; saved as ``.html`` it is a page on which backward can be followed step by step.
"""

from __future__ import annotations

from .picture import Graph, graph
from .recording import record

__all__ = ["Graph", "graph", "record"]
