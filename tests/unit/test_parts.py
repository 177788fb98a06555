"""Which picture of a file is taken: parts, pages, layers, and the question where several may be."""

import numpy as np
import OpenImageIO
import pytest

from spectral_film.errors import InputError, UsageError
from spectral_film.files.pictures import read_scene


def save_parts(path, *parts, number="half"):
    """A part for each (name, channel names or TIFF bits, ...): its pixels hold its number."""
    specs = []
    for name, channels, *size in parts:
        width, height = size or (4, 3)
        spec = OpenImageIO.ImageSpec(width, height, len(channels), number)
        spec.channelnames = tuple(channels)
        if name:
            spec["name"] = name
        specs.append(spec)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), tuple(specs)), output.geterror()
    for at, spec in enumerate(specs):
        if at:
            assert output.open(str(path), spec, "AppendSubimage"), output.geterror()
        output.write_image(np.full((spec.height, spec.width, spec.nchannels), at, np.float32))
    output.close()
    return path


def layered(path, *names):
    """One part of these channels; the channel at n holds n / 8."""
    spec = OpenImageIO.ImageSpec(4, 3, len(names), "half")
    spec.channelnames = names
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec), output.geterror()
    output.write_image(np.tile(np.arange(len(names), dtype=np.float32) / 8, (3, 4, 1)))
    output.close()
    return path


def rgb(layer, alpha=""):
    return [f"{layer}.{c}" for c in ("R", "G", "B", *alpha)]


def taken(path, **options):
    """Which part was read: what its pixels hold."""
    return int(read_scene(path, **options).planes[0, 0, 0])


# Parts


@pytest.mark.parametrize("beauty", ["rgba", "RGBA", "rgb", "Beauty", "Combined", "C",
                                    "ViewLayer.Combined", "main.RGBA"])  # fmt: skip
@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_beauty_is_taken_wherever_it_stands(tmp_path, beauty, at):
    parts = [("ViewLayer.AO", "RGB"), ("diffuse", "RGB")]
    parts.insert(at, (beauty, "RGB"))
    path = save_parts(tmp_path / "a.exr", *parts)
    assert taken(path) == at
    assert f"part {at} ({beauty}) of parts 0 to 2 is taken" in read_scene(path).notes[0]


def test_a_view_is_a_view_of_something(tmp_path):
    """Blender ends names in the eye; a single part holds one eye plain."""
    path = save_parts(tmp_path / "a.exr", ("V.AO.left", "RGB"), ("V.Combined.left", "RGB"))
    assert taken(path) == 1
    path = layered(tmp_path / "b.exr", "R", "G", "B", *rgb("right"))
    assert (read_scene(path).planes[:, 0, 0] == np.array([0, 1, 2]) / 8).all()
    both = save_parts(tmp_path / "c.exr", ("V.Combined.left", "RGB"), ("V.Combined.right", "RGB"))
    with pytest.raises(InputError, match="which picture"):
        read_scene(both)


@pytest.mark.parametrize("data", ["Depth", "ViewLayer.AO", "CryptoObject00", "uCryptoAsset",
                                  "Normal", "N", "ViewLayer.IndexOB", "object_id", "VRayZDepth",
                                  "Vector", "UV", "ambient_occlusion"])  # fmt: skip
def test_a_pass_of_data_never_decides(tmp_path, data):
    path = save_parts(tmp_path / "a.exr", (data, "RGB"), ("shot", "RGB"))
    assert taken(path) == 1
    only_data = save_parts(tmp_path / "b.exr", (data, "RGB"), ("far", ["N.X", "N.Y", "Z"]))
    with pytest.raises(InputError, match=f"which picture.*part 0 .{data}, R, G, B.*part 1"):
        read_scene(only_data)
    assert taken(only_data, part=data) == 0


@pytest.mark.parametrize("passes", [("diffuse", "specular"), ("rgba.left", "rgba.right"),
                                    ("ViewLayer.Combined", "ViewLayer_001.Combined"),
                                    ("squid", "grid")])  # fmt: skip
def test_two_that_may_be_meant_are_a_question_that_names_both(tmp_path, passes):
    path = save_parts(tmp_path / "a.exr", *((name, "RGB") for name in passes), ("depth", "Z"))
    with pytest.raises(InputError) as caught:
        read_scene(path)
    assert all(name in str(caught.value) for name in (*passes, "depth", "--part"))
    for at, name in enumerate(passes):
        assert taken(path, part=name) == taken(path, part=str(at)) == taken(path, layer=name) == at


def test_parts_are_counted_from_nought_and_names_come_first(tmp_path):
    path = save_parts(tmp_path / "a.exr", ("1", "RGB"), ("rgba", "RGB"), ("left.AO", "RGB"))
    assert taken(path, part=2) == 2
    assert taken(path, part="1") == 0  # it is called so
    assert taken(path, part="ao") == 2
    for wrong in ("3", "-1", "nothing", -1):
        with pytest.raises(UsageError, match=r"has no --part .*left\.AO"):
            read_scene(path, part=wrong)


def test_what_is_not_taken_of_a_single_part_rides_along(tmp_path):
    path = layered(tmp_path / "a.exr", *rgb("beauty"), "depth.Z")
    scene = read_scene(path)
    assert list(scene.passengers) == ["depth.Z"]
    assert scene.notes[0] == "the layer beauty is taken"


# Layers


@pytest.mark.parametrize("names", [
    [*rgb("AO"), *rgb("ViewLayer.Combined", "A")],  # Blender
    ["AO.red", "AO.green", "AO.blue", "rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"],  # Nuke
    [*rgb("albedo"), *rgb("RGBA", "A")],  # Arnold
    [*rgb("diffuse"), "r", "g", "b", "a"],
    [*rgb("diffuse"), "R", "G", "B", "AR", "AG", "AB"],  # alpha by colour
])  # fmt: skip
def test_alpha_of_the_layer_comes_out_as_a(tmp_path, names):
    path = layered(tmp_path / "a.exr", *names)
    scene = read_scene(path)
    share = np.mean(range(6, len(names))) / 8
    np.testing.assert_array_equal(scene.passengers["A"], np.float32(share))
    # Light 3, 4, 5 eighths over that alpha: no colour is brighter than it may be.
    np.testing.assert_allclose(scene.planes[:, 0, 0] * share, np.array([3, 4, 5]) / 8, rtol=1e-6)
    assert set(scene.passengers) >= {*names[:3], "A"}


def test_layers_are_chosen_by_name(tmp_path):
    path = layered(tmp_path / "a.exr", "R", "G", "B", *rgb("left.diffuse"), *rgb("specular"))
    assert read_scene(path).planes[0, 0, 0] == 0
    for name in ("left.diffuse", "DIFFUSE"):
        scene = read_scene(path, layer=name)
        assert scene.planes[0, 0, 0] == 3 / 8
        # The plain R, G, B would stand in the place of the picture.
        assert list(scene.passengers) == rgb("specular")
        assert any("R, G, B give way" in note for note in scene.notes)
    with pytest.raises(UsageError, match=r"layers R, G, B, left\.diffuse, specular"):
        read_scene(path, layer="nothing")
    two = layered(tmp_path / "b.exr", *rgb("diffuse"), *rgb("specular"))
    with pytest.raises(InputError, match=r"layers diffuse, specular; choose with --layer NAME"):
        read_scene(two)


def test_a_layer_is_found_in_whatever_part(tmp_path):
    path = save_parts(tmp_path / "a.exr", ("rgba", "RGB"), ("lights", [*rgb("key"), *rgb("fill")]))
    assert taken(path) == 0
    assert taken(path, layer="fill") == 1
    with pytest.raises(InputError, match=r"It holds the layers fill, key; choose with --layer"):
        read_scene(path, part="lights")


def test_an_envi_cube_has_neither(tmp_path):
    (tmp_path / "a.hdr").write_text("ENVI\n")
    with pytest.raises(UsageError, match="a cube is one picture"):
        read_scene(tmp_path / "a.hdr", part=0)


# Pages


def save_pages(path, *pages):
    """TIFF pages of (width, NewSubfileType), written by Pillow; page n is grey n."""
    from PIL import Image, TiffImagePlugin

    pictures = []
    for at, (width, kind) in enumerate(pages):
        picture = Image.new("RGB", (width, 4), (at * 10,) * 3)
        picture.encoderinfo = {"tiffinfo": {254: kind}}
        pictures.append(picture)
    with TiffImagePlugin.AppendingTiffWriter(str(path), new=True) as file:
        for picture, (_, kind) in zip(pictures, pages, strict=True):
            picture.save(file, "TIFF", tiffinfo={254: kind})
            file.newFrame()
    return path


@pytest.mark.parametrize("pages", [[(12, 1), (48, 0)], [(12, 1), (48, 2), (6, 3)],
                                   [(48, 4), (12, 1), (48, 0)]])  # fmt: skip
def test_copies_and_masks_give_way_to_the_page(tmp_path, pages):
    """TIFF 6.0, NewSubfileType: bit 0 a reduced copy, bit 1 a page of several, bit 2 a mask."""
    path = save_pages(tmp_path / "a.tif", *pages)
    scene = read_scene(path)
    assert scene.size == (48, 4)
    whole = next(at for at, (_, kind) in enumerate(pages) if kind in (0, 2))
    assert f"part {whole} of" in scene.notes[0]
    assert read_scene(path, part=0).size[0] == pages[0][0]


def test_two_whole_pages_are_a_question(tmp_path):
    path = save_pages(tmp_path / "a.tif", (48, 2), (40, 2), (12, 1))
    with pytest.raises(InputError, match=r"part 0 .R, G, B, 48 x 4.; part 1 .*; part 2 "):
        read_scene(path)
    assert read_scene(path, part="1").size == (40, 4)
