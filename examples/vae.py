"""A variational autoencoder of handwritten digits, 8 x 8 pixels, and the digits that it dreams of.

    pip install scikit-learn
    rushlight run examples/vae.py --plot loss.png

Kingma and Welling, "Auto-Encoding Variational Bayes", https://arxiv.org/abs/1312.6114
"""

import torch
from torch import nn
from torch.nn import functional as F

from _show import options, train

SHADES = " .:-=+*#%@"


class VAE(nn.Module):
    """64 pixels -> mean and variance of 8 hidden numbers -> a draw of them -> 64 pixels."""

    def __init__(self, hidden=8, width=128):
        super().__init__()
        self.hidden = hidden
        self.encoder = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 2 * hidden))
        self.decoder = nn.Sequential(nn.Linear(hidden, width), nn.ReLU(), nn.Linear(width, 64))

    def forward(self, pixels):
        mean, log_variance = self.encoder(pixels).chunk(2, -1)
        # The draw is a function of mean and variance (and of noise), so that gradients reach both.
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def loss_of(model, pixels):
    """The negative evidence lower bound, per picture: how badly it is rebuilt, and how far the code is from N(0, 1)."""
    logits, mean, log_variance = model(pixels)
    rebuilt = F.binary_cross_entropy_with_logits(logits, pixels, reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (rebuilt + divergence) / len(pixels)


def drawn(pictures):
    """Pictures side by side, in letters."""
    def row(picture, y):
        return "".join(SHADES[int(v * 9.99)] for v in picture[8 * y : 8 * y + 8])

    return "\n".join("  ".join(row(picture, y) for picture in pictures) for y in range(8))


def main():
    from sklearn.datasets import load_digits

    given = options(__doc__.splitlines()[0], steps=3000, seed=0)
    torch.manual_seed(given.seed)
    pixels = torch.from_numpy(load_digits().data).float() / 16
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    def step(i):
        loss = loss_of(model, pixels[torch.randint(len(pixels), (64,))])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = train(step, given.steps, given)
    if not given.losses:
        print(f"loss {losses[0]:.2f} -> {sum(losses[-100:]) / len(losses[-100:]):.2f}; eight dreams:")
        with torch.no_grad():
            print(drawn(torch.sigmoid(model.decoder(torch.randn(8, model.hidden))).tolist()))


if __name__ == "__main__":
    main()
