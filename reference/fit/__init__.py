"""Film models from datasheets: `spectral-film fit SHEET_DIR -o STOCK.h5`.

sheet.py      reads and checks a datasheet        priors.py     what is free, and what holds it
spectra.py    its spectra on the engine's grid    solve.py      one fit, and how sure it is
curves.py     tone curves and D-min               film_file.py  writes HDF5
optics.py     scatter and adjacency               report.py     film against sheet, in numbers
lad.py        the print's aim                     page.py       the same as a page
"""
