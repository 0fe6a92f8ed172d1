"""A program with annotations, as users write them: ``mypy --strict`` must find what it says (`.ci/run` asks)."""

from __future__ import annotations

from typing import Any, assert_type

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import Tensor, nn
from rushlight.func import grad
from rushlight.optim import Adam
from rushlight.utils.data import DataLoader, TensorDataset


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        x: Tensor = ctx.saved_tensors[0]
        return 2 * g * x


class Net(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.one = nn.Linear(4, width)
        self.two = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden: Tensor = self.one(x)
        return F.linear(hidden.relu(), self.two.weight, self.two.bias)


def loss_of(w: Tensor) -> Tensor:
    return ((w**2).sum() + w.sin().mean()) / 2


def train(net: nn.Module, data: TensorDataset) -> float:
    optimizer = Adam(net.parameters(), lr=1e-3)
    total = 0.0
    for x, y in DataLoader(data, batch_size=4, shuffle=True):
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def main() -> None:
    torch.manual_seed(0)
    x = torch.randn(8, 4, requires_grad=True)
    assert_type(x, Tensor)
    assert_type(x @ torch.ones(4, 1) + 1, Tensor)
    assert_type(x[0, 1:] - x.T[0].mean(dim=0, keepdim=True), Tensor)
    assert_type(x.reshape(-1).unsqueeze(0).clamp(min=0), Tensor)
    assert_type(torch.cat([x, x]), Tensor)
    assert_type(x > 0, Tensor)
    assert_type(x.shape, torch.Size)
    assert_type(x.device, torch.device)
    assert_type(x.numel(), int)
    assert_type(x.requires_grad, bool)
    assert_type(x.grad, Tensor | None)
    assert_type(nn.Linear(2, 3).weight, nn.Parameter)
    with torch.no_grad():
        x.add_(1)
    squares: Tensor = Square.apply(x)
    squares.sum().backward()
    assert x.grad is not None and bool((x.grad == 2 * x).all())
    assert grad(loss_of)(torch.tensor([1.0, 2.0])).shape == (2,)
    assert train(Net(3), TensorDataset(torch.randn(16, 4), torch.randn(16, 1))) > 0


if __name__ == "__main__":
    main()
