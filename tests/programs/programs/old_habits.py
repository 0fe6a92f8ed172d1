"""Programs as they were written over the years: Variable, .data, numbers before tensors, questions about CUDA and versions."""

import random
import warnings
from typing import Optional

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.autograd import Variable
from torch.nn.common_types import _size_2_t
from torch.nn.modules.activation import MultiheadAttention
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.loss import TripletMarginLoss, _WeightedLoss
from torch.nn.modules.utils import _pair
from torch.utils.benchmark import Measurement, Timer
from torch.utils.benchmark.utils.common import TaskSpec
from torch.utils.data.dataloader import default_collate


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def attempt(call):
    try:
        print(call())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).splitlines()[0]}")


def by_hand():
    """A regression with updates by hand, in the order of arguments of PyTorch 0.4."""
    x = Variable(torch.linspace(-1, 1, 20).view(-1, 1))
    y = Variable(x.data * 3 + 0.5)
    w, b = Variable(torch.zeros(1, 1), requires_grad=True), Variable(torch.zeros(1), requires_grad=True)
    momentum = {p: torch.zeros_like(p.data) for p in (w, b)}
    for step in range(30):
        loss = ((x.mm(w) + b - y) ** 2).mean()
        loss.backward()
        for p in (w, b):
            momentum[p].mul_(0.5).add_(p.grad.data)
            p.data.add_(-0.3, momentum[p])
            p.grad.data.zero_()
        if step % 10 == 0:
            print(step, loss.data.item(), w.data, b.data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        decayed = w.grad.data.add(0.1, w.data)
        second = torch.addcmul(torch.ones(2), 0.5, torch.ones(2), torch.full((2,), 3.0))
        print(decayed, second, second.addcdiv_(-1, torch.ones(2), torch.tensor([2.0, 4.0])), second.sub(2, second))
    attempt(lambda: torch.add(second, second, 2))
    attempt(lambda: w.add_("a", second))
    print(w, w._version)


class Adam2015(optim.Optimizer):
    """Adam as the first implementations wrote it."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad, state = p.grad.data, self.state[p]
                if len(state) == 0:
                    state["step"], state["m"], state["v"] = 0, torch.zeros_like(p.data), torch.zeros_like(p.data)
                (b1, b2), m, v = group["betas"], state["m"], state["v"]
                state["step"] += 1
                m.mul_(b1).add_(1 - b1, grad)
                v.mul_(b2).addcmul_(1 - b2, grad, grad)
                size = group["lr"] * (1 - b2 ** state["step"]) ** 0.5 / (1 - b1 ** state["step"])
                p.data.addcdiv_(-size, m, v.sqrt().add_(group["eps"]))


class Focal(_WeightedLoss):
    def __init__(self, gamma: float = 2.0, weight: Optional[torch.Tensor] = None):
        super().__init__(weight)
        self.gamma = gamma

    def forward(self, logits, target):
        log_p = F.log_softmax(logits, 1).gather(1, target[:, None])[:, 0]
        loss = -((1 - log_p.exp()) ** self.gamma) * log_p
        return loss.mean() if self.reduction == "mean" else loss.sum()


class Blur(nn.Module):
    def __init__(self, kernel_size: _size_2_t = 3):
        super().__init__()
        self.kernel_size = _pair(kernel_size)

    def forward(self, x):
        if torch.jit.is_scripting() or torch.jit.is_tracing():
            return x
        return F.avg_pool2d(x, self.kernel_size, stride=1)


def network():
    set_seed(3)
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), Blur(2), nn.Flatten(), nn.Linear(36, 3)
    ).to(device)
    if torch.cuda.device_count() > 1:
        net = nn.DataParallel(net)
    for m in net.modules():
        if isinstance(m, _ConvNd):
            nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(m, _BatchNorm):
            m.weight.data.fill_(1)
            m.bias.data.zero_()
    torch.backends.cuda.matmul.allow_tf32 = True
    samples = [(torch.randn(1, 6, 6), torch.tensor(i % 3)) for i in range(12)]
    images, target = default_collate(samples)
    criterion = Focal(weight=torch.ones(3))
    optimizer = Adam2015(net.parameters(), lr=0.02)
    for epoch in range(5):
        images_, target_ = images.to(device, non_blocking=True), target.to(device)
        optimizer.zero_grad()
        loss = criterion(net(images_), target_)
        loss.backward()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            optimizer.step()
        print("epoch %d, loss %.4f, accuracy %.2f" % (epoch, loss.item(), (net(images_).max(1)[1] == target_).float().mean()))
    print(net, criterion, TripletMarginLoss(), issubclass(MultiheadAttention, nn.Module), sep="\n")


def surroundings():
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    print(version >= (1, 8), torch.__version__ >= "1.13", torch.__version__ >= (2, 0), torch.__version__ < "2.2")
    print(torch.cuda.is_available(), torch.backends.mps.is_available(), torch.backends.cuda.flash_sdp_enabled())
    for call in (
        lambda: torch.zeros(2).cuda(), lambda: torch.cuda.set_device(0), lambda: torch.cuda.current_stream(),
        lambda: torch.cuda.Event(enable_timing=True), lambda: torch.cuda.FloatTensor(2), lambda: torch.device("cuda0"),
        lambda: isinstance(torch.zeros(1), (torch.FloatTensor, torch.cuda.FloatTensor)), lambda: torch.cuda.memory_reserved(),
    ):
        attempt(call)
    with torch.cuda.device(-1), torch.cuda.stream(None):
        print(torch.ones(1))
    measured = [t / 1e6 for t in (570, 580, 610, 550, 900)]
    found = Measurement(100, measured, TaskSpec("x + 1", "x = torch.ones(2)", label="add", description="n=2"))
    print("\n".join(repr(found).splitlines()[1:]), found.has_warnings, found.significant_figures)
    timed = Timer("net(x)", globals={"net": nn.Linear(2, 1), "x": torch.ones(2)}).timeit(20)
    print(timed.number_per_run, len(timed.times), timed.median > 0, timed.task_spec.title)


by_hand()
network()
surroundings()
