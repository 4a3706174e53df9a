"""`brigade process`, as it is typed."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import PIL
import pytest

import brigade
from brigade.__main__ import main
from brigade.pictures.local_files import find
from imaging.reasons import UnknownRecipe
from services.moderate import rekognition
from services.moderate.actor import MODERATOR
from services.moderate.opinion import Opinion
from tests.support import exif as drawn
from tests.support import pictures


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "good.jpg").write_bytes(pictures.oriented("JPEG", 6))
    return folder


def test_what_cannot_be_read_is_named_and_the_others_go_on(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "broken.jpg").symlink_to("nowhere.jpg")
    assert main(["process", str(photos), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "good.jpg" in said.out
    assert f"skipped: {photos / 'broken.jpg'}: a link that leads nowhere" in said.err


def test_a_file_gives_one_json_line_and_its_outputs(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    report = json.loads(line)
    assert (report["file"], report["status"], report["reason"]) == (str(photos / "good.jpg"), "ready", None)
    assert (report["width"], report["height"]) == (report["normalized"]["height"], report["normalized"]["width"])
    assert len(report["renditions"]) == 10
    for output in (report["normalized"], *report["renditions"]):
        assert Path(output["path"]).stat().st_size == output["bytes"]
    assert set(report["timings_ms"]) == {"ingest", "describe", "normalize", "resize"}


def test_what_is_made_lies_under_the_pictures_own_name_and_the_line_says_where(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "deep").mkdir()
    (photos / "good.jpg").rename(photos / "deep" / "good.jpg")
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--recipe", "training"]) == 0
    folder = tmp_path / "out" / "deep" / "good.jpg"
    with_exiftool = {"metadata.json.gz"}
    assert {path.name for path in folder.iterdir()} - with_exiftool == {"master.jpg", "square600.jpg"}
    assert f"{photos / 'deep' / 'good.jpg'}  1 rendition in {folder}\n" in capsys.readouterr().out


def test_its_own_outputs_are_never_eaten(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "one", "deep/two"):
        assert main(["process", str(photos), "--out", str(photos / folder), "--recipe", "training"]) == 0
        assert "1 file: 1 ready" in capsys.readouterr().err
    [key] = [file.key for file in find([photos])]  # nor are they uploaded
    assert key == "good.jpg"
    assert main(["process", str(photos), "--out", str(photos)]) == 1
    assert f"error: {photos} holds the pictures themselves — write elsewhere" in capsys.readouterr().err


def test_a_page_shows_all_that_was_made(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "bad.jpg").write_bytes(pictures.text_named_jpg())
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--recipe", "training", "--page"]) == 1
    page = tmp_path / "out" / "index.html"
    assert f"look at {page}\n" in capsys.readouterr().err
    content = page.read_text(encoding="utf-8")
    assert 'src="good.jpg/square600.jpg"' in content
    assert "not-an-image" in content


def test_python_has_one_door(photos: Path, tmp_path: Path) -> None:
    report = brigade.process(photos / "good.jpg", "training", out=tmp_path / "out")
    assert (report.status, report.recipe) == ("ready", "training")
    [square] = report.renditions
    assert (square.name, square.width, square.height) == ("square600", 600, 600)
    assert Path(square.path) == tmp_path / "out" / "good.jpg" / "square600.jpg"
    assert Path(square.path).stat().st_size == square.bytes
    own = tmp_path / "own.toml"
    own.write_text('[[recipe]]\nname = "w"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')
    assert brigade.process(str(photos / "good.jpg"), out=tmp_path / "out", recipes=own).recipe == "w"
    (photos / "bad.jpg").write_bytes(pictures.text_named_jpg())
    assert brigade.process(photos / "bad.jpg", out=tmp_path / "out").reason == "not-an-image"
    with pytest.raises(UnknownRecipe):
        brigade.process(photos / "good.jpg", "posters", out=tmp_path / "out")


@pytest.mark.parametrize(("made", "said"), [("services/__init__.py", "services"), ("kit.py", "kit.py")])
def test_a_package_of_ones_own_that_hides_ours_is_named(tmp_path: Path, made: str, said: str) -> None:
    path = tmp_path / made
    path.parent.mkdir(exist_ok=True)
    path.touch()
    command = [sys.executable, "-c", "import brigade"]
    done = subprocess.run(command, check=False, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert f"ImportError: {tmp_path / said} stands where" in done.stderr


def test_a_report_has_what_the_camera_says_but_not_where(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "good.jpg").write_bytes(drawn.picture())
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    metadata = json.loads(line)["metadata"]
    by = (metadata.pop("extractor"), metadata.pop("version"))
    assert by in {("Pillow", PIL.__version__), ("exiftool", by[1])}
    tags = json.loads(gzip.decompress(Path(metadata.pop("tags")).read_bytes()))
    assert tags["ExifIFD:SerialNumber"] == drawn.FACTS.serial
    facts = msgspec.to_builtins(drawn.FACTS) | {"orientation": 6}
    assert metadata == {name: fact for name, fact in facts.items() if name not in {"latitude", "longitude"}}


def test_a_bad_file_is_reported_with_its_reason_and_the_others_go_on(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "bad.jpg").write_bytes(pictures.text_named_jpg())
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--json"]) == 1
    captured = capsys.readouterr()
    reports = [json.loads(line) for line in captured.out.splitlines()]
    assert [(report["status"], report["reason"]) for report in reports] == [
        ("rejected", "not-an-image"),
        ("ready", None),
    ]
    assert "2 files: 1 ready, 1 rejected" in captured.err


def test_a_file_that_cannot_be_read_is_reported_and_the_others_go_on(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, really = photos / "bad.jpg", Path.read_bytes
    bad.touch()

    def read(path: Path) -> bytes:
        if path == bad:  # also by root, who runs these tests in a container
            raise PermissionError(13, "Permission denied", str(path))
        return really(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--json"]) == 1
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(report["status"], report["reason"], report["detail"]) for report in reports] == [
        ("rejected", "unreadable-file", "Permission denied"),
        ("ready", None, None),
    ]
    assert reports[0].keys() == reports[1].keys()


def test_a_recipe_may_be_named_for_all(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["process", str(photos), "--out", str(tmp_path / "out"), "--recipe", "training", "--json"]
    assert main(arguments) == 0
    [report] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [rendition["name"] for rendition in report["renditions"]] == ["square600"]


def test_a_recipe_that_is_not_there_is_an_error(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--recipe", "posters"]) == 1
    assert "posters; there are training, default" in capsys.readouterr().err


def test_a_key_that_no_recipe_matches_is_ignored(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipes = tmp_path / "recipes.toml"
    recipes.write_text('[[recipe]]\nname = "cats"\nprefix = "cats/"\n[[recipe.rendition]]\nname = "w"\nwidth = 9\n')
    arguments = ["process", str(photos), "--out", str(tmp_path / "out"), "--recipes", str(recipes), "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "ignored"


def test_a_broken_recipes_file_is_named_with_its_line(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipes = tmp_path / "recipes.toml"
    recipes.write_text('[[recipe]]\nname = "cats"\n[[recipe.rendition]]\nname = "w"\nwidth = 0\n')
    assert main(["process", str(photos), "--out", str(tmp_path / "out"), "--recipes", str(recipes)]) == 1
    assert "recipes.toml, line 5" in capsys.readouterr().err


def test_recipes_say_what_would_happen_to_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--key", "postpic/a.JPG", "--key", "b.png", "--json"]) == 0
    assert [answer["recipe"] for answer in json.loads(capsys.readouterr().out)] == ["training", "default"]


@pytest.fixture
def gated(photos: Path, tmp_path: Path) -> list[str]:
    """What is typed to process the photo under a recipe that keeps a gate."""
    recipes = tmp_path / "gate.toml"
    recipes.write_text('recipe = [{ name = "r", moderation = "gate", rendition = [{ name = "w", width = 9 }] }]')
    return ["process", str(photos), "--recipes", str(recipes), "--out", str(tmp_path / "out")]


def test_a_gate_holds_back_here_too(
    gated: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODERATOR.variable, "rekognition")
    monkeypatch.setattr(rekognition, "judge", lambda _: Opinion(confidence=50, model="rekognition", version="7.0"))
    assert main(gated) == 0
    said = capsys.readouterr()
    assert "moderation: uncertain, nudity 50 %" in said.out
    assert "1 file: 1 quarantined" in said.err
    assert not list(tmp_path.glob("out/renditions/**/*.*"))
    main([*gated, "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["status"], report["moderation"]["verdict"]) == ("quarantined", "uncertain")


def test_a_gate_without_an_engine_lets_nobody_pass(
    gated: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODERATOR.variable, "none")
    assert main(gated) == 1
    said = capsys.readouterr()
    assert "no-moderator: No moderation engine is here" in said.out
    assert "1 file: 1 rejected" in said.err
