"""The graph as a bitmap, drawn by matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .model import Model
from .shapes import LOOKS, THEMES, WRITING, Part, Scene, Shape, closed_groups, extent, parts
from .svg import hint_lines

#: Pixels of the file for one of the drawing; fewer where the file would be larger than `LARGEST` on a side.
SCALE, LARGEST = 2.0, 16000
FONTS = ["DejaVu Sans Mono", "Noto Sans Mono CJK SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC"]


def draw(model: Model, path: Path, expand: int | None, theme: str) -> None:
    """Writes the picture. Raises ImportError, saying what to install, where matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.font_manager import get_font_names
    except ImportError as error:
        raise ImportError(
            "a .png needs matplotlib: pip install 'rushlight[view]'. An .svg or .html needs nothing."
        ) from error
    if theme not in THEMES:
        raise ValueError(f"theme must be 'auto', 'light' or 'dark', not {theme!r}")
    colours, scene = THEMES[theme], Scene(model, closed_groups(model, expand))
    drawn = parts(scene)
    box = extent(scene.drawing, drawn)
    width, height = box.width, box.height
    hints = hint_lines(model, width)
    whole = height + 15 * len(hints)
    figure: Any = Figure(figsize=(width / 72, whole / 72), facecolor=colours["paper"])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(whole, 0))
    axes.axis("off")
    installed = set(get_font_names())
    pen = _Pen(axes, colours, [font for font in FONTS if font in installed] or ["monospace"])
    for part in drawn:
        pen.draw(part._replace(x=part.x - box.x, y=part.y - box.y))
    for i, hint in enumerate(hints):
        pen.draw(Part("", "", 0, 0, [Shape("text", "hint", 20, height + 15 * i, text=hint)]))
    figure.savefig(path, dpi=min(72 * SCALE, 72 * LARGEST / max(width, whole)), facecolor=colours["paper"])


class _Pen:
    def __init__(self, axes: Any, colours: dict[str, str], fonts: list[str]) -> None:
        self.axes, self.colours, self.fonts = axes, colours, fonts

    def draw(self, part: Part) -> None:
        from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
        from matplotlib.path import Path as Line

        for shape in part.shapes:
            at = [(x + part.x, y + part.y) for x, y in shape.points]
            if shape.kind == "text":
                self._write(shape, part)
            elif shape.kind == "rect":
                corner = (part.x + shape.x + 7, part.y + shape.y + 7)
                box = FancyBboxPatch(corner, shape.width - 14, shape.height - 14, boxstyle="round,pad=7")
                self.axes.add_patch(self._styled(box, shape.look))
            elif shape.kind == "polygon":
                self.axes.add_patch(self._styled(Polygon(at, closed=True), shape.look))
            else:
                codes = [Line.MOVETO] + [Line.CURVE4] * (len(at) - 1)
                self.axes.add_patch(self._styled(PathPatch(Line(at, codes)), shape.look))

    def _styled(self, patch: Any, look: str) -> Any:
        fill, stroke, width, dashes = LOOKS[look]
        patch.set(facecolor=self.colours[fill] if fill else "none", edgecolor=self.colours[stroke] if stroke else "none",
                  linewidth=width, linestyle=(0, tuple(float(n) for n in dashes.split())) if dashes else "-")  # fmt: skip
        return patch

    def _write(self, shape: Shape, part: Part) -> None:
        colour, size, weight = WRITING[shape.look]
        text = shape.text.replace("$", r"\$")  # not mathematics
        self.axes.text(part.x + shape.x, part.y + shape.y, text, color=self.colours[colour], fontsize=size, family=self.fonts,
                       weight="bold" if weight > 500 else "normal", va="baseline")  # fmt: skip
