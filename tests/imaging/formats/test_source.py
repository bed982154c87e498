"""Where a scan lies: tens of thousands of files are names until one of them is asked for."""

from pathlib import Path

import pytest

from lesionstudio.imaging.formats.source import NamedFiles, ScanSource

ROOT = Path("/scans/study")
SAVED = {"format": "dicom", "files": ["a/1.dcm", "a/2.dcm", "/elsewhere/3.dcm"], "part": ""}


def test_a_source_read_from_json_is_the_source_that_was_written() -> None:
    source = ScanSource("dicom", (ROOT / "a/1.dcm", ROOT / "a/2.dcm", Path("/elsewhere/3.dcm")))
    assert source.to_json(ROOT) == SAVED
    read = ScanSource.from_json(SAVED, ROOT)
    assert read == source and source == read and hash(read) == hash(source)
    assert read.to_json(ROOT) == SAVED
    assert read.to_json(Path("/scans")) == source.to_json(Path("/scans"))
    assert read.to_json(None)["files"] == source.to_json(None)["files"]
    inside = ScanSource.from_json({**SAVED, "files": SAVED["files"][:2]}, ROOT)
    assert inside.to_json(None)["files"] == ["/scans/study/a/1.dcm", "/scans/study/a/2.dcm"]


def test_files_of_a_source_are_paths_whichever_way_they_are_asked_for() -> None:
    files = ScanSource.from_json(SAVED, ROOT).files
    assert files[0] == ROOT / "a/1.dcm" and files[-1] == Path("/elsewhere/3.dcm") and len(files) == 3
    assert list(files[:2]) == [ROOT / "a/1.dcm", ROOT / "a/2.dcm"] == list(files)[:2]
    assert ROOT / "a/2.dcm" in files and ROOT / "a/9.dcm" not in files
    assert files != ScanSource.from_json({**SAVED, "files": ["a/1.dcm"]}, ROOT).files
    assert files != ScanSource.from_json(SAVED, Path("/other")).files and files != [*files]


def test_no_path_is_made_of_files_nobody_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[str]()

    class Counting(type(ROOT)):  # type: ignore[misc]
        def __truediv__(self, name: str) -> Path:
            made.append(name)
            return Path(f"{ROOT}/{name}")

    many = {**SAVED, "files": [f"{n}.dcm" for n in range(1000)]}
    source = ScanSource.from_json(many, Counting(ROOT))
    assert source.to_json(ROOT) == many and isinstance(source.files, NamedFiles)
    assert source.to_json(None)["files"][7] == f"{ROOT}/7.dcm" and not made
    assert source.files[500] == ROOT / "500.dcm" and made == ["500.dcm"]


@pytest.mark.parametrize("files", [[], [1, 2], ["a", None], 7])
def test_what_are_no_names_is_refused(files: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        ScanSource.from_json({**SAVED, "files": files}, ROOT)
