"""Contrastive losses, siamese and momentum encoders, prototypes, distillation, metric learning, retrieval."""

import copy

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class Encoder(nn.Module):
    def __init__(self, out=8):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.SiLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3, padding="same", padding_mode="reflect"), nn.InstanceNorm2d(8, affine=True), nn.Hardswish(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        )
        self.projection = nn.Sequential(nn.Linear(8, 8), nn.ReLU(inplace=True), nn.Linear(8, out))

    def forward(self, x):
        return F.normalize(self.projection(self.features(x)), dim=-1)


def augment(x):
    flip = torch.rand(x.size(0)) < 0.5
    x = torch.where(flip[:, None, None, None], x.flip(-1), x)
    theta = torch.eye(2, 3).repeat(x.size(0), 1, 1) + 0.1 * torch.randn(x.size(0), 2, 3)
    x = F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), padding_mode="border", align_corners=False)
    return x + 0.05 * torch.randn_like(x)


# SimCLR
def nt_xent(z1, z2, temperature=0.5):
    n = z1.size(0)
    z = torch.cat([z1, z2])
    logits = (z @ z.T) / temperature
    logits.fill_diagonal_(float("-inf"))
    target = torch.arange(2 * n).roll(n)
    return F.cross_entropy(logits, target)


images = torch.rand(6, 1, 8, 8)
model = Encoder()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9, weight_decay=1e-4)
for step in range(6):
    loss = nt_xent(model(augment(images)), model(augment(images)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"simclr {step} {loss.item():.3f}")

# MoCo: a momentum encoder and a queue
student, teacher = Encoder(), Encoder()
teacher.load_state_dict(student.state_dict())
for p in teacher.parameters():
    p.requires_grad = False
queue = F.normalize(torch.randn(8, 12), dim=0)
pointer = torch.zeros(1, dtype=torch.long)
optimizer = torch.optim.Adam(student.parameters(), lr=1e-2)
for step in range(3):
    q = student(augment(images))
    with torch.no_grad():
        for slow, fast in zip(teacher.parameters(), student.parameters()):
            slow.data = slow.data * 0.99 + fast.data * 0.01
        order = torch.randperm(6)
        k = teacher(augment(images)[order])[order.argsort()]
    positive = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1)
    negative = torch.einsum("nc,ck->nk", [q, queue.clone().detach()])
    logits = torch.cat([positive, negative], dim=1) / 0.07
    loss = F.cross_entropy(logits, torch.zeros(6, dtype=torch.long))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    at = int(pointer)
    queue[:, at : at + 6] = k.T
    pointer[0] = (at + 6) % 12
    print(f"moco {step} {loss.item():.3f} {pointer.item()} {(logits.argmax(1) == 0).float().mean().item():.2f}")

# CLIP: two towers, a learned temperature
text = nn.Sequential(nn.EmbeddingBag(20, 8, mode="mean"), nn.Linear(8, 8, bias=False))
scale = nn.Parameter(torch.tensor(2.6593))
captions = torch.randint(0, 20, (6, 5))
optimizer = torch.optim.AdamW([*text.parameters(), scale], lr=0.05)
targets = torch.arange(6)
with torch.no_grad():
    pictures = model(images)
for step in range(4):
    words = F.normalize(text(captions), dim=-1)
    logits = scale.exp() * pictures @ words.t()
    loss = (F.cross_entropy(logits, targets) + F.cross_entropy(logits.t(), targets)) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        scale.clamp_(0, 4.6052)
    print(f"clip {step} {loss.item():.3f} scale {scale.item():.4f}")

# triplets, margins, prototypes, centres
anchor, positive, negative = (torch.randn(5, 4, requires_grad=True) for _ in range(3))
losses = {
    "triplet": nn.TripletMarginLoss(margin=1.0, swap=True)(anchor, positive, negative),
    "distance": nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: 1 - F.cosine_similarity(a, b))(
        anchor, positive, negative
    ),
    "cosine": nn.CosineEmbeddingLoss(margin=0.2)(anchor, positive, torch.tensor([1, -1, 1, -1, 1])),
    "ranking": nn.MarginRankingLoss(0.1)(anchor.sum(1), positive.sum(1), torch.ones(5)),
    "hinge": nn.HingeEmbeddingLoss()(F.pairwise_distance(anchor, positive), torch.tensor([1, 1, -1, -1, 1])),
}
for name, loss in losses.items():
    print(name, loss, [g is None or round(g.norm().item(), 4) for g in torch.autograd.grad(loss, (anchor, positive, negative), allow_unused=True)])
labels = torch.tensor([0, 1, 0, 1, 1])
prototypes = torch.zeros(2, 4).index_add(0, labels, anchor.detach()) / torch.bincount(labels).unsqueeze(1)
distances = torch.cdist(anchor, prototypes)
print(F.nll_loss((-distances).log_softmax(1), labels), distances.argmin(1), distances.topk(1, largest=False).indices.squeeze())


class ArcFace(nn.Module):
    def __init__(self, features, classes, s=10.0, m=0.3):
        super().__init__()
        self.weight, self.s, self.m = nn.Parameter(torch.empty(classes, features)), s, m
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight)).clamp(-1 + 1e-7, 1 - 1e-7)
        angle = torch.acos(cosine)
        one_hot = torch.zeros_like(cosine).scatter_(1, label.view(-1, 1), 1.0)
        return F.cross_entropy(self.s * torch.cos(angle + one_hot * self.m), label)


arc = ArcFace(4, 2)
loss = arc(anchor, labels)
loss.backward()
print(loss, arc.weight.grad)

# distillation, BYOL's stop-gradient, Barlow twins, VICReg
big, small = nn.Linear(4, 3), nn.Linear(4, 3)
with torch.no_grad():
    soft = F.softmax(big(anchor) / 2, dim=-1)
loss = F.kl_div(F.log_softmax(small(anchor) / 2, dim=-1), soft, reduction="batchmean") * 4
loss.backward()
print(loss, small.weight.grad.abs().sum(), big.weight.grad)
online, target = nn.Linear(4, 4), nn.Linear(4, 4)
byol = 2 - 2 * F.cosine_similarity(online(anchor.detach()), target(positive.detach()).detach(), dim=-1).mean()
byol.backward()
print(byol, target.weight.grad)
a, b = nn.BatchNorm1d(4, affine=False)(anchor), nn.BatchNorm1d(4, affine=False)(positive)
c = a.T @ b / 5
barlow = (c.diagonal() - 1).pow(2).sum() + 5e-3 * c.flatten()[1:].view(3, 5)[:, :-1].pow(2).sum()
cov = torch.cov(anchor.T)
vicreg = F.relu(1 - torch.sqrt(anchor.var(0) + 1e-4)).mean() + (cov - cov.diagonal().diag()).pow(2).sum() / 4
print(barlow, vicreg, torch.autograd.grad(barlow + vicreg, anchor)[0].norm())

# retrieval
index = F.normalize(torch.randn(10, 4), dim=1)
found = (F.normalize(anchor.detach(), dim=1) @ index.T).topk(3, dim=1)
hits = (found.indices == torch.arange(5)[:, None]).any(1)
print(found.values, found.indices, hits.float().mean())
print(torch.argsort(index[:, 0], descending=True)[:4], torch.isin(torch.arange(4), found.indices))
