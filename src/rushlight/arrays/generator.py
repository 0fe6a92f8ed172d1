"""The random stream of PyTorch's CPU generator: MT19937, seeded and saved as PyTorch does.

M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998). What the samplers make of the stream is in
`rushlight.ops.random.sampling`.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

from .types import device

DEFAULT_SEED = 67280421310721

# The 5056 bytes of a saved state. In the key and its position, `next` numbers of this block are used up and `left - 1`
# are left; a fresh seed has next = 0 and left = 1. Only the second normal number of a pair is ever pending.
_STATE = np.dtype(
    [
        ("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("key", "<u8", 624),
        ("normal_x", "<f8"), ("next_normal", "<f8"), ("normal_rho", "<f8"), ("has_next_normal", "<i4"), ("_0", "<i4"),
        ("next_float_normal", "<f4"), ("has_next_float_normal", "?"), ("_1", "V3"),
    ]
)  # fmt: skip


class Generator:
    """A stream of pseudo-random numbers, the same as PyTorch's on the CPU for the same seed.

    Safe to share between threads: a sampler holds `lock` while it draws. Raises RuntimeError for other devices.

    >>> Generator().manual_seed(0).initial_seed()
    0
    """

    __module__ = "torch._C"

    def __init__(self, device: Any = "cpu") -> None:
        self.device = _cpu(device)
        self.lock = threading.RLock()
        self._source: Any = None  # NumPy's MT19937, made at the first draw: numpy.random takes long to import
        self._seed = DEFAULT_SEED
        self.next_normal: float | None = None

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream of `seed`, from -2**63 to 2**64 - 1, anew.

        Raises RuntimeError for what is not an int, ValueError for one out of range.
        """
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        with self.lock:
            self._seed = seed % 2**64
            self.next_normal = None
            if self._source is not None:
                self._source._legacy_seeding(seed % 2**32)
        return self

    def seed(self) -> int:
        """Start a stream with a seed from the operating system, and return that seed."""
        seed = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed of this stream."""
        return self._seed

    def raw(self, count: int) -> np.ndarray:
        """The next `count` numbers of 32 bits, as uint64. The caller holds the lock."""
        return self._mt19937().random_raw(count)

    def raw64(self, count: int) -> np.ndarray:
        """The next `count` numbers of 64 bits, each of two of 32 bits, the higher half first."""
        halves = self.raw(2 * count)
        return (halves[0::2] << np.uint64(32)) | halves[1::2]

    def _mt19937(self) -> Any:
        if self._source is None:
            source = np.random.MT19937(0)
            source._legacy_seeding(self._seed % 2**32)  # type: ignore[attr-defined]
            self._source = source
        return self._source

    def get_state(self) -> Any:
        """The state as a uint8 tensor of 5056 elements, in PyTorch's layout."""
        from ..core.tensor import wrap

        return wrap(self.state_bytes())

    def set_state(self, new_state: Any) -> Generator:
        """Continue from a state that :meth:`get_state` returned, here or in PyTorch; returns the generator.

        Raises TypeError for what is not a uint8 tensor, RuntimeError for one that holds no valid state.
        """
        from ..core.tensor import Tensor, memory

        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        self.load_state_bytes(memory(new_state))
        return self

    def state_bytes(self) -> np.ndarray:
        """The state as a NumPy array of 5056 bytes."""
        state = np.zeros((), _STATE)
        with self.lock:
            now = self._mt19937().state["state"]
            fresh = now["pos"] == 624 and np.array_equal(now["key"], _fresh_key(self._seed))
            state["seed"], state["seeded"], state["key"] = self._seed, 1, now["key"]
            state["next"], state["left"] = (0, 1) if fresh else (now["pos"], 625 - now["pos"])
            if self.next_normal is not None:
                state["next_normal"], state["has_next_normal"] = self.next_normal, 1
        return np.frombuffer(bytearray(state.tobytes()), np.uint8)

    def load_state_bytes(self, array: np.ndarray) -> None:
        """Continue from the state in an array of 5056 bytes."""
        if array.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if array.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} but found the input RNG state size to be "
                f"{array.size}"
            )
        state = np.frombuffer(array.tobytes(), _STATE)[0]
        if not (state["seeded"] == 1 and 0 < state["left"] <= 624 and state["next"] <= 624):
            raise RuntimeError("Invalid mt19937 state")
        position = 624 if state["left"] == 1 else int(state["next"])
        with self.lock:
            key = {"key": state["key"].astype(np.uint32), "pos": position}
            self._mt19937().state = {"bit_generator": "MT19937", "state": key}
            self._seed = int(state["seed"])
            self.next_normal = float(state["next_normal"]) if state["has_next_normal"] else None

    def clone_state(self) -> Generator:
        """Another generator that will give the numbers that this one would."""
        return _generator(self.state_bytes())

    def get_offset(self) -> int:
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int) -> None:
        raise RuntimeError("CPU Generator does not use offset")

    def graphsafe_get_state(self) -> Generator:
        raise NotImplementedError("graphsafe_get_state is not supported in this Generator")

    def graphsafe_set_state(self, state: Generator) -> None:
        raise NotImplementedError("graphsafe_set_state is not supported in this Generator")

    def __reduce__(self) -> tuple:
        return _generator, (self.state_bytes(),)


def _cpu(where: Any) -> device:
    place = device(where)
    if place.type in ("cuda", "xpu"):
        kind = place.type.upper()
        raise RuntimeError(f"Cannot get {kind} generator without ATen_{place.type} library.")
    if place.type != "cpu":
        raise RuntimeError(f"Cannot execute getNewGenerator() without {place.type.upper()} backend.")
    return device("cpu")


def _generator(state: np.ndarray) -> Generator:
    made = Generator()
    made.load_state_bytes(state)
    return made


def _fresh_key(seed: int) -> np.ndarray:
    source = np.random.MT19937(0)
    source._legacy_seeding(seed % 2**32)  # type: ignore[attr-defined]
    return source.state["state"]["key"]


#: The stream that samplers draw from unless they are given another; seeded anew in each process.
default_generator = Generator()
default_generator.seed()


def manual_seed(seed: Any) -> Generator:
    """Seed the default generator, and return it. Takes what int() takes."""
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seed the default generator from the operating system, and return the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator."""
    return default_generator.initial_seed()


def thread_safe_generator() -> Generator | None:
    """The generator for code that may run in a thread of a DataLoader: None, for the default one is safe there."""
    return None


def get_rng_state() -> Any:
    """The state of the default generator, a uint8 tensor."""
    return default_generator.get_state()


def set_rng_state(new_state: Any) -> None:
    """Set the state of the default generator."""
    default_generator.set_state(new_state)
