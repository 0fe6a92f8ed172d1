"""``torch.autograd.graph``: the graph as an object."""

from ..core.node import Node

__all__ = ["Node"]
