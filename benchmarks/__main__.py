"""Time rushlight and PyTorch side by side: `python -m benchmarks`.

Every program of `benchmarks.programs` runs in fresh processes, rushlight and PyTorch in turn, several rounds of them;
the best time of each side counts, with the threads that each uses by default. A side that is not installed leaves its
column empty. The exit code is 1 if a program failed or the two sides disagree on its values.

With ``--by-hand``, programs that also stand in `benchmarks.by_hand` are timed there too: the same mathematics in plain
NumPy, with its derivatives, which is the floor for what calls NumPy. Those that run on `benchmarks.sketch`, a bare
reverse mode without anything else of PyTorch's, are timed on it: the floor for what records operations in Python.
"""

import argparse
import ast
import importlib.util
import json
import math
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from .sizes import installed_bytes

HERE = Path(__file__).parent
SOURCE = str(HERE.parent / "src")
ENV = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")]))}
SIDES = ("rushlight", "torch")
BY_HAND = {path.stem for path in (HERE / "by_hand").glob("*.py")}
SKETCHED = {"chain", "custom_functions", "elementwise_10k", "elementwise_1m", "graph_100k", "legendre", "rnn", "scalar"}
#: What else a program may run on, with ``--by-hand``: side -> (what the table calls it, the programs there are).
FLOORS = {"numpy": ("by hand in NumPy", BY_HAND), "sketch": ("on a bare sketch", SKETCHED)}
NAMES = ["import", *(path.stem for path in sorted((HERE / "programs").glob("*.py")) if path.stem != "__init__")]


def measure(side: str, name: str, seconds: float) -> dict[str, Any]:
    """What a fresh worker process reports of the program `name`, or {"error": its last line}.

    This process stays small: on Linux a child's peak memory begins at that of its parent.
    """
    command = [sys.executable, "-m", "benchmarks.worker", side, name, str(seconds)]
    done = subprocess.run(command, cwd=HERE.parent, env=ENV, capture_output=True, text=True)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def best(results: list[dict]) -> dict[str, Any]:
    """One side's rounds as one result: the least of each figure."""
    for result in results:
        if "error" in result:
            return result
    merged = dict(results[0])
    for key in merged:
        if key not in ("values", "rtol") and merged[key] is not None:
            merged[key] = min(result[key] for result in results)
    return merged


def run_row(name: str, sides: list[str], rounds: int, seconds: float) -> dict[str, Any]:
    """Measure one program on every side, in turn."""
    sides = [side for side in sides if side not in FLOORS or name in FLOORS[side][1]]
    results: dict[str, list[dict]] = {side: [] for side in sides}
    for number in range(rounds):
        for side in sides if number % 2 == 0 else sides[::-1]:
            results[side].append(measure(side, name, seconds))
    row: dict = {"name": name, "what": what(name), **{side: best(results[side]) for side in sides}}
    ours, theirs = (row.get(side, {}) for side in SIDES)
    our_time, their_time = time_of(ours), time_of(theirs)
    if our_time and their_time:
        row["ratio"] = their_time / our_time
        row["agree"] = agree(ours, theirs)
    for side in FLOORS:
        if "values" in row.get(side, {}):
            row[f"{side}_agrees"] = agree({**row[side], "rtol": 1e-3}, ours)
    return row


def time_of(result: dict) -> float | None:
    """The time that a row compares."""
    return result.get("seconds", result.get("import_seconds"))


def what(name: str) -> str:
    """The first line of the program's docstring, read without importing it."""
    if name == "import":
        return "Importing the package."
    program = ast.parse((HERE / "programs" / f"{name}.py").read_text("utf-8"))
    return (ast.get_docstring(program) or "").partition("\n")[0]


def agree(ours: dict, theirs: dict) -> bool:
    """Whether both sides returned the same numbers, for as many first steps as both took."""
    pairs = zip(ours["values"], theirs["values"], strict=False)
    return all(math.isclose(a, b, rel_tol=ours["rtol"]) for a, b in pairs)


def geometric_mean(rows: list[dict]) -> float | None:
    """Of the ratios of the programs; importing is no program."""
    ratios = [row["ratio"] for row in rows if "ratio" in row and row["name"] != "import"]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def show_time(result: dict) -> str:
    """The time with three digits, in the unit that fits."""
    seconds = time_of(result)
    if seconds is None:
        return "failed" if "error" in result else ""
    unit, scale = next((u, s) for u, s in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)) if seconds * s >= 1 or u == "µs")
    return f"{seconds * scale:#.3g}".rstrip(".") + f" {unit}"


def show_bytes(count: float | None) -> str:
    """Megabytes."""
    return "" if count is None else f"{count / 1e6:.0f} MB"


COLUMNS = "{:18}{:>12}{:>12}{:>9}{:>13}{:>13}  {}"


def show_row(row: dict) -> str:
    """One line of the table, and below it what went wrong."""
    ours, theirs = (row.get(side, {}) for side in SIDES)
    ratio = f"{row['ratio']:.2f}x" if "ratio" in row else ""
    memory = [show_bytes(result.get("peak_bytes")) for result in (ours, theirs)]
    lines = [COLUMNS.format(row["name"], show_time(ours), show_time(theirs), ratio, *memory, row["what"]).rstrip()]
    lines += [f"    {side}: {row[side]['error']}" for side in SIDES if "error" in row.get(side, {})]
    for side, (name, _) in FLOORS.items():
        if side in row and "error" not in row[side]:
            lines.append(f"    {name}: {show_time(row[side])}" + floor(row, side))
        if row.get(f"{side}_agrees") is False:
            lines.append(f"    the values {name} differ: {row[side]['values']}")
    if row.get("agree") is False:
        lines.append(f"    the values differ: {ours['values']} and {theirs['values']}")
    return "\n".join(lines)


def floor(row: dict, side: str) -> str:
    """How much faster than PyTorch the program is on a side that does less: more can't be had in that way."""
    return f", {row['torch']['seconds'] / row[side]['seconds']:.2f}x" if "seconds" in row.get("torch", {}) else ""


def show_summary(report: dict) -> str:
    """What stands below the table."""
    lines = []
    if report["geometric_mean"]:
        lines.append(f"geometric mean of the programs: {report['geometric_mean']:.2f}x")
    imported: dict[str, Any] = {row["name"]: row for row in report["rows"]}.get("import", {}).get("rushlight", {})
    if "numpy_seconds" in imported:
        beyond = (imported["import_seconds"] - imported["numpy_seconds"]) * 1e3
        lines.append(f"import rushlight takes {beyond:.0f} ms more than import numpy")
    sizes = [f"{side} {show_bytes(count)}" for side, count in report["installed_bytes"].items()]
    lines.append("installed size, with what it needs: " + ", ".join(sizes))
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    versions: dict[str, str | None] = {}
    for name in ("numpy", "scipy", "torch"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version(), **versions}


def main() -> int:
    """Run the command line; 1 if anything failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Time rushlight and PyTorch side by side."
    )
    parser.add_argument("--only", nargs="+", metavar="ROW", choices=NAMES, help=f"these rows of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="one short round: a look, not a measurement")
    parser.add_argument("--by-hand", action="store_true", help="time the floors, too: by hand in NumPy, and a bare sketch")
    parser.add_argument("--rounds", type=int, help="processes a side and row (default: 5; with --quick: 1)")
    parser.add_argument("--json", metavar="FILE", help="write all figures to FILE")
    options = parser.parse_args()
    rounds = options.rounds or (1 if options.quick else 5)
    sys.path.insert(0, SOURCE)
    sides = [side for side in SIDES if importlib.util.find_spec(side)] + list(FLOORS) * options.by_hand
    print(COLUMNS.format("", "rushlight", "torch", "ratio", "peak memory", "torch's", "").rstrip())
    report: dict = {"machine": machine(), "rounds": rounds, "rows": []}
    for name in options.only or NAMES:
        row = run_row(name, sides, rounds, 0.1 if options.quick else 0.5)
        report["rows"].append(row)
        print(show_row(row), flush=True)
    report["geometric_mean"] = geometric_mean(report["rows"])
    report["installed_bytes"] = {side: installed_bytes(side) for side in sides if side in SIDES}
    print(show_summary(report))
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    failed = any("error" in row.get(side, {}) for row in report["rows"] for side in sides)
    differs = any(False in [row.get(k) for k in ("agree", *[f"{side}_agrees" for side in FLOORS])] for row in report["rows"])
    return int(failed or differs)


if __name__ == "__main__":
    sys.exit(main())
