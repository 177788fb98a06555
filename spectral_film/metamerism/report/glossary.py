"""Terms of the report, for whoever meets them the first time."""

from spectral_film.metamerism.report.exhibit import Chapter
from spectral_film.pages.markup import facts

TERMS = {
    "a*, b*, L*": "CIELAB: lightness, and the two directions of colour, red to green and yellow to "
    "blue, as an eye that has adapted to the white sees them.",
    "CCT, Duv": "Correlated colour temperature: of the black body whose white is nearest; Duv: how "
    "far off, greenish if positive, pinkish if negative.",
    "CIEDE2000, dE": "How far apart two colours look: 1 is seen by a trained eye with the colours "
    "edge to edge, 3 by anybody, 10 at a glance.",
    "CRI, Rf": "How well an eye finds colours rendered in a light, 100 as in a black body or "
    "daylight: CIE 13.3 (1995) with 8 pastels, CIE 224 (2017) with 99 surfaces.",
    "Density": "Blackness: log10 of one over the share of light that passes. Status M reads "
    "negatives, status A prints.",
    "Layer": "Film has three, which see red, green and blue, each in its own stretch of the "
    "spectrum.",
    "Luther's condition": "Two observers see alike where the sensitivities of one are mixtures of "
    "those of the other. Then one matrix turns what one sees into what the other does, for every "
    "surface in every light.",
    "Map": "What turns a camera's RGB into film exposure: linear (a matrix), root-polynomial (a "
    "matrix with roots of products, which keeps to exposure), general (any table, such as a LUT).",
    "Metamers": "Surfaces of different spectra that are one colour to an observer in a light. To "
    "another observer, or in another light, they are two.",
    "Metameric black": "A spectrum that an observer does not see: added to a surface it makes a "
    "metamer.",
    "Metamer mismatch volume": "All that one observer may see in surfaces that are one colour to "
    "another: the larger, the less the other knows.",
    "Out of fold": "Each surface is judged by a map that was made without it, as the surfaces in "
    "front of a lens are unknown to whoever makes a LUT.",
    "Printer points": "Steps of a printer's lights, 25 in the middle; a point is .025 log exposure "
    "of the print, about a twelfth of a stop.",
    "R-matrix, fundamental": "What takes a spectrum to the part that an observer sees; the rest is "
    "a metameric black.",
    "SSI": "Spectral similarity index: how like the spectrum of a light is to a reference, 100 "
    "alike, asking no observer (SMPTE ST 2122).",
    "Stop": "Factor of two in light.",
    "Up-sampling": "Taking RGB for a spectrum. The prior says which: that of a surface as measured "
    "ones are, or the smoothest (jakob-hanika).",
    "Vora's value": "Share that two observers have in common of what they see, 0 to 1.",
}


def chapter() -> Chapter:
    """What the words mean."""
    return Chapter("Glossary", [facts(TERMS)])
