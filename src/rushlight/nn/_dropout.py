"""Dropout in :mod:`nn.functional`. All raise ValueError for a probability that is not between 0 and 1."""

from __future__ import annotations

from .. import ops
from ..core import Tensor
from ..ops.support.options import warn_user

__all__ = [
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
]


def _check(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, zeros with probability `p` and the other elements over ``1 - p``; see :class:`~nn.Dropout`.

    Raises ValueError unless `p` is between 0 and 1.

    Example::

        >>> F.dropout(torch.ones(2), training=False)
        tensor([1., 1.])
    """
    if p < 0.0 or p > 1.0:
        _check(p)
    return ops.dropout_(input, p, training) if inplace else ops.dropout(input, p, training)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps mean 0 and variance 1; see :class:`~nn.AlphaDropout`.

    Raises ValueError unless `p` is between 0 and 1.

    Example::

        >>> F.alpha_dropout(torch.ones(2))
        tensor([1., 1.])
    """
    _check(p)
    return ops.alpha_dropout_(input, p, training) if inplace else ops.alpha_dropout(input, p, training)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """:func:`alpha_dropout` of whole channels (dimension 1); see :class:`~nn.FeatureAlphaDropout`.

    Raises ValueError unless `p` is between 0 and 1.

    Example::

        >>> F.feature_alpha_dropout(torch.ones(1, 2))
        tensor([[1., 1.]])
    """
    _check(p)
    function = ops.feature_alpha_dropout_ if inplace else ops.feature_alpha_dropout
    return function(input, p, training)


def _channels(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    return ops.feature_dropout_(input, p, training) if inplace else ops.feature_dropout(input, p, training)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels of ``(n, channels, length)`` or ``(channels, length)``; see :class:`~nn.Dropout1d`.

    Raises RuntimeError for another number of dimensions.

    Example::

        >>> F.dropout1d(torch.ones(1, 2), training=False)
        tensor([[1., 1.]])
    """
    _check(p)
    dim = input.dim()
    if dim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {dim}D input. Note that dropout1d exists to provide "
            "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch "
            "dimension (i.e. 2D or 3D inputs)."
        )
    if dim == 3:
        return _channels(input, p, training, inplace)
    out = _channels(input.unsqueeze_(0) if inplace else input.unsqueeze(0), p, training, inplace)
    return out.squeeze_(0) if inplace else out.squeeze(0)


def _warn_dimensions(name: str, dim: int, spatial: int) -> None:
    warn_user(
        f"{name}: Received a {dim}-D input to {name}, which is deprecated and will result in an error in a future "
        "release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"{name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel "
        f"dimension, and an optional batch dimension (i.e. {spatial + 1}D or {spatial + 2}D inputs)."
    )


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels of ``(n, channels, height, width)``; see :class:`~nn.Dropout2d`.

    Three dimensions are ``(n, channels, length)``, with a warning: PyTorch is going to take them for ``(channels, height,
    width)``. Other numbers of dimensions warn, too. Raises ValueError unless `p` is between 0 and 1.

    Example::

        >>> F.dropout2d(torch.ones(1, 1, 1, 2), training=False)
        tensor([[[[1., 1.]]]])
    """
    _check(p)
    dim = input.dim()
    if dim not in (3, 4):
        _warn_dimensions("dropout2d", dim, 2)
    if dim == 3:
        warn_user(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain "
            "the 1D channel-wise dropout behavior, please switch to using dropout1d instead."
        )
    return _channels(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels of ``(n, channels, depth, height, width)`` or without ``n``; see
    :class:`~nn.Dropout3d`.

    Other numbers of dimensions warn. Raises ValueError unless `p` is between 0 and 1.

    Example::

        >>> F.dropout3d(torch.ones(1, 1, 1, 2), training=False)
        tensor([[[[1., 1.]]]])
    """
    _check(p)
    dim = input.dim()
    if dim not in (4, 5):
        _warn_dimensions("dropout3d", dim, 3)
    if dim == 5:
        return _channels(input, p, training, inplace)
    out = _channels(input.unsqueeze_(0) if inplace else input.unsqueeze(0), p, training, inplace)
    return out.squeeze_(0) if inplace else out.squeeze(0)
