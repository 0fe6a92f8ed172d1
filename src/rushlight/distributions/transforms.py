"""Invertible functions of tensors, with the logarithms of their Jacobian determinants.

A `Transform` ``t`` computes ``y = t(x)`` and ``x = t.inv(y)``; ``t.log_abs_det_jacobian(x, y)`` is log |dy/dx|, summed
over the last dimensions that make one value of its `domain`.

>>> t = ComposeTransform([ExpTransform(), AffineTransform(1.0, 2.0)])
>>> x = torch.tensor(0.0)
>>> t(x), t.inv(t(x)), t.log_abs_det_jacobian(x, t(x))
(tensor(3.), tensor(0.), tensor(0.6931))
"""

from ._elementwise_transforms import (
    AbsTransform,
    AffineTransform,
    ExpTransform,
    PowerTransform,
    SigmoidTransform,
    SoftplusTransform,
    TanhTransform,
)
from ._joined_transforms import CatTransform, StackTransform
from ._transform import (
    ComposeTransform,
    CumulativeDistributionTransform,
    IndependentTransform,
    ReshapeTransform,
    Transform,
    _InverseTransform,  # noqa: F401
    identity_transform,
)
from ._vector_transforms import (
    CorrCholeskyTransform,
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    SoftmaxTransform,
    StickBreakingTransform,
)

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "CatTransform",
    "ComposeTransform",
    "CorrCholeskyTransform",
    "CumulativeDistributionTransform",
    "ExpTransform",
    "IndependentTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "PowerTransform",
    "ReshapeTransform",
    "SigmoidTransform",
    "SoftmaxTransform",
    "SoftplusTransform",
    "StackTransform",
    "StickBreakingTransform",
    "TanhTransform",
    "Transform",
    "identity_transform",
]
