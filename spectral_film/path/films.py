"""Which films a render is made on: those named, pushed and developed as asked, and printed on."""

from dataclasses import replace

from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.emulsion.stocks import (
    load_camera_film,
    load_print,
    load_pushed,
    usual_print,
)
from spectral_film.errors import UsageError
from spectral_film.path.settings import OWN, Settings


def settled(settings: Settings) -> Settings:
    """Settings with what they leave to the films as the films have it: the print, the flare."""
    camera_film, film = camera_film_of(settings), print_of(settings)
    flare = (film or camera_film).viewing_flare if settings.flare is None else settings.flare
    print_film = settings.print_film
    if print_film == OWN:
        print_film = film and film.id
    return replace(settings, print_film=print_film, flare=flare)


def camera_film_of(settings: Settings) -> CameraFilm:
    """The camera film of a render, pushed and developed as it is asked for."""
    film = load_camera_film(settings.film)
    if settings.push:
        film = load_pushed(film, settings.push)
    if settings.development is None:
        return film
    developed = film.developed(settings.development)
    assert isinstance(developed, CameraFilm)
    return developed


def print_of(settings: Settings) -> PrintStock | None:
    """What a render is printed on, developed as it is asked for; None: nothing.

    Raises:
        UsageError: a slide is to be printed as negatives are.
    """
    name, camera_film = settings.print_film, load_camera_film(settings.film)
    if name == OWN:
        name = usual_print(camera_film)
    if name is None:
        return None
    film = load_print(name)
    if camera_film.is_positive:
        raise UsageError(
            f"{camera_film.id} is a {camera_film.kind} film, a positive by itself, and {film.id} "
            "prints negatives; give --print none"
        )
    how = settings.print_development
    return film if how is None else film.developed(how)
