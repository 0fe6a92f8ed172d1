"""Learning rate schedulers: they change the learning rate of an optimizer as training goes on.

Call the scheduler after the optimizer, mostly once an epoch::

    >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
    >>> for epoch in range(100):
    ...     train(...)
    ...     scheduler.step()
"""

from .composed import ChainedScheduler, SequentialLR
from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .cyclic import CyclicLR
from .factor import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR
from .function import LambdaLR, MultiplicativeLR
from .one_cycle import OneCycleLR
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler
from .scheduler import _LRScheduler as _LRScheduler

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

# PyTorch has them in one file, whose name they show and are pickled by.
for _scheduler in [globals()[_name] for _name in __all__]:
    _scheduler.__module__ = __name__
