"""Film models from datasheets: `spectral-film fit SHEET_DIR -o STOCK.h5`.

sheet.py      a datasheet, read and checked       priors.py     what is free, and what holds it
tables.py     its CSV tables                      solve.py      one fit, and how sure it is
spectra.py    its spectra on the engine's grid    film_file.py  writes HDF5
curves.py     tone curves and D-min               report.py     film against sheet, in numbers
optics.py     scatter and adjacency               page.py       the same as a page
lad.py        the print's aim
"""
