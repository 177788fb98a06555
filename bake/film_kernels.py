"""The blurs of a film, stage by stage, R, G and B each; None where the film has no such stage."""

from bake.recipe import Recipe
from spectral_film.emulsion.film import Interlayer
from spectral_film.emulsion.spread import Exponential, Mixture
from spectral_film.stages import optics

Mixtures = tuple[Mixture, Mixture, Mixture]


def camera_optics(recipe: Recipe) -> Mixtures | None:
    """Scatter in the emulsion, and halation behind the backing that was chosen."""
    spread = optics.of_negative(
        recipe.negative,
        (1.0, 1.0),  # the mixtures know nothing of pixels
        backing=recipe.settings.backing,
        halation=True,
        scatter=True,
    )
    return _three(spread)


def inhibitor(recipe: Recipe) -> Mixtures | None:
    """What diffuses while the negative develops."""
    edges = recipe.negative.adjacency
    if not isinstance(edges, Interlayer) or edges.length_um == 0:
        return None
    mixture = Mixture(((1.0, Exponential(edges.length_um)),))
    return mixture, mixture, mixture


def print_optics(recipe: Recipe) -> Mixtures | None:
    """The spread of the print stock."""
    return _three(optics.of_print(recipe.print_film, (1.0, 1.0), scatter=True))


def _three(spread: optics.Optics | None) -> Mixtures | None:
    if spread is None:
        return None
    red, green, blue = spread.layers
    return red, green, blue
