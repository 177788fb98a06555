"""Links to files that are no pages: into the API where it has the module, else the file's name.

On GitHub a page links to `../spectral_film/path/order.py`. The site holds no sources, and a link
that leads nowhere says less than the name.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).parents[2]


class Outside(SphinxTransform):
    """Takes such links from the Markdown parser, which would make downloads or warnings of them."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Before downloads are collected."""
        links = (addnodes.download_reference, addnodes.pending_xref)
        for link in list(self.document.findall(lambda node: isinstance(node, links))):
            if link.get("reftype") != "myst" or link["reftarget"] in self.env.found_docs:
                continue
            name = self._name(link["reftarget"])
            if name == "README.md":
                link["reftarget"] = "index"  # which shows it
            elif name and not name.startswith("docs/pictures/"):  # those come along
                asked = {"refdomain": "", "reftype": "outside", "reftarget": name}
                new = addnodes.pending_xref("", *link.children, refdoc=self.env.docname, **asked)
                link.replace_self(new)

    def _name(self, target: str) -> str | None:
        """Where it lies in the repository; None for what does not, which the parser will tell of.

        The README, which the first page shows, names files from the root. Of a page of Markdown
        the parser has dropped the suffix.
        """
        names = (target.partition("#")[0], f"{target}.md")
        for path in (Path(folder, name) for name in names for folder in (self.env.srcdir, ROOT)):
            if path.exists() and path.resolve().is_relative_to(ROOT):
                return path.resolve().relative_to(ROOT).as_posix()
        return None


def module(path: str) -> str:
    """The name that Python has for a file or a folder."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def answer(
    app: Sphinx, env: BuildEnvironment, link: addnodes.pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """A link into the API, or words."""
    if link.get("reftype") != "outside":
        return None
    path, words = link["reftarget"], content.astext()
    found = env.get_domain("py").resolve_xref(
        env, link["refdoc"], app.builder, "mod", module(path), link, content
    )
    if found is not None:
        return found
    name = nodes.literal("", path)
    if path.endswith(words):  # it was called by its name
        return name
    return nodes.inline("", "", nodes.inline("", words), nodes.Text(" ("), name, nodes.Text(")"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_transform(Outside)
    app.connect("missing-reference", answer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
