"""Records what the seed programs, and those of `tests/programs`, print under PyTorch.

    python tests/seeds/record.py [DIRECTORY]

writes `<program>.out`, and `<program>.err` where the program warns, into the `golden` beside the programs or DIRECTORY. Every
program runs in a fork of one process that has imported torch and computed nothing, so that none sees another's state
(PyTorch gives some warnings once a process) and torch is imported once.
"""

import os
import re
import runpy
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = sorted((HERE / "programs").glob("*.py")) + sorted((HERE.parent / "programs" / "programs").glob("*.py"))


def normalise(text: str, program: Path) -> str:
    """`text` without what differs from run to run: object addresses, the program's folder, PyTorch's C++ lines."""
    text = text.replace(f"{program.parent}{os.sep}", "")
    text = re.sub(r" \(Triggered internally at [^)]*\)", "", text)
    return re.sub(r"\b0x[0-9a-f]+", "0x...", text)


def folder(program: Path) -> Path:
    """Where the recording of `program` lies."""
    return program.parent.with_name("golden")


def golden(program: Path) -> tuple[str, str]:
    """The recorded stdout and stderr of `program`."""
    err = folder(program) / f"{program.stem}.err"
    return (folder(program) / f"{program.stem}.out").read_text("utf-8"), err.read_text("utf-8") if err.exists() else ""


def run_forked(program: Path, out: Path, err: Path) -> None:
    """Run `program` in a fork of this process, its output going to the files `out` and `err`."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for stream, path in ((sys.stdout, out), (sys.stderr, err)):
                os.dup2(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644), stream.fileno())
            sys.argv = [str(program)]
            runpy.run_path(str(program), run_name="__main__")
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(f"{program}:\n{err.read_text('utf-8')}")
    for path in (out, err):
        path.write_text(normalise(path.read_text("utf-8"), program), "utf-8")
    if err.stat().st_size == 0:
        err.unlink()


def main() -> None:
    """Record every program."""
    import torch._dynamo  # noqa: F401  (before the forks: the first optimizer of a process imports it, which takes seconds)

    for program in PROGRAMS:
        directory = Path(sys.argv[1]) if len(sys.argv) > 1 else folder(program)
        run_forked(program, directory / f"{program.stem}.out", directory / f"{program.stem}.err")


if __name__ == "__main__":
    main()
