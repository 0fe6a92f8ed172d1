"""Learning rate schedulers set the same learning rates as PyTorch's, say the same and save the same."""

import copy
import inspect
import pickle
import warnings
from importlib import import_module

import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402

STEPS = 36


class Decay:
    """A function with a state to save."""

    def __init__(self, rate=0.9):
        self.rate = rate

    def __call__(self, epoch):
        return self.rate**epoch


def optimizer_of(t, kind="SGD", lr=0.5, second_lr=0.02, **options):
    params = [t.ones(2).requires_grad_() for _ in range(3)]
    if second_lr is None:
        return getattr(t.optim, kind)(params, lr=lr, **options)
    return getattr(t.optim, kind)([{"params": params[:1]}, {"params": params[1:], "lr": second_lr}], lr=lr, **options)


def schedulers(t):
    return t.optim.lr_scheduler


def build(t, name, **options):
    return lambda optimizer: getattr(schedulers(t), name)(optimizer, **options)


def warm_up_then(name, milestones=(4,), **options):
    """A scheduler after a linear warm-up."""

    def make(t):
        def with_optimizer(o):
            s = schedulers(t)
            parts = [s.LinearLR(o, start_factor=0.1, total_iters=4), getattr(s, name)(o, **options)]
            return s.SequentialLR(o, parts, milestones=list(milestones))

        return with_optimizer

    return make


def three_in_sequence(t):
    def with_optimizer(o):
        s = schedulers(t)
        parts = [s.ConstantLR(o, 0.1, 3), s.ExponentialLR(o, 0.9), s.StepLR(o, 2)]
        return s.SequentialLR(o, parts, milestones=[3, 9])

    return with_optimizer


def chained(t):
    def with_optimizer(o):
        s = schedulers(t)
        return s.ChainedScheduler([s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.9), s.CosineAnnealingLR(o, 7)])

    return with_optimizer


def sequence_of_chains(t):
    def with_optimizer(o):
        s = schedulers(t)
        first = s.ChainedScheduler([s.ConstantLR(o, 0.5, 2), s.ExponentialLR(o, 0.9)], optimizer=o)
        return s.SequentialLR(o, [s.SequentialLR(o, [first, s.StepLR(o, 3)], [5]), s.LinearLR(o)], [10])

    return with_optimizer


def named(name, **options):
    return lambda t: build(t, name, **options)


SETTINGS = {
    "LambdaLR": named("LambdaLR", lr_lambda=lambda epoch: 0.95**epoch),
    "LambdaLR, a list": named("LambdaLR", lr_lambda=[lambda epoch: epoch // 3, lambda epoch: 0.9**epoch]),
    "LambdaLR, an object": lambda t: build(t, "LambdaLR", lr_lambda=Decay()),
    "MultiplicativeLR": named("MultiplicativeLR", lr_lambda=lambda epoch: 0.95),
    "MultiplicativeLR, a tuple": lambda t: build(t, "MultiplicativeLR", lr_lambda=(Decay(0.99), Decay(1.01))),
    "StepLR": named("StepLR", step_size=7),
    "StepLR, gamma": named("StepLR", step_size=3, gamma=0.7),
    "MultiStepLR": named("MultiStepLR", milestones=[3, 8, 8, 30], gamma=0.3),
    "MultiStepLR, a tuple": named("MultiStepLR", milestones=(30, 2)),
    "ConstantLR": named("ConstantLR"),
    "ConstantLR, factor": named("ConstantLR", factor=0.7, total_iters=9),
    "ConstantLR, at once": named("ConstantLR", factor=0.7, total_iters=0),
    "LinearLR": named("LinearLR"),
    "LinearLR, down": named("LinearLR", start_factor=1.0, end_factor=0.0, total_iters=17),
    "LinearLR, up": named("LinearLR", start_factor=0.01, end_factor=0.7, total_iters=21),
    "ExponentialLR": named("ExponentialLR", gamma=0.93),
    "PolynomialLR": named("PolynomialLR"),
    "PolynomialLR, power": named("PolynomialLR", total_iters=23, power=2.5),
    "CosineAnnealingLR": named("CosineAnnealingLR", T_max=10),
    "CosineAnnealingLR, eta_min": named("CosineAnnealingLR", T_max=7, eta_min=0.01),
    "CosineAnnealingLR, short": named("CosineAnnealingLR", T_max=1, eta_min=0.01),
    "CosineAnnealingWarmRestarts": named("CosineAnnealingWarmRestarts", T_0=5),
    "CosineAnnealingWarmRestarts, longer": named("CosineAnnealingWarmRestarts", T_0=3, T_mult=2, eta_min=1e-3),
    "CyclicLR": named("CyclicLR", base_lr=0.01, max_lr=0.3, step_size_up=5),
    "CyclicLR, down faster": named(
        "CyclicLR", base_lr=[0.01, 0.1], max_lr=(0.3, 0.2), step_size_up=5, step_size_down=2
    ),
    "CyclicLR, triangular2": named("CyclicLR", base_lr=0.01, max_lr=0.3, step_size_up=4, mode="triangular2"),
    "CyclicLR, exp_range": named(
        "CyclicLR", base_lr=0.01, max_lr=0.3, step_size_up=4, mode="exp_range", gamma=0.97, base_momentum=[0.5, 0.7]
    ),
    "CyclicLR, a function": named(
        "CyclicLR", base_lr=0.01, max_lr=0.3, step_size_up=4, scale_fn=lambda x: 0.9**x, scale_mode="iterations"
    ),
    "CyclicLR, an object": lambda t: build(
        t, "CyclicLR", base_lr=0.01, max_lr=0.3, step_size_up=3, mode="any", scale_fn=Decay(), cycle_momentum=False
    ),
    "OneCycleLR": named("OneCycleLR", max_lr=0.3, total_steps=STEPS),
    "OneCycleLR, linear": named(
        "OneCycleLR", max_lr=[0.3, 0.7], epochs=6, steps_per_epoch=6, anneal_strategy="linear", pct_start=0.4
    ),
    "OneCycleLR, three phases": named(
        "OneCycleLR",
        max_lr=0.3,
        total_steps=STEPS,
        three_phase=True,
        div_factor=3,
        final_div_factor=7,
        max_momentum=0.99,
    ),
    "OneCycleLR, no momentum": named("OneCycleLR", max_lr=0.3, total_steps=40, cycle_momentum=False),
    "SequentialLR": warm_up_then("ExponentialLR", gamma=0.9),
    "SequentialLR, cosine": warm_up_then("CosineAnnealingLR", T_max=9),
    "SequentialLR, at once": warm_up_then("StepLR", milestones=(0,), step_size=3),
    "SequentialLR, three": lambda t: three_in_sequence(t),
    "ChainedScheduler": lambda t: chained(t),
    "SequentialLR of others": lambda t: sequence_of_chains(t),
}

OPTIMIZERS = {
    "SGD": {"kind": "SGD", "momentum": 0.4},
    "Adam": {"kind": "Adam", "lr": 1, "second_lr": 0.25},
}
TENSOR_LR = ["StepLR", "LambdaLR", "LinearLR", "CosineAnnealingLR", "ExponentialLR", "ChainedScheduler", "SequentialLR"]


def plain(x):
    """Values as they can be compared, to the last digit."""
    if hasattr(x, "detach"):
        return str(x.dtype), repr(x.tolist())
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items() if key != "params"}
    if isinstance(x, (list, tuple)):
        return [plain(value) for value in x]
    return x if callable(x) else repr(x)


def take_step(optimizer, scheduler, step):
    optimizer.step()
    scheduler.step()
    return plain([scheduler.get_last_lr(), scheduler.state_dict(), optimizer.param_groups])


def run(t, make, optimizer_options, steps=STEPS, resume=None):
    """What can be seen after every step."""
    optimizer = optimizer_of(t, **optimizer_options)
    scheduler = make(t)(optimizer)
    seen = [plain([scheduler.get_last_lr(), scheduler.state_dict(), optimizer.param_groups])]
    for step in range(steps - 1):
        if step == resume:
            saved = copy.deepcopy([optimizer.state_dict(), scheduler.state_dict()])
            optimizer = optimizer_of(t, **optimizer_options)
            scheduler = make(t)(optimizer)
            optimizer.load_state_dict(saved[0])
            scheduler.load_state_dict(saved[1])
        seen.append(take_step(optimizer, scheduler, step))
    return seen


def assert_same(got, want):
    assert len(got) == len(want)
    for step, (g, w) in enumerate(zip(got, want, strict=True)):
        assert g == w, step


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.filterwarnings("ignore:Detected call")  # PyTorch too when sequences are nested: see CALLS
class TestSchedules:
    def test_every_step(self, setting, optimizer):
        ours, theirs = (run(t, SETTINGS[setting], OPTIMIZERS[optimizer]) for t in (rushlight, torch))
        assert_same(ours, theirs)

    def test_resumed(self, setting, optimizer):
        ours, theirs = (run(t, SETTINGS[setting], OPTIMIZERS[optimizer], resume=13) for t in (rushlight, torch))
        assert_same(ours, theirs)


@pytest.mark.parametrize("setting", TENSOR_LR)
def test_tensor_learning_rates(setting):
    seen = []
    for t in (rushlight, torch):
        options = {"lr": t.tensor(0.5), "second_lr": t.tensor(0.25)}
        seen.append(run(t, SETTINGS[setting], options))
    assert_same(*seen)


def test_tensor_learning_rate_is_changed_in_place():
    for t in (rushlight, torch):
        lr = t.tensor(0.5)
        optimizer = optimizer_of(t, lr=lr, second_lr=None)
        scheduler = schedulers(t).ExponentialLR(optimizer, 0.5)
        before = scheduler.get_last_lr()
        optimizer.step()
        scheduler.step()
        assert lr.item() == 0.25
        assert [before[0].item(), scheduler.base_lrs[0].item(), scheduler.get_last_lr()[0].item()] == [0.5, 0.5, 0.25]


CLOSED_FORMS = ["StepLR", "MultiStepLR", "ConstantLR", "LinearLR, up", "ExponentialLR", "PolynomialLR, power",
                "CosineAnnealingLR, eta_min", "LambdaLR", "MultiplicativeLR", "CyclicLR", "OneCycleLR"]  # fmt: skip


@pytest.mark.parametrize("setting", CLOSED_FORMS)
@pytest.mark.filterwarnings("ignore:The epoch parameter")
def test_going_to_an_epoch(setting):
    seen = []
    for t in (rushlight, torch):
        optimizer = optimizer_of(t, momentum=0.1)
        scheduler = SETTINGS[setting](t)(optimizer)
        optimizer.step()
        seen.append([])
        for epoch in (1, 5, 4, 0, 20):
            scheduler.step(epoch)
            seen[-1].append(plain([scheduler.get_last_lr(), scheduler.state_dict()]))
    assert_same(*seen)


@pytest.mark.parametrize("mult", [1, 2, 3])
def test_warm_restarts_at_fractions_of_an_epoch(mult):
    seen = []
    for t in (rushlight, torch):
        scheduler = schedulers(t).CosineAnnealingWarmRestarts(optimizer_of(t), T_0=4, T_mult=mult)
        seen.append([])
        for i in range(60):
            scheduler.step(i / 3)
            seen[-1].append(plain(scheduler.state_dict()))
    assert_same(*seen)


@pytest.mark.parametrize("setting", ["StepLR", "LinearLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR",
                                     "LambdaLR", "MultiplicativeLR", "MultiStepLR", "ConstantLR"])  # fmt: skip
def test_going_on_from_an_epoch(setting):
    seen = []
    for t in (rushlight, torch):
        optimizer = optimizer_of(t)
        for group in optimizer.param_groups:
            group["initial_lr"] = 0.7
        make = SETTINGS[setting](t)
        options = inspect.getclosurevars(make).nonlocals["options"]
        scheduler = getattr(schedulers(t), setting)(optimizer, **options, last_epoch=5)
        seen.append([plain(scheduler.state_dict())])
        seen[-1] += [take_step(optimizer, scheduler, step) for step in range(10)]
    assert_same(*seen)


METRICS = [
    1.0,
    0.9,
    0.9,
    0.89995,
    0.95,
    0.9,
    0.91,
    0.5,
    0.5,
    0.5,
    0.6,
    0.5,
    0.5,
    0.5,
    0.5,
    0.49,
    0.5,
    0.5,
    0.5,
    0.5,
] * 2
PLATEAUS = [
    {"patience": 2},
    {"mode": "max", "patience": 1, "factor": 0.5},
    {"patience": 1, "cooldown": 2, "threshold": 0.1},
    {"patience": 0, "threshold": 0.01, "threshold_mode": "abs", "min_lr": [0.1, 0.001]},
    {"mode": "max", "patience": 0, "threshold": 0.1, "threshold_mode": "abs", "min_lr": 1e-3, "eps": 1e-3},
]


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
@pytest.mark.parametrize("resume", [None, 11])
def test_plateaus(options, resume):
    seen = []
    for t in (rushlight, torch):
        optimizer = optimizer_of(t)
        scheduler = schedulers(t).ReduceLROnPlateau(optimizer, **options)
        seen.append([])
        for step, metric in enumerate(METRICS):
            if step == resume:
                saved = copy.deepcopy(scheduler.state_dict())
                scheduler = schedulers(t).ReduceLROnPlateau(optimizer)
                scheduler.load_state_dict(saved)
            optimizer.step()
            scheduler.step(t.tensor(metric))
            seen[-1].append(plain([optimizer.param_groups, scheduler.state_dict(), scheduler.in_cooldown]))
    assert_same(*seen)


def messages(action):
    """The warnings, and the error, that an action gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            action()
            error = None
        except Exception as raised:
            error = type(raised), str(raised)
    return [(w.category, str(w.message)) for w in caught], error


def stepped(t, *calls, override=False):
    optimizer = optimizer_of(t)
    scheduler = schedulers(t).StepLR(optimizer, 3)
    if override:
        optimizer.step = lambda: None
    for call in calls:
        (optimizer if call == "o" else scheduler).step(*([] if call in "os" else [call]))


def new_group(t):
    optimizer = optimizer_of(t)
    scheduler = schedulers(t).ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.1, 0.1])
    optimizer.add_param_group({"params": [t.ones(1)]})
    scheduler.step(1.0)
    scheduler.step(1.0)


def too_many_steps(t):
    optimizer = optimizer_of(t, momentum=0.1)
    scheduler = schedulers(t).OneCycleLR(optimizer, 0.1, total_steps=2)
    for _ in range(4):
        optimizer.step()
        scheduler.step()


def several(t, name, *args, other=False, kinds=("StepLR",), **options):
    optimizer = optimizer_of(t)
    s = schedulers(t)
    parts = [s.ReduceLROnPlateau(optimizer) if kind == "plateau" else object() if kind is None else s.StepLR(optimizer, 3)
             for kind in kinds]  # fmt: skip
    if name == "ChainedScheduler":
        return s.ChainedScheduler(parts, optimizer_of(t, "Adam") if other else optimizer)
    return s.SequentialLR(optimizer_of(t, "Adam") if other else optimizer, parts, *args, **options)


def bad(name, optimizer=None, **options):
    return lambda t: getattr(schedulers(t), name)(optimizer_of(t, **(optimizer or {})), **options)


CALLS = {
    "right order": lambda t: stepped(t, "o", "s", "o", "s"),
    "wrong order": lambda t: stepped(t, "s", "o", "s", "s"),
    "overridden": lambda t: stepped(t, "o", "s", "s", override=True),
    "an epoch": lambda t: stepped(t, "o", "s", 3),
    "nested sequences": lambda t: sequence_of_chains(t)(optimizer_of(t)),
    "get_lr outside of step": lambda t: schedulers(t).ExponentialLR(optimizer_of(t), 0.5).get_lr(),
    "get_lr of all": lambda t: [
        make(t)(optimizer_of(t, momentum=0.9)).get_lr()
        for name, make in SETTINGS.items()
        if not name.startswith(("Chained", "Sequential"))
    ],
    "get_lr of the base class": lambda t: schedulers(t).LRScheduler.get_lr(None),
    "the base class": lambda t: schedulers(t).LRScheduler(optimizer_of(t)),
    "no optimizer": lambda t: schedulers(t).StepLR(3, 3),
    "no optimizer, lambda": lambda t: schedulers(t).LambdaLR(3, len),
    "no optimizer, cyclic": lambda t: schedulers(t).CyclicLR(3, 0.1, 0.2),
    "no optimizer, plateau": lambda t: schedulers(t).ReduceLROnPlateau([]),
    "no optimizer, one cycle": lambda t: schedulers(t).OneCycleLR(None, 1),
    "no initial_lr": bad("StepLR", step_size=3, last_epoch=4),
    "lambdas": bad("LambdaLR", lr_lambda=[len]),
    "lambdas, multiplicative": bad("MultiplicativeLR", lr_lambda=[len] * 3),
    "no function": bad("MultiplicativeLR", lr_lambda=3),
    "ConstantLR": bad("ConstantLR", factor=1.5),
    "LinearLR start": bad("LinearLR", start_factor=0),
    "LinearLR end": bad("LinearLR", end_factor=-0.1),
    "warm restarts T_0": bad("CosineAnnealingWarmRestarts", T_0=0),
    "warm restarts T_mult": bad("CosineAnnealingWarmRestarts", T_0=1, T_mult=0.5),
    "warm restarts eta_min": bad("CosineAnnealingWarmRestarts", T_0=1, eta_min="x"),
    "warm restarts epoch": lambda t: schedulers(t).CosineAnnealingWarmRestarts(optimizer_of(t), 3).step(-1),
    "cyclic mode": bad("CyclicLR", base_lr=0.1, max_lr=0.2, mode="square"),
    "cyclic lists": bad("CyclicLR", base_lr=[0.1], max_lr=0.2),
    "cyclic momentum": bad("CyclicLR", base_lr=0.1, max_lr=0.2, optimizer={"kind": "Adagrad"}),
    "one cycle total": bad("OneCycleLR", max_lr=0.1, total_steps=0),
    "one cycle none": bad("OneCycleLR", max_lr=0.1, epochs=3),
    "one cycle epochs": bad("OneCycleLR", max_lr=0.1, epochs=-3, steps_per_epoch=2),
    "one cycle steps": bad("OneCycleLR", max_lr=0.1, epochs=3, steps_per_epoch=2.0),
    "one cycle pct": bad("OneCycleLR", max_lr=0.1, total_steps=3, pct_start=1),
    "one cycle strategy": bad("OneCycleLR", max_lr=0.1, total_steps=3, anneal_strategy="square"),
    "one cycle lists": bad("OneCycleLR", max_lr=[0.1], total_steps=3),
    "one cycle momentum": bad("OneCycleLR", max_lr=0.1, total_steps=3, optimizer={"kind": "Adadelta"}),
    "one cycle too long": too_many_steps,
    "plateau factor": bad("ReduceLROnPlateau", factor=1.0),
    "plateau mode": bad("ReduceLROnPlateau", mode="x"),
    "plateau threshold mode": bad("ReduceLROnPlateau", threshold_mode="x"),
    "plateau min_lr": bad("ReduceLROnPlateau", min_lr=[0.1]),
    "plateau new group": new_group,
    "plateau epoch": lambda t: schedulers(t).ReduceLROnPlateau(optimizer_of(t)).step(1.0, 3),
    "sequence of none": lambda t: schedulers(t).SequentialLR(optimizer_of(t), [], []),
    "sequence of something": lambda t: several(t, "SequentialLR", [], kinds=[None]),
    "sequence with plateau": lambda t: several(t, "SequentialLR", [3], kinds=["StepLR", "plateau"]),
    "sequence of another": lambda t: several(t, "SequentialLR", [], other=True),
    "sequence, milestones": lambda t: several(t, "SequentialLR", [3], kinds=["StepLR"]),
    "chain of none": lambda t: schedulers(t).ChainedScheduler([]),
    "chain of something": lambda t: several(t, "ChainedScheduler", kinds=[None]),
    "chain with plateau": lambda t: several(t, "ChainedScheduler", kinds=["StepLR", "plateau"]),
    "chain of another": lambda t: several(t, "ChainedScheduler", other=True),
}


@pytest.mark.parametrize("call", CALLS)
def test_messages(call):
    ours, theirs = (messages(lambda t=t: CALLS[call](t)) for t in (rushlight, torch))
    assert ours == theirs


PUBLIC = sorted(torch.optim.lr_scheduler.__all__)


def test_names():
    assert sorted(rushlight.optim.lr_scheduler.__all__) == PUBLIC
    assert (
        import_module("rushlight.optim.lr_scheduler")._LRScheduler.__mro__[1]
        is rushlight.optim.lr_scheduler.LRScheduler
    )


@pytest.mark.parametrize("name", PUBLIC)
def test_signatures(name):
    for part in ("__init__", "step"):
        ours, theirs = (inspect.signature(getattr(getattr(schedulers(t), name), part)) for t in (rushlight, torch))
        assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
            (p.name, p.kind, p.default) for p in theirs.parameters.values()
        ]


def test_own_scheduler():
    """A subclass as users write it."""
    seen = []
    for t in (rushlight, torch):

        class Noam(schedulers(t)._LRScheduler):
            def __init__(self, optimizer, warmup, last_epoch=-1):
                self.warmup = warmup
                super().__init__(optimizer, last_epoch)

            def get_lr(self):
                step = max(1, self._step_count)
                return [base * min(step**-0.5, step * self.warmup**-1.5) for base in self.base_lrs]

        optimizer = optimizer_of(t)
        scheduler = Noam(optimizer, 5)
        seen.append([take_step(optimizer, scheduler, step) for step in range(20)])
    assert_same(*seen)


def test_state_dict_can_be_pickled():
    for setting in ("CyclicLR", "OneCycleLR", "LambdaLR, an object", "SequentialLR", "ChainedScheduler"):
        state = SETTINGS[setting](rushlight)(optimizer_of(rushlight, momentum=0.9)).state_dict()
        assert plain(pickle.loads(pickle.dumps(state))) == plain(state)
