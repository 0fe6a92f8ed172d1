"""The functions behind the layers: stateless, with all that a module would keep as arguments.

Where a function takes `inplace`, its input is overwritten with the result.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import ops
from ..core import Tensor
from ..ops.elementwise import activation, inplace_activation
from ..ops.layout.shuffling import channel_shuffle, native_channel_shuffle, pixel_shuffle, pixel_unshuffle
from ..ops.neural.attention import scaled_dot_product_attention
from ..ops.neural.convolution import (
    conv1d,
    conv2d,
    conv3d,
    conv_tbc,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from ..ops.neural.padding import pad
from ..ops.reduction.distances import pdist
from ._attention import multi_head_attention_forward
from ._dropout import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from ._interpolation import affine_grid, grid_sample, interpolate, upsample, upsample_bilinear, upsample_nearest
from ._likelihoods import ctc_loss, gaussian_nll_loss, poisson_nll_loss
from ._linear_cross_entropy import linear_cross_entropy
from ._losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from ._margin_losses import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from ._normalization import batch_norm, group_norm, instance_norm, local_response_norm
from ._pooling import *  # noqa: F403
from ._pooling import __all__ as _pooling_functions
from ._softmax import gumbel_softmax, log_softmax, softmax, softmin
from ._sparse import embedding, embedding_bag

__all__ = [
    "affine_grid",
    "alpha_dropout",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "celu_",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_tbc",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "elu_",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "hinge_embedding_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "leaky_relu_",
    "linear",
    "linear_cross_entropy",
    "local_response_norm",
    "log_softmax",
    "logsigmoid",
    "margin_ranking_loss",
    "mish",
    "mse_loss",
    "multi_head_attention_forward",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "native_channel_shuffle",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pdist",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "rms_norm",
    "rrelu",
    "rrelu_",
    "scaled_dot_product_attention",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]

__all__ += _pooling_functions
# These are the operations themselves, under the names that they have here.
linear = ops.linear
bilinear = ops.bilinear
one_hot = ops.one_hot
normalize = ops.normalize
cosine_similarity = ops.cosine_similarity
pairwise_distance = ops.pairwise_distance
prelu = activation.prelu
glu = ops.glu
softsign = activation.softsign
tanhshrink = activation.tanhshrink
hardshrink = activation.hardshrink
softshrink = activation.softshrink
softplus = activation.softplus
logsigmoid = activation.log_sigmoid
relu_ = activation.relu_
hardtanh_ = activation.hardtanh_
elu_ = inplace_activation.elu_
selu_ = inplace_activation.selu_
leaky_relu_ = inplace_activation.leaky_relu_
celu_ = inplace_activation.celu_
threshold_ = inplace_activation.threshold_
rrelu_ = inplace_activation.rrelu_


def gelu(input: Tensor, *, approximate: str = "none", out: Tensor | None = None) -> Tensor:
    """The Gaussian error linear unit of every element; see :class:`~nn.GELU`.

    Raises:
        RuntimeError: if `approximate` is neither ``"none"`` nor ``"tanh"``.

    Example::

        >>> F.gelu(torch.tensor([-1.0, 2.0]))
        tensor([-0.1587,  1.9545])
    """
    return activation.gelu(input, approximate, out)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """The rectified linear unit of every element; see :class:`~nn.ReLU`.

    Example::

        >>> F.relu(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return activation.relu_(input) if inplace else activation.relu(input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Every element, or 0 below and 6 above; see :class:`~nn.ReLU6`.

    Example::

        >>> F.relu6(torch.tensor([-1.0, 9.0]))
        tensor([0., 6.])
    """
    return activation.relu6_(input) if inplace else activation.relu6(input)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Every element, or the nearer bound; see :class:`~nn.Hardtanh`. Raises ValueError if ``min_val > max_val``.

    Example::

        >>> F.hardtanh(torch.tensor([-3.0, 1.0]), -2.0, 2.0)
        tensor([-2.,  1.])
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return activation.hardtanh_(input, min_val, max_val) if inplace else activation.hardtanh(input, min_val, max_val)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """The exponential linear unit of every element; see :class:`~nn.ELU`.

    Example::

        >>> F.elu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """
    return inplace_activation.elu_(input, alpha) if inplace else activation.elu(input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """The scaled exponential linear unit of every element; see :class:`~nn.SELU`.

    Example::

        >>> F.selu(torch.tensor([-1.0, 2.0]))
        tensor([-1.1113,  2.1014])
    """
    return inplace_activation.selu_(input) if inplace else activation.selu(input)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    r"""`x` where positive, :math:`\alpha (e^{x / \alpha} - 1)` elsewhere (Barron, arXiv:1704.07483).

    Raises:
        RuntimeError: if `alpha` is zero.

    Example::

        >>> F.celu(torch.tensor([-1.0, 2.0]), 2.0)
        tensor([-0.7869,  2.0000])
    """
    return inplace_activation.celu_(input, alpha) if inplace else activation.celu(input, alpha)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Every element that is above `threshold`, and `value` in place of the others.

    Example::

        >>> F.threshold(torch.tensor([-1.0, 2.0]), 0.5, 9.0)
        tensor([9., 2.])
    """
    if inplace:
        return inplace_activation.threshold_(input, threshold, value)
    return activation.threshold(input, threshold, value)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """A sigmoid of straight lines: ``x / 6 + 1 / 2`` between 0 and 1.

    Example::

        >>> F.hardsigmoid(torch.tensor([-4.0, 0.0, 1.5]))
        tensor([0.0000, 0.5000, 0.7500])
    """
    return activation.hardsigmoid_(input) if inplace else activation.hardsigmoid(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Every element times its hard sigmoid (Howard et al., arXiv:1905.02244).

    Example::

        >>> F.hardswish(torch.tensor([-4.0, 1.5]))
        tensor([-0.0000, 1.1250])
    """
    return activation.hardswish_(input) if inplace else activation.hardswish(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Every element, times `negative_slope` where negative; see :class:`~nn.LeakyReLU`.

    Example::

        >>> F.leaky_relu(torch.tensor([-1.0, 2.0]), 0.1)
        tensor([-0.1000,  2.0000])
    """
    return (
        inplace_activation.leaky_relu_(input, negative_slope)
        if inplace
        else activation.leaky_relu(input, negative_slope)
    )


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """Every element, times a random slope where negative; see :class:`~nn.RReLU`.

    Raises:
        RuntimeError: if `lower` is above `upper`.

    Example::

        >>> F.rrelu(torch.tensor([-1.0, 2.0]), 0.1, 0.3)
        tensor([-0.2000,  2.0000])
    """
    return (inplace_activation.rrelu_ if inplace else ops.rrelu)(input, lower, upper, training)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Every element times its sigmoid; see :class:`~nn.SiLU`.

    Example::

        >>> F.silu(torch.tensor([-1.0, 2.0]))
        tensor([-0.2689,  1.7616])
    """
    return activation.silu_(input) if inplace else activation.silu(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Every element times the tanh of its softplus; see :class:`~nn.Mish`.

    Example::

        >>> F.mish(torch.tensor([-1.0, 2.0]))
        tensor([-0.3034,  1.9440])
    """
    return activation.mish_(input) if inplace else activation.mish(input)


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent of every element.

    Example::

        >>> F.tanh(torch.ones(1))
        tensor([0.7616])
    """
    return input.tanh()


def sigmoid(input: Tensor) -> Tensor:
    """The logistic function of every element.

    Example::

        >>> F.sigmoid(torch.zeros(1))
        tensor([0.5000])
    """
    return input.sigmoid()


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """The input normalised over its last dimensions; see :class:`~nn.LayerNorm`.

    Raises:
        RuntimeError: if the input does not end in `normalized_shape`, or a parameter has another shape.

    Example::

        >>> F.layer_norm(torch.tensor([1.0, 3.0]), (2,))
        tensor([-1.0000,  1.0000])
    """
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """The input over its root mean square of the last dimensions; see :class:`~nn.RMSNorm`.

    Raises:
        RuntimeError: if the input does not end in `normalized_shape`, or `weight` has another shape.

    Example::

        >>> F.rms_norm(torch.tensor([1.0, 7.0]), (2,))
        tensor([0.2000, 1.4000])
    """
    return ops.rms_norm(input, normalized_shape, weight, eps)
