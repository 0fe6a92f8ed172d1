"""View operations whose nodes have another name."""

from __future__ import annotations

from copy import copy
from typing import Any

from ...core.op import Op
from ...core.views import view_call


def renamed(call: Any, node: str) -> Any:
    """The view operation `call` with nodes called `node`: for what is computed at once here, and PyTorch ends otherwise."""
    origin: Op = call.op
    this = copy(origin)
    this._node, this.backward = node, lambda node, g, values: origin.backward(node, g, values)
    this.__dict__.pop("node_class", None)
    view: Any = view_call(this)
    view.__name__, view.op = call.__name__, this
    this.call = view
    return view
