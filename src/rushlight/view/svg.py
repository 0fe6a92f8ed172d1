"""The graph as SVG."""

from __future__ import annotations

from html import escape

from .model import Model
from .shapes import FONT, LOOKS, THEMES, WRITING, Part, Scene, Shape, closed_groups, extent, parts, wrapped


def draw(model: Model, expand: int | None = None, theme: str = "auto") -> str:
    """The whole picture. Raises ValueError for a theme that there is none of."""
    if theme not in ("auto", *THEMES):
        raise ValueError(f"theme must be 'auto', 'light' or 'dark', not {theme!r}")
    scene = Scene(model, closed_groups(model, expand))
    drawn = parts(scene)
    box = extent(scene.drawing, drawn)
    width, height = box.width, box.height
    hints = hint_lines(model, width)
    whole = height + 15 * len(hints) + (6 if hints else 0)
    body = "".join(markup(part) for part in drawn)
    notes = "".join(
        f'<text class="rl-hint" x="20" y="{height + 15 * i:g}">{escape(h)}</text>' for i, h in enumerate(hints)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rl" width="{width:.0f}" height="{whole:.0f}" '
        f'viewBox="0 0 {width:.0f} {whole:.0f}" role="img" aria-label="computation graph"><style>{style(theme)}</style>'
        f'<rect class="rl-paper" width="100%" height="100%"/>'
        f'<g transform="translate({-box.x:.0f} {-box.y:.0f})">{body}</g>{notes}</svg>'
    )


def hint_lines(model: Model, width: float) -> list[str]:
    """The lines below the picture."""
    return [line for hint in model.hints for line in wrapped(hint, int((width - 40) / 6.4))]


def style(theme: str) -> str:
    """The style sheet: colours as variables, so that a theme is a list of them."""
    variables = {name: "".join(f"--rl-{k}:{v};" for k, v in colours.items()) for name, colours in THEMES.items()}
    rules = [f".rl{{{variables['light' if theme == 'auto' else theme]}}}.rl text{{font-family:{FONT};white-space:pre}}"]
    if theme == "auto":
        rules.append(f"@media(prefers-color-scheme:dark){{.rl{{{variables['dark']}}}}}")
    rules.append(".rl-paper{fill:var(--rl-paper)}")
    for name, (fill, stroke, width, dashes) in LOOKS.items():
        rule = f"fill:{f'var(--rl-{fill})' if fill else 'none'};"
        rule += f"stroke:var(--rl-{stroke});stroke-width:{width:g};" if stroke else ""
        rules.append(f".rl-{name}{{{rule}{f'stroke-dasharray:{dashes}' if dashes else ''}}}")
    for name, (colour, size, weight) in WRITING.items():
        rules.append(f"text.rl-{name}{{fill:var(--rl-{colour});font-size:{size:g}px;font-weight:{weight}}}")
    rules.append("text.rl-gradient{paint-order:stroke;stroke:var(--rl-paper);stroke-width:3px;stroke-linejoin:round}")
    return "".join(rules)


def markup(part: Part) -> str:
    """One vertex, group, frame or edge."""
    place = f' transform="translate({part.x:.1f} {part.y:.1f})"' if part.x or part.y else ""
    return f'<g data-id="{part.id}" data-what="{part.what}"{place}>{"".join(map(_element, part.shapes))}</g>'


def _element(shape: Shape) -> str:
    role = f' data-role="{shape.role}"' if shape.role else ""
    if shape.kind == "rect":
        return (
            f'<rect class="rl-{shape.look}"{role} x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:.1f}" '
            f'height="{shape.height:.1f}" rx="7"/>'
        )
    if shape.kind == "text":
        return f'<text class="rl-{shape.look}"{role} x="{shape.x:.1f}" y="{shape.y:.1f}">{escape(printable(shape.text))}</text>'
    if shape.kind == "polygon":
        points = " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in shape.points)
        return f'<polygon class="rl-{shape.look}"{role} points="{points}"/>'
    return f'<path class="rl-{shape.look}"{role} d="{path_data(shape.points)}"/>'


def path_data(points: list[tuple[float, float]]) -> str:
    return "M" + "C".join(
        " ".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in part)
        for part in [points[:1], *[points[i : i + 3] for i in range(1, len(points), 3)]]
    )


def printable(text: str) -> str:
    """`text` without the control characters that XML does not allow."""
    return "".join(c if c >= " " or c in "\t\n" else "�" for c in text)
