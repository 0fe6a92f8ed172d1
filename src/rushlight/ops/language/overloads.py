"""PyTorch's names of operations: aten::sum.dim_IntList for what makes a SumBackward1.

The name of a node says which operation it is of; the table has those whose name does not follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from ...core.op import Op

_BY_NODE: dict[str, str] = dict([entry.split("=") for entry in """
    AdaptiveAvgPool2DBackward0=_adaptive_avg_pool2d AdaptiveAvgPool2DBackwardBackward0=_adaptive_avg_pool2d_backward
    AdaptiveAvgPool3DBackward0=_adaptive_avg_pool3d AdaptiveAvgPool3DBackwardBackward0=_adaptive_avg_pool3d_backward
    AddBackward0=add.Tensor AddBackward1=add.Scalar AsStridedBackward1=as_strided_
    BatchNormWithUpdateBackward0=_batch_norm_with_update BernoulliBackward1=bernoulli_.Tensor
    BernoulliBackward2=bernoulli_.float CauchyBackward0=cauchy_ CdistBackward0=_cdist_forward
    CdistBackwardBackward0=_cdist_backward CeluBackward1=celu_ ClampBackward0=clamp.Tensor
    ClampMaxBackward1=clamp_max.Tensor ClampMinBackward1=clamp_min.Tensor Col2ImBackward0=col2im ConjBackward0=_conj
    ConjPhysicalBackward0=_conj_physical CopysignBackward0=copysign.Tensor CopysignBackward1=copysign.Scalar
    CtcLossBackward0=_ctc_loss Deg2RadBackward0=deg2rad DivBackward0=div.Tensor DivBackward1=div.Scalar
    DivBackward2=div.Tensor_mode EluBackward1=elu_ EmbeddingBagBackward0=_embedding_bag
    EuclideanDistBackward0=_euclidean_dist ExponentialBackward0=exponential_ FftC2CBackward0=_fft_c2c
    FftC2RBackward0=_fft_c2r FftR2CBackward0=_fft_r2c FillBackward0=fill.Scalar FillBackward1=fill.Tensor
    FillBackward2=fill_.Scalar FillBackward3=fill_.Tensor FmodBackward0=fmod.Scalar FmodBackward1=fmod.Tensor
    FrexpBackward0=frexp.Tensor GeometricBackward0=geometric_ GridSampler2DBackward0=grid_sampler_2d
    GridSampler3DBackward0=grid_sampler_3d Im2ColBackward0=im2col IndexBackward0=index.Tensor
    IndexFillBackward0=index_fill.int_Scalar IndexFillBackward1=index_fill.int_Tensor
    IndexPutImplBackward0=_index_put_impl_ LdexpBackward0=ldexp.Tensor LeakyReluBackward1=leaky_relu_
    LerpBackward0=lerp.Scalar LerpBackward1=lerp.Tensor LinalgDetBackward0=_linalg_det
    LinalgEighBackward0=_linalg_eigh LinalgPinvBackward0=linalg_pinv.atol_rtol_tensor
    LinalgSlogdetBackward0=_linalg_slogdet LinalgSolveExBackward0=_linalg_solve_ex LinalgSvdBackward0=_linalg_svd
    Log1PBackward0=log1p LogNormalBackward0=log_normal_ LogSigmoidBackward0=log_sigmoid_forward
    LogSoftmaxBackward0=_log_softmax LogSoftmaxBackwardDataBackward0=_log_softmax_backward_data
    MaskedFillBackward0=masked_fill.Scalar MaskedFillBackward1=masked_fill.Tensor MaxBackward0=max.dim
    MeanBackward1=mean.dim MedianBackward1=median.dim MinBackward0=min.dim MulBackward0=mul.Tensor
    MulBackward1=mul.Scalar MultilabelMarginLossBackward0=multilabel_margin_loss_forward
    NanmedianBackward1=nanmedian.dim NativeBatchNormLegitBackward0=_native_batch_norm_legit
    NativeBatchNormLegitBackward1=_native_batch_norm_legit.no_stats NllLoss2DBackward0=nll_loss2d_forward
    NllLossBackward0=nll_loss_forward NormBackward1=norm.ScalarOpt_dim NormalBackward0=normal_
    NormalBackward1=normal.Tensor_float NormalBackward2=normal.float_Tensor NormalBackward3=normal.Tensor_Tensor
    PackPaddedSequenceBackward0=_pack_padded_sequence PdistBackward0=_pdist_forward
    PdistBackwardBackward0=_pdist_backward PowBackward0=pow.Tensor_Scalar PowBackward1=pow.Tensor_Tensor
    PowBackward2=pow.Scalar PreluKernelBackward0=_prelu_kernel ProdBackward1=prod.dim_int RandomBackward0=random_.from
    RandomBackward1=random_.to RandomBackward2=random_ RemainderBackward0=remainder.Scalar
    RemainderBackward1=remainder.Tensor ReshapeAliasBackward0=_reshape_alias RoundBackward1=round.decimals
    RreluWithNoiseBackward1=rrelu_with_noise_ RsubBackward0=rsub.Tensor RsubBackward1=rsub.Scalar
    SafeSoftmaxBackward0=_safe_softmax
    ScaledDotProductFlashAttentionForCpuBackward0=_scaled_dot_product_flash_attention_for_cpu
    ScatterBackward0=scatter.src ScatterBackward1=scatter.value ScatterReduceBackward0=scatter_reduce.two
    SelectBackward0=select.int SliceBackward0=slice.Tensor SoftmaxBackward0=_softmax
    SoftmaxBackwardDataBackward0=_softmax_backward_data SortBackward1=sort.stable SpecialI0EBackward0=special_i0e
    SpecialI1EBackward0=special_i1e SpecialXlog1PyBackward0=special_xlog1py
    SpecialXlog1PyBackward1=special_xlog1py.self_scalar SpecialXlog1PyBackward2=special_xlog1py.other_scalar
    SpecialZetaBackward1=special_zeta.self_scalar SpecialZetaBackward2=special_zeta.other_scalar
    SplitBackward0=split.Tensor SqueezeBackward1=squeeze.dim SqueezeBackward2=squeeze.dims SqueezeBackward3=squeeze_
    SqueezeBackward4=squeeze_.dim SqueezeBackward5=squeeze_.dims StandardGammaBackward0=_standard_gamma
    StandardGammaGradBackward0=_standard_gamma_grad StdBackward0=std.correction StdMeanBackward0=std_mean.correction
    SubBackward0=sub.Tensor SubBackward1=sub.Scalar SumBackward1=sum.dim_IntList TBackward1=t_
    ThresholdBackward1=threshold_ ToCopyBackward0=_to_copy TransposeBackward0=transpose.int
    TransposeBackward1=transpose_ UnbindBackward0=unbind.int UniformBackward0=uniform_ Unique2Backward0=_unique2
    UnsafeMaskedIndexBackward0=_unsafe_masked_index
    UnsafeMaskedIndexPutAccumulateBackward0=_unsafe_masked_index_put_accumulate UnsafeViewBackward0=_unsafe_view
    UnsqueezeBackward1=unsqueeze_ UpsampleBicubic2DAaBackward0=_upsample_bicubic2d_aa
    UpsampleBicubic2DAaBackwardBackward0=_upsample_bicubic2d_aa_backward
    UpsampleBilinear2DAaBackward0=_upsample_bilinear2d_aa
    UpsampleBilinear2DAaBackwardBackward0=_upsample_bilinear2d_aa_backward
    UpsampleLanczos2DAaBackward0=_upsample_lanczos2d_aa
    UpsampleLanczos2DAaBackwardBackward0=_upsample_lanczos2d_aa_backward
    UpsampleNearestExact1DBackward0=_upsample_nearest_exact1d
    UpsampleNearestExact1DBackwardBackward0=_upsample_nearest_exact1d_backward
    UpsampleNearestExact2DBackward0=_upsample_nearest_exact2d
    UpsampleNearestExact2DBackwardBackward0=_upsample_nearest_exact2d_backward
    UpsampleNearestExact3DBackward0=_upsample_nearest_exact3d
    UpsampleNearestExact3DBackwardBackward0=_upsample_nearest_exact3d_backward VarBackward0=var.correction
    VarMeanBackward0=var_mean.correction WeightNormInterfaceBackward0=_weight_norm_interface WhereBackward0=where.self
    XlogyBackward0=xlogy.Tensor XlogyBackward1=xlogy.Scalar_Self XlogyBackward2=xlogy.Scalar_Other ZeroBackward0=zero_
""".split()])

#: The names in the table.
NAMES = tuple(_BY_NODE.values())

#: Operations that do at once what are several in PyTorch, and the one of these that counts.
_JOINED = {"contract": "bmm", "vm": "mm", "circular_pad": "copy_", "unpooled_elements": "max_unpool2d"}
#: Operations without a derivative that have one overload for tensors and one for numbers.
_COMPARISONS = frozenset(
    "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor eq ge gt le lt ne".split()
)


def overload_name(op: Op, arguments: Sequence[Any]) -> str:
    """The name and the overload of the operation that PyTorch calls: ``sum.dim_IntList``."""
    if op.name in _COMPARISONS:
        return f"{op.name}.{'Tensor' if hasattr(arguments[1], 'dtype') else 'Scalar'}"
    name = _name(op)
    return name if "." in name else f"{name}.default"


def aten_name(op: Op) -> str:
    """The name of the operation in PyTorch, of all its overloads: ``sum``."""
    return _name(op).partition(".")[0]


@cache
def _name(op: Op) -> str:
    """The name, with the overload unless that is the default one."""
    if op.name in _JOINED:
        return _JOINED[op.name]
    node = op.node_class.__name__
    if node in _BY_NODE:
        return _BY_NODE[node]
    base, derivative, number = node.rpartition("Backward")
    if not derivative or not number.isdigit():
        return op.name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"(\d)D", r"\1d", base)).lower()  # conv2d, not conv2_d
