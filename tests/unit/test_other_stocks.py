"""Stocks that are fitted from their sheets with no change of code: 50D, and 200T under tungsten."""

from pathlib import Path

import numpy as np
import pytest

import reference
from reference.fit.sheet import read_sheet
from spectral_film import Scene, Settings, render
from spectral_film.light.spectra import WAVELENGTH

SHEETS = Path(reference.__file__).parent / "sheets"


@pytest.mark.parametrize(("stock", "index"), [("vision3-50d", 50), ("vision3-200t", 200)])
def test_the_sheet_is_whole_regular_and_says_who_read_it(stock, index):
    sheet = read_sheet(SHEETS / stock)
    assert sheet.exposure_index == index
    assert len(sheet.tables) == 5
    for name, table in sheet.tables.items():
        axis = next(iter(table.columns.values()))
        if name != "mtf":
            # Written with two decimals.
            assert np.diff(axis) == pytest.approx(np.diff(axis)[0], abs=0.011), name
        for note in ("source", "read", "unit", "uncertainty"):
            assert table.notes[note], (name, note)
    for name in ("characteristic_curves", "mtf"):
        read = sheet.tables[name].notes["read"]
        assert "spectral_film_lut" in read
        assert "film-scan-calibration" in read


def test_200t_comes_out_right_under_tungsten():
    grey = Scene(
        planes=np.full((2, 1, 1), 0.18, np.float32),
        kind="reflectance",
        wavelength_nm=WAVELENGTH[[0, -1]],
    )

    def tapped(quantity, **changes):
        settings = Settings(
            grain="off",
            film="vision3-200t",
            to=quantity,
            white="lamp",
            balance="lad",
            **changes,
        )
        return render(grey, settings).planes[:, 0, 0]

    # float32 sums of 85 products; the printer's balance is solved exactly.
    assert tapped("exposure") == pytest.approx(12.5 / 200, rel=1e-5)
    assert tapped("print") == pytest.approx([1.09, 1.06, 1.03], abs=1e-3)
    # In daylight a tungsten stock goes blue: more than a stop between its outer layers.
    red, _, blue = tapped("exposure", illuminant="D55")
    assert np.log2(blue / red) > 1
