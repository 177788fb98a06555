"""The site that `make docs` builds: pages as they lie here, commands and API as the code has them.

Nothing is fetched, here or by a reader: fonts are the system's, equations are text.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "spectral-film"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "bibliography",
    "commands",
    "docstrings",
    "outside",
]
templates_path = exclude_patterns = ["templates"]  # for the API; no pages

highlight_language = "text"  # of a block that does not say
smartquotes = False  # it would make one dash of the two of an option
myst_heading_anchors = 4  # as links on GitHub name them

autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
default_role = "code"  # single backticks in docstrings
napoleon_use_ivar = True
python_maximum_signature_line_length = 90
python_use_unqualified_type_names = True

html_theme = "furo"
html_show_copyright = False
html_title = "spectral-film"
html_copy_source = False
html_static_path = ["style"]
html_css_files = ["site.css"]
