"""The colours of pages and drawings, each for light and for dark paper.

A drawing names its colours by their light value; in a page they become variables of its style
sheet, so that one drawing suits both. Every colour of text or curve stands against its paper by
4.5 to 1 (WCAG 2.2, 1.4.3).
"""

PALETTE = {  # name: on light paper, on dark paper
    "paper": ("#fcfbf9", "#161616"),
    "ink": ("#222222", "#dedad3"),
    "pale": ("#69645d", "#9e988f"),
    "rule": ("#d9d4cb", "#3b3936"),
    "good": ("#27703f", "#82c797"),
    "bad": ("#ad241c", "#f2938a"),
    "red": ("#b83a32", "#ee8a80"),
    "green": ("#2d7a46", "#7fc493"),
    "blue": ("#3762ad", "#8fb1ec"),
    "cyan": ("#187887", "#63c1d0"),
    "magenta": ("#a8397f", "#e08bc4"),
    "yellow": ("#876500", "#d8b44c"),
    "amber": ("#96570f", "#dfa05c"),
    "violet": ("#6350a3", "#b3a3ea"),
    "teal": ("#2b7377", "#77c0c4"),
}
LIGHT = {name: light for name, (light, _) in PALETTE.items()}


def style_sheet() -> str:
    """The colours as variables of a style sheet; what is printed is on light paper."""
    light, dark = (
        " ".join(f"--{name}: {pair[which]};" for name, pair in PALETTE.items()) for which in (0, 1)
    )
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"
    )


def as_variables(drawing: str) -> str:
    """A drawing whose colours follow the page it stands in; alone, they are the light ones."""
    for name, light in LIGHT.items():
        drawing = drawing.replace(light, f"var(--{name}, {light})")
    return drawing
