"""What commands say: sentences, JSON, or nothing but what failed; and which options they list."""

import json

import pytest

from spectral_film.app import terminal


def spoken(stderr):
    return [json.loads(line) for line in stderr.splitlines()]


def test_json_in_the_place_of_sentences(command, grey):
    plain = command("render", grey, "plain.exr")
    done = command("render", grey, "out.exr", "--log", "json")
    assert (done.code, done.stdout) == (0, "out.exr\n")
    said = spoken(done.stderr)
    assert [f"spectral-film: {entry['message']}" for entry in said] == plain.stderr.splitlines()
    assert {entry["level"] for entry in said} == {"info"}
    (device,) = [entry for entry in said if entry["event"] == "device"]
    assert device["device"] in device["message"]
    steps = [entry for entry in said if entry["event"] == "progress"]
    assert [entry["number"] for entry in steps] == list(range(1, steps[0]["count"] + 1))
    (latitude,) = [entry for entry in said if entry["event"] == "latitude"]
    # An 18 % grey is what the meter puts at 0 stops.
    assert latitude["above"] == latitude["below"] == 0
    assert abs(latitude["mean_stop"]) < 1e-3


@pytest.mark.parametrize("where", [0, 1, 3])
def test_quiet_says_the_result_alone(command, grey, where):
    arguments = ["render", grey, f"{where}.exr"]
    arguments.insert(where, "--quiet")
    done = command(*arguments)
    assert (done.code, done.stdout, done.stderr) == (0, f"{where}.exr\n", "")


def test_errors_are_said_whatever_is_asked(command, grey):
    for asked in ((), ("--quiet",), ("--quiet", "--log=json"), ("--log", "json")):
        done = command("render", grey, "out.exr", "--gate", "huge", *asked)
        assert done.code == 2
        (line,) = done.stderr.splitlines()
        if "json" in "".join(asked):
            said = json.loads(line)
            assert (said["level"], said["event"], said["exit_code"]) == ("error", "error", 2)
            assert "huge" in said["message"]
        else:
            assert line.startswith("spectral-film: error: ")
            assert "huge" in line


@pytest.mark.parametrize("asked", [("--log", "xml"), ("--log",), ("--log=",)])
def test_a_log_of_another_form(command, grey, asked):
    done = command("render", grey, "out.exr", *asked)
    assert done.code == 2
    assert "expected json" in done.complaints[0]


def test_json_is_json_where_a_number_is_none(capsys):
    terminal.speak(quiet=False, log="json")
    terminal.say("black", "latitude", mean_stop=float("-inf"), above=0.5)
    assert spoken(capsys.readouterr().err)[0]["mean_stop"] is None


@pytest.mark.parametrize(
    ("to", "coding", "picture"),
    [
        ("negative", "density 0..4 as 0..1", "--print none"),
        ("cineon", "10-bit code / 1023", "--print none"),
        ("print", "density 0..4 as 0..1", "leave out --to"),
    ],
)
def test_codes_that_are_no_picture_say_what_they_are(command, grey, to, coding, picture):
    for target, bits in (("a.png", 16), ("a.dpx", 10), ("a.tif", 8)):
        done = command("render", grey, target, "--to", to, "--bits", bits, "--overwrite")
        (line,) = [s for s in done.stderr.splitlines() if coding in s]
        assert picture in line
    assert coding not in command("render", grey, "a.exr", "--to", to).stderr


def test_a_picture_says_nothing_of_codes(command, grey):
    assert "to be measured" not in command("render", grey, "a.png").stderr


def listed(help_text):
    return {word for word in help_text.split() if word.startswith("--")}


def test_help_is_a_screen_in_groups_and_help_all_is_all(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    short, whole = (command("render", option).stdout for option in ("--help", "--help-all"))
    assert len(short.strip().splitlines()) <= 45
    for group in ("Picture in", "Film", "Print", "Out"):
        assert short.count(f"─ {group} ─") == 1
    assert listed(short) < listed(whole)
    assert {"--scatter", "--adjacency", "--nan", "--threads"} <= listed(whole) - listed(short)
    assert "--film" in listed(short)


def test_nonsense_in_any_option_is_one_sentence(command, grey, tmp_path):
    options = listed(command("render", "--help-all").stdout)
    flags = {"--help", "--help-all", "--overwrite", "--fast"}
    assert len(options - flags) > 20
    for option in sorted(options - flags):
        done = command("render", grey, "out.png", option, "no such")
        assert done.code == (3 if option == "--device" else 2), option
        assert len(done.complaints) == 1, option
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out.png").exists()
