"""Where operations are not smooth: at kinks, ties, poles and ends, the gradient is one of those near by, or by formula.

PyTorch's choice among them is what `tests/parity` asks for, where PyTorch is.
"""

import pytest

from proofs import between, by_formula
from samples import all_samples

SAMPLES = [s for s in all_samples() if not s.smooth and any(a.dtype.kind in "fc" for a in s.inputs)]
#: No formula yet.
YET = {
    "ctc_loss-no path-d[6,3,4],l[3,3]", "embedding_bag-mode=sum,scale_grad_by_freq=True-d[5,3]",
    "embedding_bag-mode=mean,scale_grad_by_freq=True-d[5,3]", "max_unpool2d-unbatched-d[1,5,6]",
    "linalg_pinv-low-rank-d[3,3]", "linalg_lstsq-gelsd-d[3,3],d[3,2]", "binary_cross_entropy-d[3],d[3]",
    "embedding-l[3],d[4,3]",
}  # fmt: skip


@pytest.mark.parametrize(
    "sample", [pytest.param(s, marks=[pytest.mark.xfail] if str(s) in YET else []) for s in SAMPLES], ids=str
)
def test_gradient(sample):
    (by_formula if sample.gradient else between)(sample)
