"""Programs of one line each, run under rushlight and under PyTorch: what they print, and how they fail."""

import copy
import operator
import pickle
import re
import warnings

import numpy as np

import rushlight


def outcome(module, source, names):
    """What a line of a program shows: the repr of its value, or the type and words of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            try:
                shown = repr(eval(compile(source, "<line>", "eval"), names))
            except SyntaxError:
                exec(source, names)
                shown = ""
        except Exception as error:
            shown = f"{type(error).__name__}: {error}"
    return re.sub(r" at 0x[0-9a-f]+| \(Triggered internally.*\)$", "", shown)


def differences(torch, program, **names):
    """The lines of a program whose outcomes differ, with both outcomes. The lines share their variables."""
    common = {"np": np, "copy": copy, "operator": operator, "pickle": pickle, "float": float}
    ours, theirs = {"torch": rushlight, **common, **names}, {"torch": torch, **common, **names}
    found = []
    for line in program.strip().splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            seen = outcome(rushlight, line, ours), outcome(torch, line, theirs)
            if seen[0] != seen[1]:
                found.append(f"{line}\n    rushlight {seen[0]}\n    PyTorch   {seen[1]}")
    return found
