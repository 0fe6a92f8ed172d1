"""Channels into space and back (W. Shi et al., arXiv:1609.05158), and channels among groups (X. Zhang et al.,
arXiv:1707.01083)."""

from __future__ import annotations

from typing import Any

from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_int, check_tensor

__all__ = ["channel_shuffle", "native_channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


def _shuffled(x: Any, r: int) -> Any:
    *lead, c, h, w = x.shape
    blocks = x.reshape(*lead, c // (r * r), r, r, h, w)
    n = len(lead)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return blocks.transpose(order).copy().reshape(*lead, c // (r * r), h * r, w * r)


def _unshuffled(x: Any, r: int) -> Any:
    *lead, c, h, w = x.shape
    blocks = x.reshape(*lead, c, h // r, r, w // r, r)
    n = len(lead)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return blocks.transpose(order).copy().reshape(*lead, c * r * r, h // r, w // r)


_shuffle = op("pixel_shuffle", _shuffled, "PixelShuffleBackward0", {
    "x": lambda g, r: _unshuffle(g, r),
}, saved_as={"r": "upscale_factor"})  # fmt: skip
_unshuffle = op("pixel_unshuffle", _unshuffled, "PixelUnshuffleBackward0", {
    "x": lambda g, r: _shuffle(g, r),
}, saved_as={"r": "downscale_factor"})  # fmt: skip


def _regrouped(x: Any, groups: int) -> Any:
    n, c, *rest = x.shape
    blocks = x.reshape(n, groups, c // groups, *rest).swapaxes(1, 2)
    return blocks.copy().reshape(x.shape)


_channel_shuffle = op("channel_shuffle", _regrouped, "ChannelShuffleBackward0", {
    "x": lambda g, x_shape, groups: _channel_shuffle(g, x_shape[1] // groups),
})  # fmt: skip


def _check_pixels(name: str, input: Tensor, factor: int, word: str) -> tuple[int, ...]:
    check_tensor(name, input)
    check_int(name, factor, word, 2)
    shape = input._data.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {word}, but got {factor}")
    return shape


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Elements of channels become blocks of pixels: (..., c r², h, w) to (..., c, h r, w r), with r = `upscale_factor`.

    Raises RuntimeError if the channels are no multiple of r², and for less than three dimensions.

    >>> torch.pixel_shuffle(torch.arange(4.0).reshape(1, 4, 1, 1), 2)
    tensor([[[[0., 1.],
              [2., 3.]]]])
    """
    shape = _check_pixels("pixel_shuffle", input, upscale_factor, "upscale_factor")
    square = upscale_factor * upscale_factor
    if shape[-3] % square:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={shape[-3]} is not divisible by {square}"
        )
    return _shuffle(input, upscale_factor)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Blocks of pixels become elements of channels: (..., c, h r, w r) to (..., c r², h, w), with r = `downscale_factor`.

    The inverse of `pixel_shuffle`. Raises RuntimeError if a side is no multiple of r, and for less than three dimensions.

    >>> torch.pixel_unshuffle(torch.arange(4.0).reshape(1, 1, 2, 2), 2).shape
    torch.Size([1, 4, 1, 1])
    """
    shape = _check_pixels("pixel_unshuffle", input, downscale_factor, "downscale_factor")
    for word, dim in (("height", -2), ("width", -1)):
        if shape[dim] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {word} to be divisible by downscale_factor, but input.size({dim})="
                f"{shape[dim]} is not divisible by {downscale_factor}"
            )
    return _unshuffle(input, downscale_factor)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """The channels (dimension 1) of all groups in turn: the first of each, the second of each, ...; (n, c, ...) to the same.

    Raises RuntimeError if the channels do not divide into the groups, and for less than three dimensions.

    >>> torch.channel_shuffle(torch.arange(4.0).reshape(1, 4, 1), 2).flatten()
    tensor([0., 2., 1., 3.])
    """
    check_tensor("channel_shuffle", input)
    check_int("channel_shuffle", groups, "groups", 2)
    shape = input._data.shape
    if len(shape) <= 2:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    if shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups."
        )
    return _channel_shuffle(input, groups)


native_channel_shuffle = channel_shuffle
