"""Losses as programs, under both packages: what they print, and what they refuse in which words."""

import pytest

torch = pytest.importorskip("torch")
from parity.expressions import differences  # noqa: E402

GIVEN = """
F, T = torch.nn.functional, torch.tensor
x = T([[1.5, -2.0, 0.25, -1.0], [0.5, -1.25, -0.75, 0.0], [-0.5, -0.25, 2.0, 1.0]])
y = T([[0.5, 2.0, -0.25, 1.0], [1.5, -0.25, 0.75, 1.0], [0.5, 0.25, 1.0, -1.0]])
v, s, c = y.abs(), T([1, -1, 1]), T([0, 1, 3])
labels = T([[0, 3, -1, 1], [1, -1, -1, -1], [-1, 0, 0, 0]])
"""

CLASSES = """
m = F.multi_margin_loss
(m(x, c), m(x, c, reduction="none"), m(x, c, 2, 0.5, T([1.0, 2, 3, 4]), reduction="sum"))
(m(x[0], T(2)), m(x[0], T([2]), reduction="none"), m(x[0, 0], T(0)), m(x[:0], c[:0], reduction="none"))
m(x, c, weight=T([1.0, 2, 3]))
m(x, c, weight=torch.ones(1, 4))
m(x, c, weight=torch.ones(4, requires_grad=True))
m(x, c, weight=torch.ones(4, dtype=torch.float64))
m(x, c, p=3)
m(x[None], c)
m(x, c[:2])
m(x, c[None])
m(x, c[:, None])
m(x, c + 1)
m(x, c - 1)
m(x, c.int())
m(x.long(), c)
m(x.half(), c)
m(x[:, :0], c)
m(x[0, :0], c[0])
m(None, c)
m(x, None)
torch.nn.MultiMarginLoss(p=3)
torch.nn.MultiMarginLoss(weight=torch.ones(1, 4))
m = F.multilabel_margin_loss
(m(x, labels), m(x, labels, reduction="none"), m(x, labels, reduction="sum"), m(x, T([[0, 0, -1, 1]] * 3)))
(m(x[0], labels[0]), m(x[0, 0], T(0)), m(x[0, 0], T([0]), reduction="none"), m(x[0, :1], T(0)))
m(x, labels[:2])
m(x, labels[0])
m(x[0], labels)
m(x[0], labels[:1])
m(x[None], labels[None])
m(x, labels + 1)
m(x, labels - 1)
m(x, labels.int())
m(x.long(), labels)
m(x.bfloat16(), labels)
m(x[:, :0], labels[:, :0])
m = F.multilabel_soft_margin_loss
(m(x, v), m(x, v, v, reduction="none"), m(x[0], v[0]), m(x[None], v[None], reduction="none"), m(x, v, size_average=False))
m(x, v, reduction="all")
m(x[0, 0], v[0, 0])
m(x.long(), v)
"""

PAIRS = """
m = F.soft_margin_loss
(m(x, y.sign()), m(x, y, reduction="none"), m(x, y[0], reduction="sum"), m(x[:0], y[:0]), m(x, y > 0), m(x, y.double()))
m(x[0], y)
m(x, y[:2])
m(x.long(), y)
m(x > 0, y > 0)
m(x, y.clone().requires_grad_())
m(x, y, reduction="all")
m = F.cosine_embedding_loss
(m(x, y, s), m(x, y, s, 0.1, reduction="none"), m(x[0], y[0], s[0]), m(x, y[:1], s), m(x.long(), y.long(), s), m(0 * x, y, s))
m(x, y, s[None])
m(x[0], y[0], s)
m(x, y, s[0])
m(x, y[0], s)
m(x, y, s[:2])
m(x + 0j, y + 0j, s)
m(x, y, None)
m = F.hinge_embedding_loss
(m(x, y.sign()), m(x, y.sign()[0], 0.1, reduction="none"), m(x.long(), y, reduction="none"), m(x, y, reduction="none"))
m(x, y[:2])
m(x > 0, y)
m(None, y)
m = F.margin_ranking_loss
(m(x, y, v), m(x, y[:1], v, 0.5, reduction="none"), m(x.long(), y.long(), v.long(), 0.5, reduction="none"))
m(x, y[0], v)
m(x, y, v[0])
m(x, y[:2], v)
m(x, y, v > 0)
m = F.triplet_margin_loss
(m(x, y, v), m(x, y, v, 0.5, 1, 0.1, True, reduction="none"), m(x, y[:1], v), m(x[0], y[0], v[0]), m(x, y, v, p=float("inf")))
m(x, y, v, margin=0)
m(x, y, v[0])
m(x, y[:2], v)
m = F.triplet_margin_with_distance_loss
(m(x, y, v), m(x, y, v, distance_function=lambda a, b: (a - b).abs().amax(-1), swap=True, reduction="none"))
m(x, y, v, margin=0)
m(x, y, v[0])
m(x, y, v, reduction="all")
torch.nn.TripletMarginLoss(margin=0)
torch.nn.TripletMarginWithDistanceLoss(margin=-1)
(torch.cosine_embedding_loss(x, y, s), torch.hinge_embedding_loss(x, s[:, None], 1.0, 1), torch.kl_div(x, v, 2))
torch.kl_div(x, v, "mean")
torch.margin_ranking_loss(x, y, v, 0.0, "mean")
"""

LIKELIHOODS = """
m = F.poisson_nll_loss
(m(x, v), m(x, v, reduction="none"), m(v, 3 * v, False, True, eps=0.1, reduction="none"), m(x.long(), v.long()))
m(x, v[:2])
m(x, v, reduction="all")
m(None, v)
m = F.gaussian_nll_loss
(m(x, y, v), m(x, y, v, True, 0.3, "none"), m(x, y, 0.5), m(x, y, v[:, 0]), m(x, y, v[:, :1]), m(x, y, v[:1]))
m(x, y, -0.5)
m(x, y, -v)
m(x, y, v[0])
m(x, y, v[:2])
m(x, y, v, reduction="all")
m(x.clone().requires_grad_(), y, v)
p = x[:, None].expand(3, 2, 4).log_softmax(-1)
m, t, n = F.ctc_loss, T([[1], [2]]), T([1, 1])
(m(p, t, (3, 2), (1, 1)), m(p, t, T([3, 2]), n, reduction="none"), m(p[:, 0], t[0], T(3), T(1)), m(p, T([1, 2]), (3, 3), (1, 1)))
m(p, t, (3, 2), (1, 0), 3, "sum")
m(p, T([[1, 1], [1, 2]]), (2, 3), (2, 2), reduction="none")
m(p, T([[1, 1], [1, 2]]), (2, 3), (2, 2), reduction="none", zero_infinity=True)
m(p, t, T([3.0, 3]), n)
m(p, t, (4, 3), (1, 1))
m(p, t, (3, -1), (1, 1))
m(p, t, (3, 3), (2, 1))
m(p, t, (3,), (1, 1))
m(p, t[:1], (3, 3), (1, 1))
m(p, T([1]), (3, 3), (1, 1))
m(p, t[None], (3, 3), (1, 1))
m(p, t, (3, 3), (1, 1), blank=4)
m(p.half(), t, (3, 3), (1, 1))
m(p.long(), t, (3, 3), (1, 1))
m(p[None], t, (3, 3), (1, 1))
m(p[:0], t, (0, 0), (1, 1))
m(p, t, (3, 3), (1, 1), reduction="all")
m = F.linear_cross_entropy
(m(x, y, T([0, 1, 2])), m(x, y, T([0, 1, 2]), linear_bias=T([1.0, 2, 3]), reduction="none"), m(x[0], y, T(1), label_smoothing=0.1))
m(x, torch.stack([y, x]), T([[0, 1, 1], [1, 0, 0], [1, 1, 1]]), reduction="none")
m(x, y, v[:, :3], weight=T([1.0, 2, 3]))
m(x, y, v[:, :3], ignore_index=1)
m(x[None], y, T([0, 1, 2]))
m(x, y[0], T([0, 1, 2]))
m(x, y[:, :3], T([0, 1, 2]))
m(x, y, T([0, 1, 2]), linear_bias=T([1.0, 2]))
m(x[0], torch.stack([y, x]), T([0, 1, 1]))
O = torch.nn.LinearCrossEntropyOptions
(O(), m(x, y, T([0, 1, 2]), options=O()), m(x, y, T([0, 1, 2]), options=O(chunking_method="aspect_ratio:2"), reduction="none"))
O(acc_policy="other")
O(chunking_method="aspect_ratio:0")
O(batch_chunk_size=-1)
O(acc_dtype=torch.int64)
m(x, y, T([0, 1, 2]), options=O(batch_chunk_size=7, chunking_method="aspect_ratio"))
m(x, y, T([0, 1, 2]), options=O(acc_dtype=torch.float64))
m(x, y, T([0, 1, 3]), options=O())
torch.nn.LinearCrossEntropyLoss(4, 3, weight=torch.ones(2))
torch.nn.LinearCrossEntropyLoss(4, 3, label_smoothing=2.0)
torch.nn.LinearCrossEntropyLoss(4, 3, out_features=(2, 5), bias=True, options=O())
"""

ADAPTIVE = """
A, _ = torch.nn.AdaptiveLogSoftmaxWithLoss, torch.manual_seed(0)
a, x, T = A(8, 12, [3, 6, 9], div_value=2.0), torch.randn(6, 8), torch.tensor
a
(a(x, T([0, 2, 4, 7, 11, 3])), a(x, T([0, 2, 1, 0, 1, 1])), a(x, T([10, 10, 10, 9, 9, 11])), a(x[0], T(10)), a(x[0], T(1)))
(a.log_prob(x), a.predict(x), a.predict(9 * x))
a.reset_parameters()
a.log_prob(x)
a(x, T([0, 2, 4, 7, 12, 3]))
a(x, T([0, 2, 4, 7, -1, 3]))
a(x, T([0, 2, 4]))
a(x[None], T([0]))
a(x, T(0))
a(x, T([[0]]))
A(8, 12, [])
A(8, 12, [3, 2])
A(8, 12, [0, 2])
A(8, 12, [12])
A(8, 12, [2, 2])
A(8, 12, [2.5])
A(8, 12, (1,)).cutoffs
"""


@pytest.mark.parametrize("program", [CLASSES, PAIRS, LIKELIHOODS], ids=["classes", "pairs", "likelihoods"])
def test_losses(program):
    found = differences(torch, GIVEN + program)
    assert not found, "\n".join(found)


def test_adaptive_softmax():
    found = differences(torch, ADAPTIVE)
    assert not found, "\n".join(found)
