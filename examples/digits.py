"""A convolutional network that reads handwritten digits, 8 x 8 pixels.

    pip install scikit-learn
    rushlight run examples/digits.py --plot loss.png
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from _show import options, train


def net():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.25), nn.Linear(32 * 2 * 2, 10),
    )  # fmt: skip


def data():
    """1437 pictures to learn from, 360 to be tested on."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    pictures = torch.from_numpy(digits.images).float().unsqueeze(1) / 16
    learn, test = train_test_split(range(len(pictures)), test_size=0.2, random_state=0, stratify=digits.target)
    labels = torch.from_numpy(digits.target)
    return [(pictures[rows], labels[rows]) for rows in (learn, test)]


def main():
    given = options(__doc__.splitlines()[0], epochs=15, seed=0)
    torch.manual_seed(given.seed)
    learn, test = data()
    model = net()
    loader = DataLoader(TensorDataset(*learn), batch_size=64, shuffle=True)
    count = given.epochs * len(loader)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=count)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    batches = (batch for _ in range(given.epochs) for batch in loader)

    def step(i):
        pictures, labels = next(batches)
        loss = loss_of(model(pictures), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        return loss.item()

    train(step, count, given)
    if not given.losses:
        model.eval()
        with torch.no_grad():
            right = (model(test[0]).argmax(1) == test[1]).float().mean().item()
        print(f"test accuracy {right:.1%}")


if __name__ == "__main__":
    main()
