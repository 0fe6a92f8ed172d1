"""``torch._ops``: the classes of what stands in ``torch.ops.aten``."""

from .ops.language.aten import OpOverload, OpOverloadPacket

__all__ = ["OpOverload", "OpOverloadPacket"]
