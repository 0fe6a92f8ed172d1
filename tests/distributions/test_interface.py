"""What all distributions have in common: shapes, validation, expansion, words; and that the examples are right."""

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import rushlight as torch
from rushlight import distributions as D

MODULES = [m.name for m in pkgutil.iter_modules(D.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"rushlight.distributions.{name}")
    names = {**vars(D), "torch": torch, **vars(module)}
    finder, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    kept = dict(D.kl._KL_REGISTRY)
    try:
        for test in finder.find(module, globs=names):
            assert runner.run(test).failed == 0
    finally:
        D.kl._KL_REGISTRY.update(kept)
        D.kl._KL_MEMOIZE.clear()


def test_every_family_states_its_density_with_an_example():
    for name in D.__all__:
        family = getattr(D, name)
        if inspect.isclass(family) and issubclass(family, D.Distribution):
            text = inspect.getdoc(family)
            assert ">>>" in text or name in ("Distribution", "ExponentialFamily", "OneHotCategoricalStraightThrough")


def test_shapes():
    d = D.Normal(torch.zeros(3, 1), torch.ones(2))
    assert d.batch_shape == (3, 2)
    assert d.event_shape == ()
    assert d.sample((4,)).shape == (4, 3, 2)
    assert d.expand((5, 3, 2)).rsample((4,)).shape == (4, 5, 3, 2)
    assert D.Independent(d, 1).log_prob(torch.zeros(3, 2)).shape == (3,)


def test_validation_can_be_switched_off_for_all_and_for_one():
    with pytest.raises(ValueError, match="Expected parameter scale"):
        D.Normal(0.0, -1.0)
    assert D.Normal(0.0, -1.0, validate_args=False).scale == -1
    D.Distribution.set_default_validate_args(False)
    try:
        assert D.Normal(0.0, -1.0).scale == -1
        with pytest.raises(ValueError, match="Expected parameter scale"):
            D.Normal(0.0, -1.0, validate_args=True)
    finally:
        D.Distribution.set_default_validate_args(True)
    d = D.Exponential(1.0, validate_args=False)
    assert d.expand((3,)).log_prob(torch.tensor(-1.0)).tolist() == [1.0] * 3


def test_a_subclass_with_a_constructor_of_its_own_needs_an_expand_of_its_own():
    class Standard(D.Normal):
        def __init__(self, scale):
            super().__init__(0.0, scale)

    with pytest.raises(NotImplementedError, match="Subclass Standard of Normal that defines a custom __init__"):
        Standard(1.0).expand((3,))

    class Expandable(Standard):
        def expand(self, batch_shape, _instance=None):
            return super().expand(batch_shape, self._get_checked_instance(Expandable, _instance))

    d = Expandable(2.0).expand((3,))
    assert type(d) is Expandable
    assert d.scale.tolist() == [2.0] * 3


def test_a_family_of_ones_own():
    class Constant(D.Distribution):
        def __init__(self, value, validate_args=None):
            self.value = value
            super().__init__(value.shape, validate_args=validate_args)

        def log_prob(self, value):
            if self._validate_args:
                self._validate_sample(value)
            return torch.where(value == self.value, 0.0, -torch.inf)

    with pytest.warns(UserWarning, match="does not define `arg_constraints`"):
        d = Constant(torch.ones(2))
    with pytest.warns(UserWarning, match="does not define `support`"):
        assert d.log_prob(torch.tensor([1.0, 2.0])).tolist() == [0.0, -torch.inf]
    for call in (d.sample, d.entropy, lambda: d.cdf(1), lambda: d.expand((2,)), lambda: d.mean, lambda: d.support):
        with pytest.raises(NotImplementedError):
            call()

    @D.register_kl(Constant, D.Normal)
    def _(p, q):
        return -q.log_prob(p.value)

    assert D.kl_divergence(d, D.Normal(1.0, 1.0)).tolist() == pytest.approx([0.9189385] * 2)


def test_ambiguous_divergences_are_told():
    class First(D.Normal):
        pass

    class Second(D.Normal):
        pass

    registry = D.kl._KL_REGISTRY
    kept = dict(registry)
    try:
        D.register_kl(First, D.Normal)(lambda p, q: "first")
        D.register_kl(D.Normal, Second)(lambda p, q: "second")
        with pytest.warns(RuntimeWarning, match="Ambiguous kl_divergence"):
            assert D.kl_divergence(First(0.0, 1.0), Second(0.0, 1.0)) == "first"
    finally:
        registry.clear()
        registry.update(kept)
        D.kl._KL_MEMOIZE.clear()


def test_lazy_properties_are_computed_once_and_with_gradients():
    logits = torch.tensor([0.3], requires_grad=True)
    d = D.Bernoulli(logits=logits)
    with torch.no_grad():
        probs = d.probs
    assert probs is d.probs
    assert probs.requires_grad
    assert isinstance(D.Bernoulli.probs, property)


def test_straight_through_samples_pass_the_gradient_of_probabilities():
    torch.manual_seed(0)
    logits = torch.tensor([0.3, -1.0, 2.0], requires_grad=True)
    x = D.OneHotCategoricalStraightThrough(logits=logits).rsample()
    assert sorted(x.tolist()) == [0, 0, 1]
    weights = torch.tensor([1.0, 2.0, 3.0])
    (got,) = torch.autograd.grad(x @ weights, logits)
    (wanted,) = torch.autograd.grad(logits.softmax(-1) @ weights, logits)
    assert torch.allclose(got, wanted)


def test_second_order_gradients_of_densities():
    x, loc, scale = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.7, 0.3, 1.7))
    assert torch.autograd.gradgradcheck(lambda x, loc, scale: D.Normal(loc, scale).log_prob(x), (x, loc, scale))
    a = torch.tensor([0.7, 2.0, 3.5], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([1.7, 2.5, 0.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda a, b: D.kl_divergence(D.Dirichlet(a), D.Dirichlet(b)), (a, b))


def test_importing_rushlight_loads_no_distributions_and_these_no_scipy():
    code = (
        "import sys, rushlight; assert 'rushlight.distributions' not in sys.modules; "
        "rushlight.distributions.Normal(0., 1.).sample(); "
        "assert 'scipy' not in sys.modules and 'rushlight.nn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=D.__path__[0] + "/../..")
