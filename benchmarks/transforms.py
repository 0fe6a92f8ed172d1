"""Time derivatives of functions, by every way there is: `python -m benchmarks.transforms [NAME ...]`.

Gradients, Jacobians, Hessians, their products with vectors and the gradients of single samples, of Rosenbrock's function of
50 and of 100 variables and of a net of two layers with 64 samples. Both packages run in this one process, on one thread
each (``--threads default``: on as many as they use), in turn; of many rounds the least time of each way counts, and the
quickest way of either side makes the ratio of a quantity: PyTorch's time over rushlight's, above 1 rushlight is faster. A
way is left out where it takes more than six times as long as the quickest of its side. Exits with 1 if values differ.
"""

import argparse
import math
import os
import sys
import time
from pathlib import Path


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def of_rosenbrock(torch, n):
    """(quantity, {way: what computes it}) for Rosenbrock's function of n variables."""
    func, functional, grad = torch.func, torch.autograd.functional, torch.autograd.grad
    x, v = torch.linspace(-1, 1, n, dtype=torch.float64), torch.linspace(0, 1, n, dtype=torch.float64)
    leaf, gradient = x.clone().requires_grad_(), func.grad(rosenbrock)
    yield "gradient", {"func.grad": lambda: gradient(x), "autograd.grad": lambda: grad(rosenbrock(leaf), leaf)[0]}
    yield "Hessian", {
        "func.hessian": lambda: func.hessian(rosenbrock)(x),
        "jacrev(grad)": lambda: func.jacrev(gradient)(x),
        "jacfwd(grad)": lambda: func.jacfwd(gradient)(x),
        "jacfwd(jacrev)": lambda: func.jacfwd(func.jacrev(rosenbrock))(x),
        "jacrev(jacrev)": lambda: func.jacrev(func.jacrev(rosenbrock))(x),
        "functional": lambda: functional.hessian(rosenbrock, x),
        "functional, vectorized": lambda: functional.hessian(rosenbrock, x, vectorize=True),
        "functional, forward": lambda: functional.hessian(
            rosenbrock, x, vectorize=True, outer_jacobian_strategy="forward-mode"
        ),
    }
    yield "product with its Hessian", {
        "functional.hvp": lambda: functional.hvp(rosenbrock, x, v)[1],
        "functional.vhp": lambda: functional.vhp(rosenbrock, x, v)[1],
        "jvp(grad)": lambda: func.jvp(gradient, (x,), (v,))[1],
        "vjp(grad)": lambda: func.vjp(gradient, x)[1](v)[0],
        "autograd.grad": lambda: grad(grad(rosenbrock(leaf), leaf, create_graph=True)[0], leaf, v)[0],
    }
    residuals = lambda x: torch.cat((10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]))
    yield "Jacobian of its residuals", jacobians(torch, residuals, x)


def jacobians(torch, function, *inputs):
    func, functional = torch.func, torch.autograd.functional
    places = tuple(range(len(inputs)))
    return {
        "jacrev": lambda: func.jacrev(function, places)(*inputs),
        "jacfwd": lambda: func.jacfwd(function, places)(*inputs),
        "functional": lambda: functional.jacobian(function, inputs),
        "functional, vectorized": lambda: functional.jacobian(function, inputs, vectorize=True),
        "functional, forward": lambda: functional.jacobian(function, inputs, vectorize=True, strategy="forward-mode"),
    }


def of_a_net(torch):
    """The same for a net of two layers: 10, 32 and 5 wide, 64 samples."""
    import numpy as np

    func, functional, grad = torch.func, torch.autograd.functional, torch.autograd.grad
    rng = np.random.default_rng(0)
    normal = lambda *shape: torch.tensor(rng.normal(size=shape).astype(np.float32))
    x, y = normal(64, 10), normal(64, 5)
    parameters = normal(32, 10), normal(32), normal(5, 32), normal(5)
    vectors, leaves = tuple([normal(*p.shape) for p in parameters]), [p.clone().requires_grad_() for p in parameters]
    net = lambda x, w1, b1, w2, b2: torch.tanh(x @ w1.T + b1) @ w2.T + b2
    losses = lambda *p: ((net(x, *p) - y) ** 2).sum(1)
    loss = lambda *p: losses(*p).mean()
    sample = lambda x, y, *p: ((net(x, *p) - y) ** 2).sum()
    by, shared = (2, 3, 4, 5), (0, 0, None, None, None, None)
    gradient = func.grad(loss, (0, 1, 2, 3))
    yield "gradient", {"func.grad": lambda: gradient(*parameters), "autograd.grad": lambda: grad(loss(*leaves), leaves)}
    yield "gradients of samples", {
        "vmap(grad)": lambda: func.vmap(func.grad(sample, by), shared)(x, y, *parameters),
        **{way: call for way, call in jacobians(torch, losses, *parameters).items() if way != "functional"},
    }
    yield "Jacobian by parameters", {
        **{way: call for way, call in jacobians(torch, lambda *p: net(x, *p), *parameters).items() if way != "functional"},
        "vmap(jacrev)": lambda: func.vmap(func.jacrev(net, (1, 2, 3, 4)), shared[1:])(x, *parameters),
        "vmap(jacfwd)": lambda: func.vmap(func.jacfwd(net, (1, 2, 3, 4)), shared[1:])(x, *parameters),
    }
    yield "Jacobian by input", jacobians(torch, lambda x: net(x, *parameters), x)
    yield "Jacobians of samples by input", {
        "vmap(jacrev)": lambda: func.vmap(func.jacrev(lambda x: net(x, *parameters)))(x),
        "vmap(jacfwd)": lambda: func.vmap(func.jacfwd(lambda x: net(x, *parameters)))(x),
        "jacrev of a sum": lambda: func.jacrev(lambda x: net(x, *parameters).sum(0))(x).transpose(0, 1),
        "functional, vectorized, of a sum": lambda: functional.jacobian(
            lambda x: net(x, *parameters).sum(0), x, vectorize=True
        ).transpose(0, 1),
    }
    yield "Hessians of samples by input", {
        "vmap(hessian)": lambda: func.vmap(func.hessian(sample), shared)(x, y, *parameters),
        "vmap(jacrev(grad))": lambda: func.vmap(func.jacrev(func.grad(sample)), shared)(x, y, *parameters),
        "vmap(jacfwd(grad))": lambda: func.vmap(func.jacfwd(func.grad(sample)), shared)(x, y, *parameters),
    }
    yield "product with its Hessian", {
        "functional.hvp": lambda: functional.hvp(loss, parameters, vectors)[1],
        "functional.vhp": lambda: functional.vhp(loss, parameters, vectors)[1],
        "jvp(grad)": lambda: func.jvp(gradient, parameters, vectors)[1],
        "vjp(grad)": lambda: func.vjp(gradient, *parameters)[1](vectors),
        "autograd.grad": lambda: grad(grad(loss(*leaves), leaves, create_graph=True), leaves, vectors),
    }


def quantities(torch):
    for n in (50, 100):
        yield from [(f"Rosenbrock {n}: {name}", ways) for name, ways in of_rosenbrock(torch, n)]
    yield from [(f"net: {name}", ways) for name, ways in of_a_net(torch)]


def numbers(result):
    """All that a way returned, as one list of numbers."""
    if isinstance(result, (tuple, list)):
        return [number for part in result for number in numbers(part)]
    return result.detach().reshape(-1).tolist()


def best_of_each(steps, seconds):
    """The least time of each step, run in turn; infinity for one that is far from the quickest of its side."""
    best = dict.fromkeys(steps, math.inf)
    running, end, rounds = dict(steps), time.perf_counter() + seconds, 0
    while rounds < 4 or time.perf_counter() < end:
        for place, step in running.items():
            for _ in range(3):
                start = time.perf_counter()
                step()
                best[place] = min(best[place], time.perf_counter() - start)
        rounds += 1
        if rounds == 2:
            least = {side: min([t for (s, _), t in best.items() if s == side]) for side, _ in steps}
            running = {place: step for place, step in steps.items() if best[place] < 6 * least[place[0]]}
            best = {place: t if place in running else math.inf for place, t in best.items()}
    return best


ROW = "{:46}{:>11}{:>11}{:>8}"


def report(name, ours, theirs, seconds):
    """Prints the times of one quantity; returns whether all ways agree on its values."""
    steps = {(side, way): ways[way] for side, ways in (("ours", ours), ("theirs", theirs)) for way in ways}
    first, *others = [numbers(step()) for step in steps.values()]
    agree = all(
        len(values) == len(first) and all(math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-3) for a, b in zip(values, first))
        for values in others
    )
    best = best_of_each(steps, seconds)
    figures = [(f"    {way}", best["ours", way], best["theirs", way]) for way in ours]
    quickest = (name if agree else f"{name} (values differ)", min(f[1] for f in figures), min(f[2] for f in figures))
    for label, a, b in [quickest, *figures]:
        cells = [f"{t * 1e6:.0f}" if t < math.inf else "" for t in (a, b)]
        print(ROW.format(label, *cells, f"{b / a:.2f}" if all(cells) else "").rstrip(), flush=True)
    return agree


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transforms", description=__doc__.partition(":")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="quantities whose name has this in it (default: all)")
    parser.add_argument("--seconds", type=float, default=2, help="for each quantity (default: 2)")
    parser.add_argument("--threads", choices=["one", "default"], default="one")
    options = parser.parse_args()
    if options.threads == "one":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    import torch

    import rushlight

    if options.threads == "one":
        torch.set_num_threads(1)
    print(ROW.format("microseconds", "rushlight", "torch", "ratio"))
    agree = True
    for (name, ours), (_, theirs) in zip(quantities(rushlight), quantities(torch)):
        if not options.names or any(part in name for part in options.names):
            agree = report(name, ours, theirs, options.seconds) and agree
    sys.exit(not agree)


if __name__ == "__main__":
    main()
