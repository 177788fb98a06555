"""Docstrings: tables and equations stay as they were typed, types and dashes become readable."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


def depth(line: str) -> int:
    """How far it is indented."""
    return len(line) - len(line.lstrip())


def keep_typed(
    app: Sphinx, what: str, name: str, thing: object, of: object, lines: list[str]
) -> None:
    """A block that is indented after an empty line is one of them, and becomes a literal block."""
    for number in range(len(lines) - 1, 0, -1):
        if not lines[number].strip() or lines[number - 1].strip():
            continue
        above = next((depth(line) for line in reversed(lines[:number]) if line.strip()), 0)
        if depth(lines[number]) > above:
            lines[number:number] = [" " * above + "::", ""]
    if what in ("attribute", "data", "property"):
        lines[:0] = ["..", ""]  # else napoleon takes what stands before a colon for the type


def name_arrays(
    app: Sphinx,
    what: str,
    name: str,
    thing: object,
    of: object,
    takes: str | None,
    gives: str | None,
) -> tuple[str | None, str | None]:
    """`Array` is what the code calls it, wherever JAX keeps it."""
    return tuple(text and text.replace("jaxlib._jax.Array", "Array") for text in (takes, gives))


class Dashes(SphinxTransform):
    """Between an argument and what it is; elsewhere two hyphens begin an option."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """As Sphinx writes them, with a blank on either side."""
        for text in list(self.document.findall(nodes.Text)):
            if text == " -- ":
                text.parent.replace(text, nodes.Text(" \u2013 "))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("autodoc-process-signature", name_arrays)
    app.add_transform(Dashes)
    app.connect("autodoc-process-docstring", keep_typed, priority=400)  # before sections are read
    return {"parallel_read_safe": True, "parallel_write_safe": True}
