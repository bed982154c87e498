"""The files that hold a mask's layers."""

from pathlib import Path

import numpy as np
import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging import formats
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.mask_files import MaskFiles
from lesionstudio.project.worklist import ItemRecord, Role

GRID = Geometry.pixels((1, 8, 8))
RECORD = ItemRecord((SliceStatus.CHECKED,), (Role.LEARN,))


def kept(home: Path) -> Path:
    """The file of one mask that has a mark."""
    files = MaskFiles(home)
    path, _volume = files._paths("p0", "labels")
    path.parent.mkdir(parents=True)
    formats.write_mask(path, np.ones((1, 8, 8), np.uint8), GRID, values="index")
    return path


def test_a_file_that_is_taken_away_while_it_is_opened_holds_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path)
    real = formats.read_mask

    def erased_meanwhile(path: Path, *words: object, **named: object) -> object:
        path.unlink()
        return real(path, *words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(formats, "read_mask", erased_meanwhile)
    assert not MaskFiles(tmp_path).load("p0", GRID, RECORD).labels(0).any()


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    kept(tmp_path).write_bytes(b"nothing")
    with pytest.raises(UnreadableFile):
        MaskFiles(tmp_path).load("p0", GRID, RECORD)
