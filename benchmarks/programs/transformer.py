"""A step of a transformer, 2 blocks of 4 heads on 8x64x128, with Adam."""

import torch
from torch import nn

RTOL = 1e-3


def setup():
    torch.manual_seed(0)
    x = torch.randn(8, 64, 128)
    y = torch.randn(8, 64, 128)
    block = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
    model = nn.TransformerEncoder(block, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = (model(x) - y).pow(2).mean()
        loss.backward()
        optimizer.step()
        return loss

    return step
