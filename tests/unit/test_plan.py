"""The plan: light goes up once and comes down once; a change runs what follows it, and no more."""

import os
from collections import Counter
from dataclasses import replace

import h5py
import numpy as np
import pytest

from spectral_film import Scene, Settings, render
from spectral_film.device.device import Device
from spectral_film.device.launch import Launch
from spectral_film.device.planes import Region
from spectral_film.errors import InputError
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.path import plan
from spectral_film.path.order import Job, path_to
from spectral_film.path.plan import Plan
from spectral_film.path.rendering import LightTable
from spectral_film.path.survey import ITEMS

WIDTH, HEIGHT = 45, 31
# Pixels of 50 um: the halo reaches 40 of them, and a crop in the middle sees its border.
COARSE = Settings(gate="2.25x1.55")
# Kernels of stages that look at a point: blurs have theirs, as many as they need.
POINT_KERNELS = ("expose_rgb", "release", "inhibit", "transmit", "tone_curve", "display")


@pytest.fixture(scope="module", params=["shared", "own"])
def memory(request, device):
    """A device that works on the host's memory, and one that has its own."""
    return Device(device.opencl, shares_host_memory=request.param == "shared")


@pytest.fixture
def scene(rng):
    planes = rng.uniform(0.01, 1, (3, HEIGHT, WIDTH)).astype(np.float32)
    planes[:, 20, 30] = 500  # a lamp
    return Scene(planes=planes)


def launched(device, work):
    """What ran on a device in the course of some work, and how often."""
    before = Counter(device.traffic.launches)
    work()
    return device.traffic.launches - before


# Traffic


def bytes_across(device, scene, **options):
    up, down = device.traffic.up, device.traffic.down
    planes = render(scene, COARSE, device=device, **options).planes
    return device.traffic.up - up, device.traffic.down - down, planes


def answers(rows):
    """Bytes that two surveys of four questions each, and one of two, send back."""
    return (2 * 4 + 2) * ITEMS * rows * 4


def test_light_goes_up_once_and_the_picture_comes_down_once(device, scene):
    own = Device(device.opencl, shares_host_memory=False)
    up, down, planes = bytes_across(own, scene)
    assert up == scene.planes.nbytes
    assert down == planes.nbytes + answers(HEIGHT)


def test_shared_memory_is_crossed_by_nothing(device, scene):
    shared = Device(device.opencl, shares_host_memory=True)
    assert bytes_across(shared, scene)[:2] == (0, 0)


def test_a_crop_takes_up_no_more_than_it_can_see(device, scene):
    own = Device(device.opencl, shares_host_memory=False)
    # Pixels of 1 mm: three on each side are enough, but for grain, which counts in pixels.
    settings = replace(COARSE, gate="45x31", grain="off")
    up = own.traffic.up
    render(scene, settings, crop=(20, 15, 2, 2), device=own)
    assert own.traffic.up - up <= 3 * 12 * 12 * 4


# Crops and bands


@pytest.mark.parametrize(
    "crop", [(0, 0, 1, 1), (44, 30, 1, 1), (3, 5, 17, 9), (29, 0, 16, 31), (0, 0, 45, 31)]
)
@pytest.mark.parametrize("to", ["exposure", "negative", "display"])
def test_a_crop_is_a_piece_of_the_whole_bit_for_bit(memory, scene, crop, to):
    settings = replace(COARSE, to=to)
    whole = render(scene, settings, device=memory).planes
    piece = render(scene, settings, device=memory, crop=crop).planes
    np.testing.assert_array_equal(piece, whole[Region(*crop).cut])


@pytest.mark.parametrize("rows", [1, 4])
def test_bands_leave_no_seams(memory, scene, monkeypatch, rows):
    whole = render(scene, COARSE, device=memory)
    monkeypatch.setattr(plan, "BAND_BYTES", rows * 3 * 4 * WIDTH)
    banded = render(scene, COARSE, device=memory)
    np.testing.assert_array_equal(banded.planes, whole.planes)
    assert banded.latitude == whole.latitude


@pytest.mark.parametrize("crop", [None, (3, 5, 17, 9)])
def test_a_cube_too_large_for_the_device_goes_up_in_bands(memory, rng, monkeypatch, crop):
    planes = rng.uniform(0, 1, (len(WAVELENGTH), HEIGHT, WIDTH)).astype(np.float32)
    cube = Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH)
    settings = replace(COARSE, to="exposure", halation=False, scatter=False)
    whole = render(cube, settings, device=memory, crop=crop)
    monkeypatch.setattr(plan, "SCENE_BYTES", 5 * planes[:, 0].nbytes)
    monkeypatch.setattr(plan, "BAND_BYTES", 2 * planes[:, 0].nbytes)
    banded = render(cube, settings, device=memory, crop=crop)
    np.testing.assert_array_equal(banded.planes, whole.planes)
    assert banded.latitude == whole.latitude


def test_what_a_step_must_make_grows_by_the_reach_of_those_behind_it(device, negative, print_film):
    frame, piece = Region(0, 0, 4000, 3000), Region(1000, 5, 64, 64)
    steps = path_to(
        Job(negative=negative, print_film=print_film, settings=Settings(), pitch_um=(6.0, 6.0))
    )
    regions = Plan(device, steps, frame, piece).regions
    assert regions[-1] == piece
    for step, taken, given in zip(steps, regions, regions[1:], strict=False):
        rows, columns = step.stage.reach
        assert (taken.x, taken.width) == (given.x - columns, given.width + 2 * columns)
        assert taken.y == max(given.y - rows, 0)  # the piece lies 5 rows below the frame's edge
        assert taken.y + taken.height == given.y + given.height + rows
    reaches = {step.name: max(step.stage.reach) for step in steps if step.stage.reach_um}
    assert list(reaches) == [
        "optics", "inhibitor diffusion", "grain", "print optics", "print grain"
    ]  # fmt: skip
    assert piece.x - regions[0].x == sum(reaches.values())


# What must run again


def test_a_printer_light_runs_printing_and_what_follows(memory, scene):
    table = LightTable(memory, keep=True)
    table.render(scene, COARSE)
    ran = launched(
        memory, lambda: table.render(scene, replace(COARSE, printer_points=(25.0, 25.0, 29.0)))
    )
    of_points = {name: ran[name] for name in POINT_KERNELS if ran[name]}
    assert of_points == {"transmit": 2, "tone_curve": 1, "display": 1}


def test_another_display_runs_the_display_and_its_count_alone(memory, scene):
    table = LightTable(memory, keep=True)
    table.render(scene, COARSE)
    ran = launched(memory, lambda: table.render(scene, replace(COARSE, display="P3-D65")))
    assert ran == {"survey_display": 1, "display": 1}


def test_another_exposure_runs_everything(memory, scene):
    table = LightTable(memory, keep=True)
    first = launched(memory, lambda: table.render(scene, COARSE))
    again = launched(memory, lambda: table.render(scene, replace(COARSE, exposure=1.0)))
    assert again == first


def test_another_scene_runs_everything(memory, scene):
    table = LightTable(memory, keep=True)
    first = launched(memory, lambda: table.render(scene, COARSE))
    other = Scene(planes=scene.planes[:, ::-1].copy())
    assert launched(memory, lambda: table.render(other, COARSE)) == first


def test_a_step_whose_region_has_grown_runs_again(memory, rng):
    """Its optics take the whole frame both times, and give more of it the second time."""
    crop, light = (30, 20, 12, 9), replace(COARSE, gate="4x3")
    first, other = (
        Scene(planes=rng.uniform(0, 1, (3, 60, 80)).astype(np.float32)) for _ in range(2)
    )
    table = LightTable(memory, keep=True)
    table.render(first, light, crop=crop)
    table.render(other, replace(light, to="negative", adjacency=False), crop=crop)
    kept = table.render(other, light, crop=crop)
    fresh = render(other, light, crop=crop, device=memory)
    np.testing.assert_array_equal(kept.planes, fresh.planes)


def test_a_picture_that_is_kept_goes_up_once(device, scene):
    own = Device(device.opencl, shares_host_memory=False)
    table = LightTable(own, keep=True)
    table.render(scene, COARSE)
    up = own.traffic.up
    table.render(scene, replace(COARSE, printer_points=(25.0, 25.0, 29.0)))
    assert own.traffic.up == up


def test_an_array_filled_anew_is_another_picture(memory, rng):
    image = rng.uniform(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    table = LightTable(memory, keep=True)
    table.render(image, COARSE)
    image *= 0.1
    kept, fresh = table.render(image, COARSE), render(image, COARSE, device=memory)
    np.testing.assert_array_equal(kept.planes, fresh.planes)


def test_a_picture_that_was_repaired_is_rendered(memory, rng):
    image = rng.uniform(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    image[3, 4, 1] = np.nan
    table = LightTable(memory, keep=True)
    with pytest.raises(InputError, match="x=4, y=3, channel 1"):
        table.render(image, COARSE)
    image[3, 4, 1] = 0.5
    assert np.isfinite(table.render(image, COARSE).planes).all()


@pytest.mark.parametrize("change", [{"halation": False}, {"shutter": 4.0}])
def test_what_stands_before_the_change_does_not_run(memory, scene, change):
    """Neither a smaller margin nor another question about the exposure exposes the film again."""
    table = LightTable(memory, keep=True)
    table.render(scene, COARSE)
    ran = launched(memory, lambda: table.render(scene, replace(COARSE, **change)))
    assert not ran["expose_rgb"]
    assert not ran["survey_colours"]


def test_light_that_a_crop_can_see_is_never_too_bright(memory, scene):
    planes = scene.planes.copy()
    planes[:, 5, 7] = 1e30
    with pytest.raises(InputError, match="lower --exposure"):
        render(Scene(planes=planes), COARSE, crop=(12, 9, 6, 6), device=memory)


def test_a_film_file_that_was_written_anew_is_another_film(memory, scene, negative, tmp_path):
    path = tmp_path / "stock.h5"
    path.write_bytes(negative.path.read_bytes())
    table, settings = LightTable(memory), replace(COARSE, film=path, to="dyes")
    before = table.render(scene, settings).planes.copy()
    with h5py.File(path, "r+") as file:
        file["tone_curve/density_range"][...] *= 0.5
    os.utime(path, ns=(1, 1))
    after = table.render(scene, settings).planes
    np.testing.assert_array_equal(after, render(scene, settings, device=memory).planes)
    assert abs(after - before).max() > 0.1


def test_a_picture_of_an_array_is_known_again(memory, rng):
    image = rng.uniform(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    table = LightTable(memory, keep=True)
    table.render(image, COARSE)
    ran = launched(memory, lambda: table.render(image, replace(COARSE, display="Rec.709")))
    assert ran == {"survey_display": 1, "display": 1}


CHANGES = [
    {"to": "dyes", "exposure": 0.5},  # what was tapped last time is wanted on the way now
    {"to": "display"},
    {"printer_points": (27.0, 25.0, 22.0)},
    {"display": "Rec.709"},
    {"white": "lamp"},  # for which the printer is balanced anew
    {"balance": "lad"},
    {"flare": 1.0},
    {"to": "negative"},
    {"to": "xyz"},
    {"scatter": False},
    {"print_film": None},
    {"shutter": 10.0},
    {"print_film": "2383", "to": "cineon"},
    {"to": "printing-density"},
    {"adjacency": False, "to": "print"},
    {"adjacency": "pde"},
    {"halation": False, "adjacency": True, "to": "exposure"},
    {"exposure": -1.0, "to": "display", "fast": True},
    {"gate": "3x2"},
]


@pytest.mark.parametrize(("keep", "crop"), [(True, None), (True, (17, 11, 12, 9)), (False, None)])
def test_whatever_changes_the_picture_is_that_of_a_fresh_start(memory, scene, keep, crop):
    table, settings = LightTable(memory, keep=keep), COARSE
    table.render(scene, settings, crop=crop)
    for change in CHANGES:
        settings = replace(settings, **change)
        kept = table.render(scene, settings, crop=crop)
        fresh = render(scene, settings, crop=crop, device=memory)
        np.testing.assert_array_equal(kept.planes, fresh.planes, err_msg=str(change))
        assert kept.latitude == fresh.latitude, change
        assert kept.notes == fresh.notes, change


def test_other_pieces_and_kinds_of_scene_are_those_of_a_fresh_start(memory, scene):
    table = LightTable(memory, keep=True)
    grey = np.full((2, HEIGHT, WIDTH), 0.18, np.float32)
    cube = Scene(planes=grey, kind="reflectance", wavelength_nm=WAVELENGTH[[0, -1]])
    smaller = Scene(planes=scene.planes[:, :9, :20].copy())
    for light, crop in [
        (scene, None), (scene, (3, 4, 9, 8)), (cube, (3, 4, 9, 8)), (smaller, None), (scene, None),
    ]:  # fmt: skip
        kept = table.render(light, COARSE, crop=crop)
        fresh = render(light, COARSE, crop=crop, device=memory)
        np.testing.assert_array_equal(kept.planes, fresh.planes)


def test_frames_of_one_size_share_buffers_and_kernels(memory, scene, monkeypatch):
    """A second frame makes no buffer but the picture it hands over, and no kernel."""
    table, made = LightTable(memory), Counter()
    first = table.render(scene, COARSE).planes.copy()

    def counted(owner, name):
        original = getattr(owner, name)

        def call(*arguments, **options):
            made[name] += 1
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, call)

    counted(Device, "make_buffer")
    counted(Device, "constant")
    counted(Launch, "__init__")
    other = Scene(planes=scene.planes[:, ::-1].copy())
    second = table.render(other, COARSE).planes
    assert made == {"make_buffer": 1}
    assert not np.array_equal(second, first)


def test_a_refused_frame_leaves_the_next_one_alone(memory, scene):
    table = LightTable(memory, keep=True)
    expected = table.render(scene, COARSE).planes.copy()
    broken = Scene(planes=scene.planes.copy())
    broken.planes[1, 2, 3] = np.nan
    with pytest.raises(InputError, match="x=3, y=2, channel 1"):
        table.render(broken, COARSE)
    np.testing.assert_array_equal(table.render(scene, COARSE).planes, expected)
