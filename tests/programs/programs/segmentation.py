"""Segmentation: a network, overlaps and focal losses, metrics, boxes."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.InstanceNorm2d(8, affine=True), nn.LeakyReLU(0.1))
        self.up = nn.ConvTranspose2d(8, 8, 3, stride=2, padding=1, output_padding=(0, 1))
        self.outc = nn.Conv2d(9, 3, 1)

    def forward(self, x):
        return self.outc(torch.cat([x, self.up(self.down(x)).relu()], 1))


def dice(p, y):
    return (2 * (p * y).sum((0, 2, 3)) + 1e-6) / (p.sum((0, 2, 3)) + y.sum((0, 2, 3)) + 1e-6)


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None, reduction="mean"):
        super().__init__()
        self.gamma, self.reduction = gamma, reduction
        self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha))

    def forward(self, x, y):
        logpt = F.log_softmax(x, 1).gather(1, y.unsqueeze(1)).squeeze(1)
        pt = logpt.exp()
        l = -((1 - pt) ** self.gamma) * logpt
        l = l if self.alpha is None else l * self.alpha[y]
        return getattr(l, self.reduction)() if self.reduction != "none" else l


def lovasz_grad(g):
    g = g.float()
    j = 1 - (g.sum() - g.cumsum(0)) / (g.sum() + (1 - g).cumsum(0))
    return torch.cat([j[:1], j.diff()])


def lovasz(prob, lab):
    ls = []
    for c in lab.unique():
        fg = (lab == c).float()
        e = (fg - prob[:, c]).abs()
        es, perm = torch.sort(e, 0, descending=True)
        ls.append(torch.dot(es, lovasz_grad(fg[perm.data])))
    return torch.stack(ls).mean()


net = Net()
x, y = torch.randn(2, 1, 9, 10), torch.randint(3, (2, 9, 10))
y[0, 0] = 255
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3, weight_decay=1e-8, momentum=0.9, foreach=True)
sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, "max", patience=1, factor=0.5, threshold=0.01)
valid = y != 255
ys = y.clamp(max=2)
for i in range(5):
    out = net(x)
    ce = nn.CrossEntropyLoss(ignore_index=255)(out, y)
    pr = F.softmax(out, dim=1)
    oh = F.one_hot(ys, 3).permute(0, 3, 1, 2).float()
    dl = 1 - dice(pr, oh).mean()
    fl = FocalLoss(alpha=[0.2, 0.3, 0.5])(out, ys)
    lv = lovasz(pr.permute(0, 2, 3, 1)[valid], y[valid])
    tv = (
        3.0
        * (
            1
            - (pr * oh).sum((2, 3))
            / ((pr * oh).sum((2, 3)) + 0.3 * (pr * (1 - oh)).sum((2, 3)) + 0.7 * ((1 - pr) * oh).sum((2, 3)) + 1)
        )
    ).mean()
    bd = F.binary_cross_entropy_with_logits(out[:, 0], (ys == 0).float(), pos_weight=torch.tensor(2.0), reduction="none")[
        valid
    ].mean()
    total = ce + dl + fl + lv + 0.1 * tv + bd
    opt.zero_grad(set_to_none=True)
    total.backward()
    g = nn.utils.clip_grad_value_(net.parameters(), 0.5)
    opt.step()
    sch.step(1 - dl.item())
    print(
        f"{i} ce {ce:.3f} dice {dl:.3f} focal {fl:.3f} lov {lv:.3f} tv {tv:.3f} bce {bd:.3f} lr {opt.param_groups[0]['lr']:.6f} bad {sch.num_bad_epochs}"
    )
out = net(x)
print(net)
print(sch.state_dict()["best"].__round__(3), sum(p.numel() for p in net.parameters()))
pred = out.argmax(1)
cm = torch.bincount(3 * ys[valid] + pred[valid], minlength=9).reshape(3, 3)
iou = cm.diag() / (cm.sum(0) + cm.sum(1) - cm.diag())
print(cm, iou.nanmean(), cm.diag().sum() / cm.sum(), cm.diag().true_divide(cm.sum(1)))
for gm in (0.0, 1.0, 5.0):
    print(FocalLoss(gm)(out, ys), FocalLoss(gm, reduction="sum")(out[:1], ys[:1]))
hem = F.cross_entropy(out, ys, reduction="none").flatten().topk(10).values.mean()
print(hem, torch.autograd.grad(hem, net.outc.bias, retain_graph=True))
w = torch.tensor([1.0, 2.0, 3.0])
print(
    [round(F.cross_entropy(out, y, w, ignore_index=255, reduction=r).sum().item(), 3) for r in ("mean", "sum", "none")],
    F.cross_entropy(out, oh, w, label_smoothing=0.2),
    F.multilabel_margin_loss(torch.rand(2, 4), torch.tensor([[0, 2, -1, 1], [1, -1, 0, 0]])),
    F.multi_margin_loss(torch.rand(2, 4), torch.tensor([1, 3]), p=2),
    F.soft_margin_loss(torch.randn(3), torch.tensor([1.0, -1, 1])),
    F.multilabel_soft_margin_loss(torch.randn(2, 3), torch.eye(2, 3)),
    F.poisson_nll_loss(torch.rand(3), torch.tensor([1.0, 2, 3]), full=True),
    F.gaussian_nll_loss(torch.rand(3), torch.rand(3), torch.rand(3) + 0.1, full=True),
    F.huber_loss(torch.rand(3) * 4, torch.zeros(3), delta=0.5),
    F.smooth_l1_loss(torch.ones(2), torch.zeros(2), beta=0.0),
    F.ctc_loss(
        torch.randn(6, 2, 5).log_softmax(2), torch.tensor([[1, 2, 2], [3, 1, 0]]), torch.tensor([6, 6]), torch.tensor([3, 2])
    ),
)
boxes = torch.rand(6, 4).sort(-1).values[:, [0, 1, 2, 3]]
area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
lt, rb = torch.max(boxes[:, None, :2], boxes[:, :2]), torch.min(boxes[:, None, 2:], boxes[:, 2:])
wh = (rb - lt).clamp(min=0)
inter = wh.prod(-1)
iou = inter / (area[:, None] + area - inter)
sc = torch.rand(6)
order, keep = sc.argsort(descending=True), []
while order.numel():
    i = order[0]
    keep.append(i.item())
    order = order[1:][iou[i, order[1:]] <= 0.3]
print(keep, iou.triu(1).max(), torch.nonzero(iou > 0.3, as_tuple=True)[0].shape, torch.where(iou > 0.9)[0])
