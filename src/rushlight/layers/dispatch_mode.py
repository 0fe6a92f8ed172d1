"""What looks on at every operation on tensors, and may give its result in its place.

Note [Looking on]
    The short ways through an operation know nothing of modes. While one is entered, in any thread, no class is in
    `core.tensor.PLAIN`: all operations take the long way, which asks the thread's own mode (`core.op.MODES`). So a program
    without modes pays nothing. Layers come first: of an operation under vmap a mode sees what is done to the whole batch,
    as PyTorch's dispatcher has it. While a mode does its own work it stands aside for the one below it.

    What a mode sees are operations, under the names that PyTorch gives them (`ops.language.overloads`), and in-place
    operations as a whole. Functions that make tensors from nothing are not seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from ..arrays.types import as_one
from ..core import views
from ..core.declare import computed
from ..core.op import MODES, OPS, Op
from ..core.tensor import ORDINARY, PLAIN, Tensor
from ..ops.language.aten import OpOverload, overload
from ..ops.language.overloads import overload_name

_CHANGING = threading.Lock()


class DispatchMode:
    """Context manager; within, `dispatch` is called in place of every operation of this thread."""

    def __init__(self) -> None:
        self._below: list[Any] = []

    def __enter__(self) -> Any:
        from ..nn import parameter  # noqa: F401 - whose class is ordinary too

        with _CHANGING:
            self._below.append(MODES.get(threading.get_ident()))
            MODES[threading.get_ident()] = self
            PLAIN.clear()
        return self

    def __exit__(self, *exc: object) -> Any:
        with _CHANGING:
            below = self._below.pop()
            if below is not None:
                MODES[threading.get_ident()] = below
                return
            del MODES[threading.get_ident()]
            if not MODES:
                PLAIN.update(ORDINARY)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        here = threading.get_ident()
        MODES[here] = self._below[-1]
        try:
            yield
        finally:
            MODES[here] = self

    def dispatch(self, func: OpOverload, args: Sequence[Any], run: Callable[[], Any], take: Callable[[Any], Any]) -> Any:
        """The result of an operation: that of ``run()``, or of ``take(result)``, where it is known, by `results_of`."""
        raise NotImplementedError

    def call(self, op: Op, arguments: Sequence[Any]) -> Any:
        """What `core` calls for an operation."""
        shown = list(arguments)
        while shown and shown[-1] is None:
            shown.pop()
        run = partial(op.call, *arguments)
        return self._dispatch(overload_name(op, arguments), shown, run, partial(_taken, op, arguments))

    def assign(self, x: Tensor, call: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Tensor:
        """What `core` calls for ``x.op_(*arguments)``."""
        function = getattr(call, "func", call)
        op = getattr(function, "op", None) or OPS.get(function.__name__)
        name = f"{function.__name__}.default" if op is None else overload_name(op, (x, *arguments))
        base, _, overloaded = name.partition(".")
        run = partial(views.assign, x, call, arguments, **options)
        return self._dispatch(f"{base.removesuffix('_')}_.{overloaded}", (x, *arguments), run, lambda result: run())

    def _dispatch(self, name: str, args: Sequence[Any], run: Callable[[], Any], take: Callable[[Any], Any]) -> Any:
        with self._aside():
            return self.dispatch(overload(name), args, run, take)


def _taken(op: Op, arguments: Sequence[Any], result: Any) -> Any:
    # A view is made anew, and random numbers are drawn all the same: the next ones depend on it.
    if op.view:
        return op.call(*arguments)
    if "generator" in op.names:
        op.call(*arguments)
    several = isinstance(result, (tuple, list))
    payloads = as_one(result, [x._data for x in result]) if several else result._data
    return computed(op, arguments, payloads)
