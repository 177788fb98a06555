"""Make assets/tables/standards.h5: the eye, densitometers, lights, filters and cameras on our grid.

    python scripts/make_tables.py [OUTPUT]

Needs colour-science (the extra `dev`), which carries the published tables; the engine reads
only the file. The same versions give the same bytes.

A light is brought to the grid by `spectra.resampling`: straight lines between samples 5 nm apart
or more, a triangular average of finer ones. Beyond its table it is held at its end value, which
for the lamps tabulated from 380 nm leaves out a few per cent of the blue layer's exposure.
A table that stops inside 400 to 690 nm is not a light to expose colour film by, and is left out
(of colour-science 0.4.7 that is one: the ISO 7589 Sensitometric Printer, 350 to 560 nm).

Filters are printed from 400 to 700 nm. Towards the ultraviolet the density of one that grows there
grows on in a straight line; what does not is held at its end values (assumed).

A camera sees nothing where it was not measured; the surfaces that cameras are judged on are held
at their end values there.
"""

import csv
import sys
from pathlib import Path

import colour
import h5py
import numpy as np

from spectral_film.light.spectra import WAVELENGTH, resampling

REPOSITORY = Path(__file__).parents[1]
STANDARDS = REPOSITORY / "assets/tables/standards.h5"


def light(table: colour.SpectralDistribution) -> np.ndarray | None:
    """Power on the grid, (wavelength,), or None when the table is too short."""
    if table.wavelengths[0] > 400 or table.wavelengths[-1] < 690:
        return None
    return resampling(table.wavelengths) @ table.values


def lights() -> dict[str, np.ndarray]:
    """Every illuminant and light source of colour-science that covers the grid, by name."""
    tables = {**colour.SDS_ILLUMINANTS, **colour.SDS_LIGHT_SOURCES}
    return {name: power for name in tables if (power := light(tables[name])) is not None}


def status_response(letter: str) -> np.ndarray:
    """ISO 5-3 spectral products on the grid, unit sum, (record, wavelength)."""
    path = REPOSITORY / f"reference/standards/status_{letter}.csv"
    with path.open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))

    def product(record: str) -> np.ndarray:
        printed = [(float(r["wavelength_nm"]), float(r[record])) for r in rows if r[record]]
        log_product = np.interp(
            WAVELENGTH, *zip(*printed, strict=True), left=-np.inf, right=-np.inf
        )
        return 10**log_product

    products = np.stack([product(record) for record in ("red", "green", "blue")])
    return products / products.sum(1, keepdims=True)


def observer() -> np.ndarray:
    """CIE 1931 colour matching functions at the grid, (3, wavelength)."""
    cmfs = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    at_grid = np.isin(cmfs.wavelengths, WAVELENGTH)
    return cmfs.values[at_grid].T


def daylight_basis() -> np.ndarray:
    """Mean daylight and its two main directions on the grid, (3, wavelength)."""
    basis = colour.colorimetry.SDS_BASIS_FUNCTIONS_CIE_ILLUMINANT_D_SERIES
    return np.stack(
        [resampling(basis[s].wavelengths) @ basis[s].values for s in ("S0", "S1", "S2")]
    )


def colour_chart() -> dict[str, np.ndarray]:
    """Reflectances of the 24 patches of a ColorChecker on the grid, by name."""
    patches = colour.SDS_COLOURCHECKERS["BabelColor Average"]
    return {name: resampling(p.wavelengths) @ p.values for name, p in patches.items()}


def filters() -> dict[str, np.ndarray]:
    """Transmittance of Wratten filters on the grid, (wavelength,), by their numbers."""
    path = REPOSITORY / "reference/standards/wratten.csv"
    with path.open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    at = np.array([float(row["wavelength_nm"]) for row in rows])
    below = at[0] > WAVELENGTH

    def on_grid(number: str) -> np.ndarray:
        printed = np.array([float(row[number]) for row in rows]) / 100
        transmittance = resampling(at) @ printed
        first, second = printed[:2]
        if second > first > 0:
            steps_beyond = (at[0] - WAVELENGTH[below]) / (at[1] - at[0])
            transmittance[below] = first * (first / second) ** steps_beyond
        return transmittance

    return {number: on_grid(number) for number in rows[0] if number != "wavelength_nm"}


def cameras() -> dict[str, np.ndarray]:
    """Sensitivities of cameras on the grid, green's peak 1, (3, wavelength), by their names."""
    folder = Path(colour.__file__).parent / "characterisation/datasets/rawtoaces"
    canon = colour.read_sds_from_csv_file(folder / "CANON_EOS_5DMark_II_RGB_Sensitivities.csv")
    tables = {
        "Canon EOS 5D Mark II": colour.MultiSpectralDistributions(list(canon.values())),
        "Nikon D5100": colour.MSDS_CAMERA_SENSITIVITIES["Nikon 5100 (NPL)"],
    }
    found = {}
    for name, table in tables.items():
        at = table.wavelengths
        known = (at[0] <= WAVELENGTH) & (at[-1] >= WAVELENGTH)
        sensitivity = (table.values.T @ resampling(at).T) * known
        found[name] = sensitivity / sensitivity[1].max()
    return found


def camera_surfaces() -> np.ndarray:
    """Reflectances that cameras are judged on, on the grid, (surface, wavelength)."""
    patches = colour.characterisation.read_training_data_rawtoaces_v1()
    return np.asarray(patches.values.T @ resampling(patches.wavelengths).T)


def make(output: Path) -> None:
    """Write the standards file to `output`."""
    named, patches, measured, dyed = lights(), colour_chart(), cameras(), filters()
    with_source = f"colour-science {colour.__version__}"
    datasets: list[tuple[str, np.ndarray, str, str, str]] = [
        ("wavelength", WAVELENGTH, "nm", "wavelength", "the engine's grid"),
        ("cmf", observer(), "1", "xyz, wavelength", f"ISO/CIE 11664-1:2019, by {with_source}"),
        ("status_m", status_response("m"), "unit sum", "record, wavelength", "ISO 5-3:2009"),
        ("status_a", status_response("a"), "unit sum", "record, wavelength", "ISO 5-3:2009"),
        (
            "daylight_basis",
            daylight_basis(),
            "relative power",
            "component, wavelength",
            f"CIE 15:2018 S0, S1, S2, by {with_source}",
        ),
        ("illuminants/name", np.array(list(named), "S"), "", "illuminant", with_source),
        (
            "illuminants/power",
            np.stack(list(named.values())),
            "relative power",
            "illuminant, wavelength",
            f"{with_source}, SDS_ILLUMINANTS and SDS_LIGHT_SOURCES; held at the end values",
        ),
        ("colour_chart/name", np.array(list(patches), "S"), "", "patch", with_source),
        (
            "colour_chart/reflectance",
            np.stack(list(patches.values())),
            "1",
            "patch, wavelength",
            f"ColorChecker Classic, mean of 30 charts by BabelColor (2012), 380 to 730 nm, held "
            f"at the end values; by {with_source}",
        ),
        ("filter/number", np.array(list(dyed), "S"), "", "filter", "KODAK WRATTEN Filters"),
        (
            "filter/transmittance",
            np.stack(list(dyed.values())),
            "1",
            "filter, wavelength",
            "Kodak Wratten Filters for Scientific and Technical Use, condensed by A. C. Peed, Jr. "
            "(CRC Handbook of Chemistry and Physics), 400 to 700 nm; beyond, assumed",
        ),
        ("camera/name", np.array(list(measured), "S"), "", "camera", with_source),
        (
            "camera/sensitivity",
            np.stack(list(measured.values())),
            "relative response to radiance",
            "camera, channel, wavelength",
            f"Canon of RAW to ACES, Nikon of the NPL (Darrodi et al. 2015); by {with_source}",
        ),
        (
            "camera/surfaces",
            camera_surfaces(),
            "1",
            "surface, wavelength",
            f"190 patches that RAW to ACES trains on, 380 to 780 nm; by {with_source}",
        ),
    ]
    with h5py.File(output, "w") as tables:
        tables.attrs["made_by"] = "scripts/make_tables.py"
        for name, values, unit, axes, source in datasets:
            dataset = tables.create_dataset(
                name, data=values, compression="gzip", shuffle=True, track_times=False
            )
            dataset.attrs.update(unit=unit, axes=axes, source=source)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else STANDARDS)
