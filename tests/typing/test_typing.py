"""What type checkers are told is so. (What mypy makes of the program, `.ci/run` asks.)"""

import ast
import inspect
import runpy
from pathlib import Path

import rushlight as torch
from rushlight.ops.support import surface


def test_an_annotated_program_runs():
    runpy.run_path(str(Path(__file__).with_name("program.py")), run_name="__main__")


def test_the_methods_that_type_checkers_know_are_methods():
    (declared,) = [node for node in ast.walk(ast.parse(inspect.getsource(surface))) if isinstance(node, ast.ClassDef)]
    names = {target.id for node in declared.body if isinstance(node, ast.Assign) for target in node.targets}
    names |= {node.name for node in declared.body if isinstance(node, ast.FunctionDef)}
    assert len(names) > 400
    assert [name for name in names - {"_method", "_unary", "_binary"} if not hasattr(torch.Tensor, name)] == ["__getattr__"]
