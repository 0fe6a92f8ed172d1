"""The order in memory of the weights of convolutions."""

from __future__ import annotations

from ...arrays.types import memory_format as MemoryFormat
from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def _convert(module: Module, memory_format: MemoryFormat, kinds: tuple[type, ...]) -> Module:
    for layer in module.modules():
        if isinstance(layer, kinds):
            layer.weight.data = layer.weight.detach().clone().contiguous(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module: Module, memory_format: MemoryFormat) -> Module:
    """Bring the weights of all two-dimensional convolutions of `module` into this order.

    Example::

        >>> convert = nn.utils.convert_conv2d_weight_memory_format
        >>> convert(nn.Conv2d(8, 4, 3), torch.channels_last).weight.stride()
        (72, 1, 24, 8)
    """
    return _convert(module, memory_format, (Conv2d, ConvTranspose2d))


def convert_conv3d_weight_memory_format(module: Module, memory_format: MemoryFormat) -> Module:
    """Bring the weights of all three-dimensional convolutions of `module` into this order.

    Example::

        >>> convert = nn.utils.convert_conv3d_weight_memory_format
        >>> convert(nn.Conv3d(8, 4, 3), torch.channels_last_3d).weight.stride()
        (216, 1, 72, 24, 8)
    """
    return _convert(module, memory_format, (Conv3d, ConvTranspose3d))
