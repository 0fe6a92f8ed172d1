"""Learning rate schedulers: the curves they draw, and how they work together with optimizers."""

import copy
import math
import pickle
import warnings

import pytest

import rushlight as torch
from rushlight.optim import SGD, Adam
from rushlight.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)


def optimizer_of(lr=1.0, cls=SGD, **options):
    return cls([torch.ones(2, requires_grad=True)], lr=lr, **options)


def curve(optimizer, scheduler, steps):
    """The learning rates of the first epochs."""
    lrs = []
    for _ in range(steps):
        lrs.append(optimizer.param_groups[0]["lr"])
        assert scheduler.get_last_lr() == lrs[-1:]
        optimizer.step()
        scheduler.step()
    return lrs


CURVES = {
    "LambdaLR": (lambda o: LambdaLR(o, lambda epoch: 1 / (epoch + 1)), lambda e: 1 / (e + 1)),
    "MultiplicativeLR": (lambda o: MultiplicativeLR(o, lambda epoch: 0.5), lambda e: 0.5**e),
    "StepLR": (lambda o: StepLR(o, 3, gamma=0.5), lambda e: 0.5 ** (e // 3)),
    "MultiStepLR": (lambda o: MultiStepLR(o, [2, 5, 5], gamma=0.5), lambda e: 0.5 ** ((e >= 2) + 2 * (e >= 5))),
    "ConstantLR": (lambda o: ConstantLR(o, 0.25, total_iters=4), lambda e: 0.25 if e < 4 else 1),
    "LinearLR": (lambda o: LinearLR(o, 0.2, 0.8, total_iters=6), lambda e: 0.2 + 0.6 * min(e, 6) / 6),
    "ExponentialLR": (lambda o: ExponentialLR(o, 0.9), lambda e: 0.9**e),
    "PolynomialLR": (lambda o: PolynomialLR(o, 8, power=2), lambda e: (1 - min(e, 8) / 8) ** 2),
    "CosineAnnealingLR": (
        lambda o: CosineAnnealingLR(o, 4, eta_min=0.2),
        lambda e: 0.2 + 0.8 * (1 + math.cos(math.pi * e / 4)) / 2,
    ),
    "CosineAnnealingWarmRestarts": (
        lambda o: CosineAnnealingWarmRestarts(o, 4),
        lambda e: (1 + math.cos(math.pi * (e % 4) / 4)) / 2,
    ),
    "CyclicLR": (
        lambda o: CyclicLR(o, 0.1, 0.5, step_size_up=4, cycle_momentum=False),
        lambda e: 0.1 + 0.4 * (1 - abs(e % 8 - 4) / 4),
    ),
    "CyclicLR, triangular2": (
        lambda o: CyclicLR(o, 0.1, 0.5, step_size_up=2, mode="triangular2", cycle_momentum=False),
        lambda e: 0.1 + 0.4 * (1 - abs(e % 4 - 2) / 2) * 0.5 ** (e // 4),
    ),
    "OneCycleLR": (
        lambda o: OneCycleLR(o, 1.0, total_steps=16, pct_start=0.5, anneal_strategy="linear", cycle_momentum=False),
        lambda e: (
            0.04 + 0.96 * e / 7 if e <= 7 else 1 - (1 - 0.04e-4) * (e - 7) / 8
        ),
    ),
    "SequentialLR": (
        lambda o: SequentialLR(o, [ConstantLR(o, 0.1, total_iters=99), ExponentialLR(o, 0.9)], [3]),
        lambda e: 0.1 if e < 3 else 0.9 ** (e - 3),
    ),
    "ChainedScheduler": (
        lambda o: ChainedScheduler([ConstantLR(o, 0.1, total_iters=3), ExponentialLR(o, 0.9)]),
        lambda e: (0.1 if e < 3 else 1) * 0.9**e,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CURVES)
class TestCurves:
    def test_learning_rates(self, name):
        make, formula = CURVES[name]
        optimizer = optimizer_of()
        got = curve(optimizer, make(optimizer), 16)
        assert got == pytest.approx([formula(epoch) for epoch in range(16)], rel=1e-12, abs=1e-15)

    def test_saved_and_loaded(self, name):
        make, _ = CURVES[name]
        optimizer = optimizer_of()
        scheduler = make(optimizer)
        curve(optimizer, scheduler, 5)
        saved = pickle.loads(pickle.dumps(scheduler.state_dict()))
        other = optimizer_of()
        resumed = make(other)
        other.load_state_dict(optimizer.state_dict())
        resumed.load_state_dict(saved)
        assert curve(other, resumed, 10) == curve(optimizer, scheduler, 10)

    def test_base_learning_rates_scale_the_curve(self, name):
        make, _ = CURVES[name]
        if name.startswith(("Cyclic", "OneCycle", "CosineAnnealingLR")):
            pytest.skip("it has ends of its own")
        one, ten = (curve(o, make(o), 8) for o in (optimizer_of(1.0), optimizer_of(10.0)))
        assert ten == pytest.approx([10 * lr for lr in one])


class TestBase:
    def test_a_step_uses_the_learning_rate_of_its_epoch(self):
        p = torch.zeros(1, requires_grad=True)
        optimizer = SGD([p], lr=1.0)
        scheduler = ExponentialLR(optimizer, 0.5)
        moved = []
        for _ in range(4):
            p.grad = torch.ones(1)
            before = p.item()
            optimizer.step()
            scheduler.step()
            moved.append(before - p.item())
        assert moved == [1.0, 0.5, 0.25, 0.125]

    def test_warning_of_the_wrong_order(self):
        optimizer = optimizer_of()
        scheduler = StepLR(optimizer, 3)
        with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler.step\(\)` before"):
            scheduler.step()

    def test_no_warning_in_the_right_order(self):
        optimizer = optimizer_of()
        optimizer.step()  # before there is a scheduler
        scheduler = StepLR(optimizer, 3)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer.step()
            scheduler.step()
            scheduler.step()

    def test_warning_where_step_was_replaced(self):
        optimizer = optimizer_of()
        scheduler = StepLR(optimizer, 3)
        optimizer.step = lambda: None
        with pytest.warns(UserWarning, match="has been overridden"):
            scheduler.step()

    def test_get_lr_warns_outside_of_step(self):
        with pytest.warns(UserWarning, match="please use `get_last_lr"):
            StepLR(optimizer_of(), 3).get_lr()

    def test_a_deprecated_epoch(self):
        optimizer = optimizer_of()
        scheduler = ExponentialLR(optimizer, 0.5)
        optimizer.step()
        with pytest.warns(UserWarning, match="The epoch parameter"):
            scheduler.step(4)
        assert (scheduler.last_epoch, scheduler.get_last_lr()) == (4, [0.5**4])

    def test_initial_lr_to_go_on_from(self):
        optimizer = optimizer_of()
        with pytest.raises(KeyError, match=r"param 'initial_lr' is not specified in param_groups\[0\]"):
            StepLR(optimizer, 3, last_epoch=2)
        optimizer.param_groups[0]["initial_lr"] = 1.0
        assert ExponentialLR(optimizer, 0.5, last_epoch=2).last_epoch == 3

    def test_not_an_optimizer(self):
        with pytest.raises(TypeError, match="int is not an Optimizer"):
            StepLR(3, 3)

    def test_a_scheduler_of_ones_own(self):
        class InverseRootLR(LRScheduler):
            def get_lr(self):
                return [base_lr / (self.last_epoch + 1) ** 0.5 for base_lr in self.base_lrs]

        optimizer = optimizer_of()
        assert curve(optimizer, InverseRootLR(optimizer), 4) == pytest.approx([1.0, 2**-0.5, 3**-0.5, 0.5])

    def test_an_error_in_get_lr_leaves_the_scheduler_as_it_was(self):
        optimizer = optimizer_of(momentum=0.9)
        scheduler = OneCycleLR(optimizer, 0.1, total_steps=2)
        for _ in range(2):
            optimizer.step()
            scheduler.step()
        with pytest.raises(ValueError, match="Tried to step 3 times"):
            scheduler.step()
        assert not scheduler._get_lr_called_within_step

    def test_a_tensor_is_changed_in_place(self):
        lr = torch.tensor(1.0)
        optimizer = optimizer_of(lr)
        scheduler = ExponentialLR(optimizer, 0.5)
        optimizer.step()
        scheduler.step()
        assert optimizer.param_groups[0]["lr"] is lr
        assert (lr.item(), scheduler.base_lrs[0].item()) == (0.5, 1.0)

    def test_groups_have_learning_rates_of_their_own(self):
        groups = [{"params": [torch.ones(1)]}, {"params": [torch.ones(1)], "lr": 0.1}]
        optimizer = SGD(groups, lr=1.0)
        scheduler = LambdaLR(optimizer, [lambda epoch: 0.5**epoch, lambda epoch: 1 + epoch])
        optimizer.step()
        scheduler.step()
        assert scheduler.get_last_lr() == [0.5, 0.2]
        with pytest.raises(ValueError, match="Expected 2 lr_lambdas, but got 1"):
            LambdaLR(optimizer, [len])


class TestMomentum:
    @pytest.mark.parametrize("make", [
        lambda o: CyclicLR(o, 0.1, 0.5, step_size_up=2, base_momentum=0.6, max_momentum=0.9),
        lambda o: OneCycleLR(o, 0.5, total_steps=6, pct_start=0.5, base_momentum=0.6, max_momentum=0.9),
    ])  # fmt: skip
    @pytest.mark.parametrize("cls", [SGD, Adam])
    def test_it_goes_the_other_way(self, make, cls):
        optimizer = optimizer_of(cls=cls, **({"momentum": 0.5} if cls is SGD else {}))
        scheduler = make(optimizer)
        group = optimizer.param_groups[0]
        seen = []
        for _ in range(3):
            seen.append((group["lr"], group["betas"][0] if cls is Adam else group["momentum"]))
            optimizer.step()
            scheduler.step()
        lrs, momentums = zip(*seen, strict=True)
        assert list(lrs) == sorted(lrs)
        assert momentums == pytest.approx([0.9, 0.75, 0.6])
        assert cls is SGD or group["betas"][1] == 0.999

    def test_an_optimizer_without_momentum(self):
        optimizer = torch.optim.Adagrad([torch.ones(1, requires_grad=True)])
        with pytest.raises(ValueError, match="optimizer must support momentum or beta1"):
            CyclicLR(optimizer, 0.1, 0.2)


class TestPlateau:
    def run(self, metrics, **options):
        optimizer = optimizer_of()
        scheduler = ReduceLROnPlateau(optimizer, factor=0.5, **options)
        lrs = []
        for metric in metrics:
            optimizer.step()
            scheduler.step(metric)
            lrs += scheduler.get_last_lr()
        return lrs

    def test_patience(self):
        assert self.run([1.0, 1, 1, 1, 1, 1], patience=1) == [1, 1, 0.5, 0.5, 0.25, 0.25]

    def test_improvement_resets_it(self):
        assert self.run([1.0, 1, 0.9, 0.9, 0.8, 0.8], patience=1) == [1] * 6

    def test_mode_max(self):
        assert self.run([1.0, 2, 3, 2, 2], patience=1, mode="max") == [1, 1, 1, 1, 0.5]

    def test_thresholds(self):
        assert self.run([1.0, 0.95], patience=0, threshold=0.1) == [1, 0.5]
        assert self.run([10.0, 9.5], patience=0, threshold=0.1, threshold_mode="abs") == [1, 1]

    def test_cooldown(self):
        assert self.run([1.0, 1, 1, 1, 1], patience=0, cooldown=2) == [1, 0.5, 0.5, 0.5, 0.25]

    def test_smallest_learning_rate(self):
        assert self.run([1.0] * 5, patience=0, min_lr=0.3) == [1, 0.5, 0.3, 0.3, 0.3]

    def test_a_tensor_as_metric(self):
        assert self.run([torch.tensor(1.0), torch.tensor([1.0])], patience=0) == [1, 0.5]

    def test_not_in_a_sequence(self):
        optimizer = optimizer_of()
        with pytest.raises(ValueError, match="does not support `ReduceLROnPlateau`"):
            SequentialLR(optimizer, [ReduceLROnPlateau(optimizer)], [])


def test_the_state_of_functions():
    class Decay:
        rate = 0.5

        def __call__(self, epoch):
            return self.rate**epoch

    optimizer, decay = optimizer_of(), Decay()
    decay.rate = 0.25
    state = copy.deepcopy(LambdaLR(optimizer, decay).state_dict())
    assert state["lr_lambdas"] == [{"rate": 0.25}]
    fresh = Decay()
    scheduler = LambdaLR(optimizer, fresh)
    scheduler.load_state_dict(state)
    assert fresh.rate == 0.25
    assert state["lr_lambdas"] == [{"rate": 0.25}]
    cyclic = CyclicLR(optimizer_of(), 0.1, 0.2, scale_fn=decay, cycle_momentum=False)
    state = cyclic.state_dict()
    cyclic.load_state_dict(state)
    cyclic.load_state_dict(state)  # it is still whole
    assert state["_scale_fn_custom"] == {"rate": 0.25}
