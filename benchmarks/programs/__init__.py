"""One program a module.

The first line of its docstring says what it is; `setup()` makes what it works on and returns the step to be timed, a
function without arguments that returns a number or a 0-d tensor. The values of the first steps have to agree between
rushlight and PyTorch within the relative tolerance `RTOL` (1e-5 unless the module has its own).
"""
