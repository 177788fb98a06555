"""Make a film file from a datasheet: `python -m reference.fit SHEET_DIR -o STOCK.h5`."""

import argparse
import sys
from pathlib import Path

from reference.fit.film_file import write_film
from reference.fit.model import fit_film
from reference.fit.report import residual_lines
from reference.fit.sheet import read_sheet
from spectral_film.errors import OutputError, SpectralFilmError


def main() -> int:
    """Fit, print the residuals, write. Exit code 0, or 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m reference.fit", description=__doc__)
    parser.add_argument("sheet", type=Path, metavar="SHEET_DIR", help="sheet.toml and CSV tables")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="STOCK.h5")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    options = parser.parse_args()
    try:
        if options.output.exists() and not options.overwrite:
            raise OutputError(f"{options.output} exists; give --overwrite to replace it")
        model = fit_film(read_sheet(options.sheet))
        print("\n".join(residual_lines(model)))
        write_film(options.output, model)
    except SpectralFilmError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
