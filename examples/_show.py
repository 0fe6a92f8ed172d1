"""What the examples share: a bar that shows how far the training is, and a picture of the loss at its end."""

import argparse


def options(description, **defaults):
    """The command line: a number for each default, and where to draw the loss."""
    parser = argparse.ArgumentParser(description=description)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"default: {value}")
    parser.add_argument("--plot", metavar="FILE", help="draw the loss curve into this file (needs matplotlib)")
    parser.add_argument("--losses", action="store_true", help="print every loss, and nothing else")
    return parser.parse_args()


def train(step, count, given):
    """Calls ``step(i)``, which returns a loss, `count` times, under a progress bar where tqdm is installed."""
    steps = range(count)
    try:
        from tqdm import tqdm

        steps = tqdm(steps, disable=given.losses or None)
    except ImportError:
        pass
    losses = []
    for i in steps:
        losses.append(step(i))
        if hasattr(steps, "set_postfix"):
            steps.set_postfix(loss=f"{losses[-1]:.3f}")
        if given.losses:
            print(f"{losses[-1]:.9g}")
    if given.plot:
        plot(losses, given.plot)
    return losses


def plot(losses, file):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    axes.plot(losses, linewidth=0.8, alpha=0.5)
    window = max(len(losses) // 50, 1)
    axes.plot(range(window - 1, len(losses)), [sum(losses[i : i + window]) / window for i in range(len(losses) - window + 1)])
    axes.set(xlabel="step", ylabel="loss")
    figure.savefig(file)
    print(f"loss curve: {file}")
