"""Arithmetic with a number of a function itself, not of the user's program: torch's nodes tell the two apart."""

from __future__ import annotations

from ...core.declare import elementwise

plus = elementwise("add_number", lambda x, y: x + y, "AddBackward1", lambda g: g, inputs=2)
minus = elementwise("sub_number", lambda x, y: x - y, "SubBackward1", lambda g: g, inputs=2)
times = elementwise("mul_number", lambda x, y: x * y, "MulBackward1", lambda g, y: g * y, inputs=2)
over = elementwise("div_number", lambda x, y: x / y, "DivBackward1", lambda g, y: g / y, inputs=2)
