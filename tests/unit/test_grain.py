"""Grain as a user meets it: it adds no light, repeats nowhere, and is as strong as its sheet."""

from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture
from scipy import fft, integrate

from spectral_film import Scene, Settings, render
from spectral_film.app.options import note_on_frame
from spectral_film.errors import UsageError
from spectral_film.grain import boolean, method, noise, reading
from spectral_film.grain.aperture import BENCH, SCAN
from spectral_film.grain.filtered import RADIUS, correlation_of, filter_for, kappa_for
from spectral_film.grain.network import act, network, variable
from spectral_film.grain.orbits import members, orbits, square, sums
from spectral_film.path.rendering import LightTable
from spectral_film.shot.numbering import number_in_name
from spectral_film.stages import grain
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply

METHODS = ("fast", "net")
PITCH_UM = (6.1, 6.1)
NO_GRAIN = "no-granularity"


def stage_of(film, how, pitch_um=PITCH_UM, **changes):
    given = {"size": 1.0, "seed": 1, "frame": 0, "stock": noise.NEGATIVE, "of": DYES, "to": DYES}
    return grain.of_film(film, pitch_um, method=how, **(given | changes))


def noise_on(device, film, how, dyes, **changes):
    return apply(device, stage_of(film, how, **changes), dyes.astype(np.float32)) - dyes


def flat(film, share, side):
    """Even layers, each with a share of all the dye that it can make."""
    most = film.tone_curve.density_range.sum(axis=1)
    return np.broadcast_to(np.float32(share * most)[:, None, None], (3, side, side))


# Light


@pytest.mark.parametrize("how", METHODS)
def test_no_light_is_added_beside_edges_or_in_highlights(device, negative, how):
    """The mean of many grains is the picture, a column of a hard-edged stripe at a time."""
    shares = np.array([0.0, 0.02, 1.0, 1.0, 0.02, 0.5, 0.5, 0.0])  # a highlight is all the dye
    stripes = np.repeat(shares, 4)
    most = negative.tone_curve.density_range.sum(axis=1)[:, None, None]
    dyes = np.broadcast_to(most * np.tile(stripes, 16), (3, 512, 16 * len(stripes)))
    drawn = np.stack([noise_on(device, negative, how, dyes, seed=seed) for seed in range(6)])
    columns = np.moveaxis(drawn.reshape(6, 3, 512, 16, len(stripes)), 1, -2)
    samples = columns.reshape(-1, 3, len(stripes))  # 49152 of each
    # Noise of a pixel is in that of 6 to 8 more; five standard errors of 192 means.
    error = samples.std(axis=0) * np.sqrt(8 / len(samples))
    assert (abs(samples.mean(axis=0)) < 5 * error).all()
    assert (samples.std(axis=0) > 0.005).all()


@pytest.mark.parametrize("rho", [0.05, 0.2, 0.7])
def test_the_mean_taken_off_is_that_of_the_channels(rho):
    weights = network(SCAN).at(rho)
    u = np.array([0.02, 0.06, 0.2, 0.5, 0.8, 0.94, 0.98])
    v = variable(u)
    powers = v[:, None] ** np.arange(weights.gain.shape[1])
    gain, slope, shift = (
        powers @ table.T for table in (weights.gain, weights.slope, weights.shift)
    )

    def expectation(slope, shift):
        def density(x):
            return act(slope * x + shift) * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)

        kinks = np.sort([(side - shift) / slope for side in (-1, 1)])
        ends = [-9, *np.clip(kinks, -9, 9), 9]
        return sum(integrate.quad(density, *pair)[0] for pair in pairwise(ends))

    means = gain * np.vectorize(expectation)(slope, shift)
    taken_off = np.polynomial.polynomial.polyval(v, weights.mean.T)
    middle = weights.covariance(u)
    deviation = np.sqrt(middle[:, middle.shape[1] // 2, middle.shape[1] // 2])
    # Each orbit's own, times its members, is what the picture would be lifted by.
    lifted = (taken_off.T - means @ weights.second) @ members(2)
    assert (abs(lifted) < 5e-4 * deviation).all()


# Chance


def correlation(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


@pytest.mark.parametrize("how", METHODS)
def test_seeds_frames_stocks_and_layers_have_nothing_in_common(device, negative, how):
    dyes = flat(negative, 0.4, 256)
    others = ({}, {"seed": 2}, {"frame": 1}, {"frame": 2}, {"stock": noise.PRINT})
    fields = [
        layer for changes in others for layer in noise_on(device, negative, how, dyes, **changes)
    ]
    # 65536 pixels in clumps of about eight: a standard error of .011; of 105 pairs.
    assert max(abs(correlation(a, b)) for a, b in combinations(fields, 2)) < 0.055


def test_the_same_seed_draws_the_same_grain(device, negative):
    dyes = flat(negative, 0.4, 32)
    a, b = (noise_on(device, negative, "fast", dyes, frame=5) for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_rows_and_columns_are_no_shifted_copies(device, negative):
    stage = stage_of(negative, "fast")
    bare = replace(
        stage,
        texture=replace(
            stage.texture,
            filter=np.eye(1, len(orbits(RADIUS))).repeat(3, axis=0),
            amplitude=np.ones_like(stage.texture.amplitude),
            kappa=np.zeros_like(stage.texture.kappa),
        ),
    )
    z = apply(device, bare, np.zeros((3, 512, 512), np.float32))[0]
    for lines in (z, z.T):
        spectra = fft.fft(lines, axis=1)
        most = 0.0
        for i, spectrum in enumerate(spectra[:64]):
            others = fft.ifft(spectrum.conj() * spectra[i + 1 :], axis=1).real / 512
            most = max(most, others.max())
        # 15 million correlations of 512 numbers: by chance 5.4 / sqrt(512) = .24; a copy has 1.
        assert most < 0.3


def test_every_part_of_a_key_makes_another():
    plain = (3, 1, 0, 1, 2)
    keys = {tuple(noise.key(*plain))}
    for i in range(len(plain)):
        keys |= {tuple(noise.key(*plain[:i], plain[i] + n, *plain[i + 1 :])) for n in (1, 2**40)}
    keys |= {tuple(noise.key(1, 3, 0, 1, 2)), tuple(noise.key(-3, 1, 0, 1, 2))}  # swapped, negative
    assert len(keys) == 1 + 2 * len(plain) + 2


# Texture


def test_orbits_are_what_a_square_s_symmetries_leave():
    assert orbits(2) == [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]
    assert list(members(2)) == [1, 4, 4, 4, 8, 4]
    full = square(np.arange(10.0))
    assert full.shape == (7, 7)
    for turned in (full[::-1], full[:, ::-1], full.T):
        np.testing.assert_array_equal(turned, full)


def test_sums_of_orbits_are_a_convolution(rng):
    a, b = rng.normal(size=6), rng.normal(size=10)
    by_orbit = square(np.einsum("oij,i,j->o", sums(2, 3), a, b))
    size = (11, 11)
    transform = fft.fft2(square(a), size) * fft.fft2(square(b), size)
    np.testing.assert_allclose(by_orbit, fft.ifft2(transform).real, atol=1e-12)


@pytest.mark.parametrize(("aperture", "bound"), [(SCAN, 2e-3), (BENCH, 1e-3)])
@pytest.mark.parametrize("rho", [0.02, 0.2, 0.5])
def test_the_filter_has_the_covariance_of_the_clouds(aperture, bound, rho):
    wanted = boolean.covariance(np.array(0.4), rho, aperture, 2 * RADIUS)
    wanted = wanted / wanted[2 * RADIUS, 2 * RADIUS]
    made = correlation_of(filter_for(wanted))
    assert made[2 * RADIUS, 2 * RADIUS] == pytest.approx(1)
    # Seven pixels hold all but so much of it: a spectrum within .03 dB, or .25 dB.
    np.testing.assert_allclose(made, wanted, atol=bound)


@pytest.mark.parametrize("skewness", [-0.5, 0.0, 0.8])
def test_the_bend_gives_the_skewness(rng, skewness):
    filter_ = np.array([0.9, 0.2, 0.05])
    filter_ /= np.sqrt(filter_**2 @ members(1))
    kappa = kappa_for(np.array(skewness), filter_)
    z = rng.normal(size=(1000, 1000))
    bent = fft.fft2(z + kappa * (z**2 - 1)) * fft.fft2(square(filter_), z.shape)
    n = fft.ifft2(bent).real
    assert abs((n**3).mean() / n.std() ** 3 - skewness) < 0.02  # of a million in clumps of three


@pytest.mark.parametrize("rho", [0.05, 0.2, 0.6])
@pytest.mark.parametrize("u", [0.1, 0.5, 0.9])
def test_the_network_s_covariance_is_known_without_drawing(rng, rho, u):
    weights, side = network(SCAN).at(rho), 512
    z = fft.rfft2(rng.normal(size=(side, side)))

    def blurred(spectrum, coefficients):
        return fft.irfft2(spectrum * fft.rfft2(square(coefficients), (side, side)))

    powers = variable(u) ** np.arange(weights.gain.shape[1])
    n = 0
    for k in range(len(weights.gain)):
        x = blurred(z, weights.first[k])
        gain, slope, shift = (t[k] @ powers for t in (weights.gain, weights.slope, weights.shift))
        n = n + blurred(fft.rfft2(gain * act(slope * x + shift)), weights.second[k])
    found = fft.irfft2(abs(fft.rfft2(n - n.mean())) ** 2) / n.size
    known = weights.covariance(np.array([u]))[0]
    reach = known.shape[0] // 2
    found = np.roll(found, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
    # 262144 pixels in clumps of eight or so: half a percent, and four times that at most.
    np.testing.assert_allclose(found, known, atol=0.03 * known.max())


@pytest.mark.parametrize("how", METHODS)
@pytest.mark.parametrize("pitch", [3.0, 6.1, 12.0, 24.0])
def test_a_microdensitometer_reads_the_film_s_granularity(device, negative, how, pitch):
    """The 48 um disc, on the stage's own dyes; the laboratory reads whole strips."""
    side, node = 512, 12
    granularity = negative.grain
    dyes = np.broadcast_to(granularity.dye_amount[:, node, None, None], (3, side, side))
    drawn = noise_on(device, negative, how, dyes, pitch_um=(pitch, pitch))
    disc = fft.rfft2(reading.disc_weights((pitch, pitch), 48.0), (side, side))
    read = fft.irfft2(fft.rfft2(drawn) * disc).std(axis=(1, 2))
    discs = side**2 * pitch**2 / 1810  # independent ones: at 3 um, 1300
    error = 1 / np.sqrt(2 * discs) + 0.01
    np.testing.assert_allclose(read, granularity.rms[:, node], rtol=4 * error)


def test_size_changes_the_clouds_and_not_the_granularity(negative):
    small, large = (stage_of(negative, "fast", size=size).texture for size in (0.5, 2.0))
    # Coarser clouds lose less to a pixel's aperture, so the same reading has weaker pixels.
    assert (large.amplitude[:, 100] < small.amplitude[:, 100]).all()
    assert (large.filter[:, 1] > small.filter[:, 1]).all()  # and neighbours are more alike


# Which method


@pytest.fixture
def accepted(monkeypatch):
    monkeypatch.setattr(method, "largest_accepted", lambda: {"fast": 0.3, "net": 1.0})


def without_grain(film):
    return replace(film, id=NO_GRAIN, grain=None)


def test_on_is_the_cheapest_that_is_accepted(accepted, negative):
    coarsest = negative.grain.radius_um.max()
    for rho, chosen in ((0.29, "fast"), (0.31, "net"), (0.99, "net"), (1.01, "boolean")):
        pitch = coarsest / rho
        assert method.method_for(negative, "on", (pitch, pitch), 1.0) == chosen
        assert method.method_for(negative, "on", (4 * pitch, 4 * pitch), 4.0) == chosen
        assert method.method_for(negative, "on", (2 * pitch, pitch / 2), 1.0) == chosen
        assert method.method_for(negative, "fast", (pitch, pitch), 1.0) == "fast"
        assert method.method_for(negative, "off", (pitch, pitch), 1.0) is None


def test_a_film_without_granularity(negative):
    film = without_grain(negative)
    assert method.method_for(film, "on", PITCH_UM, 1.0) is None
    with pytest.raises(UsageError, match=r"no-granularity has no granularity.*--grain on"):
        method.method_for(film, "fast", PITCH_UM, 1.0)


# In a render


@pytest.fixture
def scene(rng):
    return Scene(planes=rng.uniform(0.02, 0.9, (3, 24, 37)).astype(np.float32))


def test_provenance_says_which_method_ran(device, scene, negative, print_film):
    coarse = Settings(gate="0.5x0.5", grain="fast", grain_size=2.0, seed=4, frame=17)
    said = render(scene, coarse, device=device).metadata
    assert (said["grain_negative"], said["grain_print"]) == ("fast", "fast")
    assert (said["grain"], said["grain_size"], said["seed"], said["frame"]) == ("fast", 2.0, 4, 17)
    said = render(scene, replace(coarse, grain="off"), device=device).metadata
    assert (said["grain_negative"], said["grain_print"]) == ("none", "none")
    films = {"film": without_grain(negative), "print_film": print_film}
    done = render(scene, replace(coarse, grain="on", **films), device=device)
    assert done.metadata["grain_negative"] == "none"
    assert f"{NO_GRAIN} has no granularity, so it was rendered without grain" in done.notes


def test_discs_that_nobody_asked_for_are_announced_before_they_are_thrown(command, tmp_path):
    save_picture(tmp_path / "a.exr", np.full((20, 30, 3), 0.18, np.float32))
    large = ("--gate", "0.5x0.5", "--grain-size", 8)  # clouds of 1.2 pixels and more
    lines = command("render", "a.exr", "on.png", *large).stderr.splitlines()
    slow = [at for at, line in enumerate(lines) if "disc by disc" in line]
    assert len(slow) == 2  # films
    assert max(slow) < next(at for at, line in enumerate(lines) if "exposure (1/" in line)
    for how in ("net", "boolean"):
        done = command("render", "a.exr", f"{how}.png", *large, "--grain", how)
        assert done.code == 0
        assert "disc by disc" not in done.stderr


@pytest.mark.parametrize("how", METHODS)
def test_a_crop_has_the_grain_of_the_whole(device, scene, how):
    settings = Settings(gate="0.5x0.5", grain=how)
    whole = render(scene, settings, device=device).planes
    piece = render(scene, settings, device=device, crop=(5, 3, 21, 17)).planes
    np.testing.assert_array_equal(piece, whole[:, 3:20, 5:26])


@pytest.mark.parametrize("how", [*METHODS, "boolean"])
def test_noise_is_counted_on_the_frame_and_not_in_the_file(device, how):
    """A file that holds a piece of the frame has the grain that the whole frame has there."""
    even, settings = np.full((3, 30, 40), 0.18, np.float32), Settings(gate="0.5x0.5", grain=how)
    whole = Scene(planes=even, origin=(-3, -2), display_size=(34, 26))  # with overscan
    piece = Scene(planes=even[:, :19, :22].copy(), origin=(9, 5), display_size=(34, 26))
    whole, piece = (render(s, settings, device=device).planes for s in (whole, piece))
    here = whole[:, 7 : 7 + 19, 12 : 12 + 22]
    inner = np.s_[:, 6:-6, 6:-6]  # beside its edge the picture goes on as it ends
    np.testing.assert_allclose(piece[inner], here[inner], atol=1e-5)  # even, but for its blurs
    assert abs(piece[inner] - whole[:, :19, :22][inner]).max() > 0.01


@pytest.mark.parametrize("how", METHODS)
def test_grain_takes_a_plane_at_most(device, rng, how):
    """A plan with grain has the planes of one without, and one layer's band of noise beside."""
    scene = Scene(planes=rng.uniform(0.02, 0.9, (3, 150, 200)).astype(np.float32))
    plans = []
    for grainy in ("off", how):
        table = LightTable(device)
        table.render(scene, Settings(gate="2x2", grain=grainy))
        plans.append(table._plan)
    without, within = (len(plan._buffers) for plan in plans)
    assert within == without
    assert plans[1].site._floats <= max(plans[0].site._floats, 150 * 200)


def test_what_the_path_does_not_come_by_has_no_grain(device, scene, negative, print_film):
    """The print, for who looks at the negative; both films, for who looks at the exposure."""
    settings = Settings(gate="0.5x0.5", grain="fast", print_film=without_grain(print_film))
    done = render(scene, replace(settings, to="negative"), device=device)
    assert [done.metadata[f"grain_{strip}"] for strip in ("negative", "print")] == ["fast", "none"]
    assert not [note for note in done.notes if NO_GRAIN in note]
    done = render(scene, replace(settings, to="exposure"), device=device)
    assert [done.metadata[f"grain_{strip}"] for strip in ("negative", "print")] == ["none", "none"]
    with pytest.raises(UsageError, match="has no granularity"):
        render(scene, settings, device=device)


def test_a_seed_beyond_the_numbers_of_a_header_is_written_as_text(device, scene, tmp_path):
    done = render(scene, Settings(gate="0.5x0.5", grain="fast", seed=2**31), device=device)
    done.save(tmp_path / "seed.exr")
    spec = OpenImageIO.ImageBuf(str(tmp_path / "seed.exr")).spec()
    assert spec.getattribute("film:seed") == str(2**31)


def test_a_frame_further_the_grain_is_another(device, scene):
    table = LightTable(device, keep=True)
    settings = Settings(gate="0.5x0.5", grain="fast", to="dyes")
    first, second = (
        table.render(scene, replace(settings, frame=frame)).planes.copy() for frame in (1, 2)
    )
    assert abs(first - second).max() > 0.01
    np.testing.assert_array_equal(table.render(scene, replace(settings, frame=1)).planes, first)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"grain": "coarse"}, "--grain 'coarse' is unknown"),
        ({"grain": True}, "--grain True is unknown"),
        ({"grain_size": 0.0}, "--grain-size is 0, expected 0.1 to 10"),
        ({"grain_size": -1.0}, "--grain-size is -1, expected 0.1 to 10"),
        ({"grain_size": float("nan")}, "--grain-size is nan"),
        ({"seed": 1.5}, "--seed is 1.5, expected a whole number"),
        ({"frame": "a"}, "the frame is 'a', expected a whole number"),
    ],
)
def test_what_no_grain_can_be_is_one_sentence(changes, told):
    with pytest.raises(UsageError, match=told):
        Settings(**changes)


@pytest.mark.parametrize(
    ("name", "number"),
    [("shot.0017.exr", 17), ("plain.png", None), ("take2_000123.dpx", 123), ("7.png", 7),
     ("20261126103000123.png", 103000123), ("shot_0017_beauty.exr", None)],
)  # fmt: skip
def test_a_frame_s_number_ends_its_name(name, number):
    assert number_in_name(Path(name)) == number
    told = note_on_frame(Path(name))
    assert len(told) == (name == "shot_0017_beauty.exr")
    assert all("frame 0" in note and "--frame" in note for note in told)


def test_the_frame_may_be_told(command, tmp_path):
    save_picture(tmp_path / "shot_0017_v2.exr", np.full((20, 30, 3), 0.18))
    given = "render", "shot_0017_v2.exr"
    options = "--gate", "0.5x0.5", "--grain", "fast", "--overwrite"
    untold = command(*given, "a.exr", *options)
    told = command(*given, "b.exr", *options, "--frame", "17")
    assert "frame 0" not in untold.stderr  # v2 ends it
    assert untold.code == told.code == 0, untold.stderr + told.stderr
    frames = [
        OpenImageIO.ImageBuf(str(tmp_path / name)).spec().getattribute("film:frame")
        for name in ("a.exr", "b.exr")
    ]
    assert frames == [2, 17]
