"""Makes large tables small: blanks are for people, and much of what highdicom knows is of files never written here."""

import json
from pathlib import Path
from typing import Any

WORTH_BYTES = 50_000
MODULES, OBJECTS = "highdicom/_standard/module_attribute_map.json", "highdicom/_standard/iod_module_map.json"
WRITTEN = "segmentation"
LOOKED_FOR = {"PixelData", "FloatPixelData", "DoubleFloatPixelData", "ContentDate", "ContentTime", "NumberOfFrames"}
"""The kind of object that is written, and the attributes that highdicom looks for in every kind."""

Attributes = dict[str, list[dict[str, Any]]]


def make_small(folder: Path) -> int:
    """Bytes saved in the tables of the program in this folder."""
    before = _bytes_of(folder)
    if (folder / MODULES).is_file():
        modules, objects = _read(folder / MODULES), _read(folder / OBJECTS)
        _write(folder / MODULES, for_what_is_written(modules, objects))
    for file in _large(folder):
        _write(file, _read(file))
    return before - _bytes_of(folder)


def for_what_is_written(modules: Attributes, objects: Attributes) -> Attributes:
    """highdicom's table of DICOM's modules: whole for segmentations; of others what is looked for in any object."""
    whole = {module["key"] for module in objects[WRITTEN]}
    return {
        name: [one for one in attributes if name in whole or one["keyword"] in LOOKED_FOR]
        for name, attributes in modules.items()
    }


def _large(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*.json") if file.stat().st_size > WORTH_BYTES]


def _bytes_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.json"))


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _write(file: Path, table: Any) -> None:
    file.write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
