"""Film models from datasheets: `python -m reference.fit SHEET_DIR -o STOCK.h5`.

sheet.py      reads and checks a datasheet          curves.py   tone curves and D-min
spectra.py    its spectra on the engine's grid      optics.py   scatter and adjacency
lad.py        the print's aim                       film_file.py  writes HDF5
"""
