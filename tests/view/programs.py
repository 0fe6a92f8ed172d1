"""Programs to draw: the seeds', and those that go wrong."""

import rushlight as torch
from rushlight import view


def relu_of_a_line():
    """The seeds' a = relu(w * x + b), with its backward."""
    with view.record() as seen:
        b = torch.tensor(1.0, requires_grad=True)
        w = torch.tensor(2.0, requires_grad=True)
        x = torch.tensor(3.0)
        u = w * x
        v = u + b
        a = torch.relu(v)
        a.backward()
    return seen.graph()


class Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        raise ValueError("no <way> & back")


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Linear(3, 4), torch.nn.Linear(4, 3)

    def forward(self, x):
        return x + self.second(torch.relu(self.first(x)))


def stack(depth=2):
    """A model of blocks in blocks, and its loss."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(*[Block() for _ in range(depth)])
    with view.record() as seen:
        loss = model(torch.ones(2, 3)).sum()
        loss.backward()
    return seen.graph()
