"""A page for each command, made of the program itself: what `--help-all` says, and examples.

Nothing here knows a command but by its picture: one that is new in the program is on the site.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from typer.main import get_command

from spectral_film.app.main import app as program

DOCS = Path(__file__).parents[1]
FOLDER = "commands"
PAGES = {
    "../index.md": DOCS.parent / "README.md",
    **{f"../{page.name}": page for page in sorted(DOCS.glob("*.md")) if page.stem != "index"},
}

PICTURES = {
    "demo": {"print.jpg": "The built-in scene, as the projected print"},
    "show": {"vision3-250d.png": "Curves, sensitivities, dyes and MTF of 5207 over its sheet"},
    "films": {"stocks-negative.jpg": "The built-in scene on each colour negative"},
    "fit": {"fit-characteristic-curve.svg": "Densities of 5207, published and fitted"},
    "wedge": {"wedge.jpg": "Printer lights from 19 to 31, three points apart"},
    "studio": {"studio.jpg": "A print with its controls and instruments"},
    "lab": {"lab-edge.svg": "Density across a knife edge on the film"},
    "metamerism": {"metamerism-sensitivities.svg": "What film, camera and eye are sensitive to"},
    "render": {
        "print.jpg": "The print, projected",
        "negative.jpg": "With `--print none`, the negative on a light box",
    },
}

NEXT = "\n\n"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.M | re.S)
CODE, OPTION, SPECIAL = r"`[^`]*`", r"(?<![\w-])--[a-z][a-z-]*", r"[*_\[\]<>#]"
MARKUP = re.compile(f"(?P<code>{CODE})|(?P<option>{OPTION})|{SPECIAL}")


def commands(group: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The words that call each command, and the command; those of groups behind the group."""
    for name, command in group.commands.items():
        yield (*above, name), command
        if hasattr(command, "commands"):
            yield from commands(command, *above, name)


def plain(text: str) -> str:
    """Help as Markdown: nothing is marked up but options and what stands in backticks."""
    return MARKUP.sub(
        lambda found: found["code"] or (f"`{found[0]}`" if found["option"] else f"\\{found[0]}"),
        text,
    )


def typed(parameter: Any, names: list[str]) -> str:
    """How it is typed under these names: `--film ID`."""
    value = parameter.metavar or parameter.opts[0].lstrip("-").upper()
    if parameter.param_type_name == "argument":
        return value
    return ", ".join(names) + ("" if parameter.is_flag else f" {value}")


def sentence(parameter: Any) -> str:
    """What its help says, its default, and whether it may be given again."""
    said = [plain(parameter.help or "")]
    if parameter.default not in (None, False, [], ()) and parameter.show_default:
        said.append(f"Default: `{parameter.default}`.")
    if getattr(parameter, "multiple", False):
        said.append("May be given again.")
    if parameter.hidden:
        said.append("*Listed by `--help-all` alone.*")
    return " ".join(filter(None, said))


def described(parameters: list[Any]) -> list[str]:
    """Each with an anchor of its own."""
    lines = []
    for parameter in parameters:
        names = [*parameter.opts, *parameter.secondary_opts]
        lines += [f"```{{option}} {typed(parameter, names)}", sentence(parameter), "```", ""]
    return lines


def options(command: Any) -> list[str]:
    """Arguments, then options by the groups of `--help`; those of none at the end."""
    groups: dict[str, list[Any]] = {"Arguments": [], "Options": []}
    for parameter in command.params:
        kind = "Arguments" if parameter.param_type_name == "argument" else "Options"
        groups.setdefault(parameter.rich_help_panel or kind, []).append(parameter)
    rest = groups.pop("Options")
    groups["Other options" if len(groups) > 1 else "Options"] = rest
    lines = []
    for title, group in groups.items():
        lines += [f"## {title}", "", *described(group)] if group else []
    return lines


def examples(call: str) -> list[str]:
    """Lines of the other pages that use it."""
    lines = []
    for link, path in PAGES.items():
        text = path.read_text("utf-8")
        used = [
            line
            for block in BLOCK.findall(text)
            for line in block.splitlines()
            if line.startswith(f"{call} ")
        ]
        if used:
            title = re.findall("^# (.+)$", text, re.M)[0]
            lines += [f"From [{title}]({link}):", "", "```bash", *used, "```", ""]
    return ["## Examples", "", *lines] if lines else []


def page(words: tuple[str, ...], command: Any) -> str:
    """All that there is to say of one command, or of a group of them."""
    call = " ".join(("spectral-film", *words))
    lines = [f"# {' '.join(words)}", "", plain(command.help or ""), ""]
    if hasattr(command, "commands"):
        return "\n".join([*lines, *listed(command.commands, *words)])
    needed = (typed(p, p.opts[:1]) for p in command.params if p.required)
    usage = " ".join(("[OPTIONS]", *needed))
    lines += ["```text", f"{call} {usage}", "```", ""]
    lines += pictures(PICTURES.get(words[0], {}))
    return "\n".join(
        [*lines, f"```{{program}} {call}", "```", "", *options(command), *examples(call)]
    )


def pictures(captions: dict[str, str]) -> list[str]:
    """Side by side, each over its words."""
    shown = [f"![{caption}](../pictures/{name})" for name, caption in captions.items()]
    rows = (shown, ["---"] * len(shown), captions.values())
    return [*(f"| {' | '.join(row)} |" for row in rows), ""] if shown else []


def listed(members: dict[str, Any], *above: str) -> list[str]:
    """Links to their pages, each with the first paragraph of its help."""
    pages = {name: "-".join((*above, name)) for name in members}
    lines = [
        f"- [`{name}`]({pages[name]}.md): {plain(member.help.partition(NEXT)[0])}"
        for name, member in members.items()
    ]
    return [*lines, "", "```{toctree}", ":hidden:", *pages.values(), "```", ""]


def contents(group: Any) -> str:
    """The page of all commands, by the panels of `--help`."""
    panels: dict[str, dict[str, Any]] = {}
    for name, command in group.commands.items():
        panels.setdefault(command.rich_help_panel, {})[name] = command
    lines = ["# Commands", "", "```{program} spectral-film", "```", ""]
    for panel, members in panels.items():
        lines += [f"## {panel}", "", *listed(members)]
    return "\n".join([*lines, "## Options of all commands", "", *described(group.params)])


def write(app: Sphinx) -> None:
    """Write what changed, and remove pages of commands that are gone."""
    group = get_command(program)
    folder = Path(app.srcdir, FOLDER)
    folder.mkdir(exist_ok=True)
    texts = {"index": contents(group)}
    texts |= {"-".join(words): page(words, command) for words, command in commands(group)}
    for old in folder.glob("*.md"):
        if old.stem not in texts:
            old.unlink()
    for name, text in texts.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
