"""The user's choices: one frozen dataclass, one JSON file; and the folders of this user that belong to the program."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """What this person chose. Lengths in mm where a scan has a spacing, else in pixels. No language: the system's.

    `tools`: the options of each tool, by verb. `shortcuts`: keys chosen instead of the table's, by verb; "" for none.
    `largest_picture_gigabytes`: slices that claim to be larger are not opened.
    `neurological`: the patient's left is shown at the left of the picture, not at its right.
    `drafts_ahead`: the next slices' drafts are made while this one is looked at.
    `hide_names`: scans, studies and folders are called by aliases on the screen.
    """

    language: str = ""
    theme: str = "dark"
    device: str = "auto"
    recent: tuple[str, ...] = ()
    brush_diameter_mm: float = 8.0
    brush_diameter_px: float = 12.0
    mask_opacity: float = 0.3
    outline_only: bool = False
    neurological: bool = False
    hold_out_slices: bool = True
    drafts_ahead: bool = True
    hide_names: bool = False
    undo_megabytes: int = 300
    largest_picture_gigabytes: float = 2.0
    tour_seen: bool = False
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    shortcuts: dict[str, str] = field(default_factory=dict)


def load_settings(path: Path | None = None) -> Settings:
    """The saved choices; the defaults for whatever is missing, unknown or damaged."""
    return _from_json(_read(path or settings_path()))


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Writes the choices whole or not at all; those of a newer version, which this one does not know, stay.

    Raises OSError when the folder cannot be written.
    """
    target = path or settings_path()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(_read(target) | asdict(settings), indent=1), encoding="utf-8")
    draft.replace(target)


def settings_path() -> Path:
    """Where the choices are kept."""
    return config_folder() / "settings.json"


def config_folder() -> Path:
    """This user's folder for choices."""
    return _home("config")


def data_folder() -> Path:
    """This user's folder for work that belongs to no folder of scans: the sample study, studies on read-only disks."""
    return _home("data")


def cache_folder() -> Path:
    """This user's folder for what can be made again: thumbnails, arrays on their way, compiled models."""
    return _home("cache")


def log_file() -> Path:
    """Where the program writes down what went wrong: no name of a scan, a folder or a patient."""
    return _home("log") / "lesionstudio.log"


def kept_folder(name: str, form: int) -> Path:
    """Where one kind of what can be made again is kept, in one form.

    A version that keeps it in another form has another folder: versions side by side never read each other's.
    """
    return cache_folder() / f"{name}-{form}"


def _home(kind: str) -> Path:
    chosen = os.environ.get("LESIONSTUDIO_HOME")
    if chosen:
        return Path(chosen) / kind
    import platformdirs

    place: Path = getattr(platformdirs.PlatformDirs("LesionStudio", appauthor=False), f"user_{kind}_path")
    return place


def _read(path: Path) -> dict[str, Any]:
    """What the file says; {} where there is none, or it is damaged."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) else {}


def _from_json(saved: dict[str, Any]) -> Settings:
    defaults = Settings()
    kept: dict[str, Any] = {}
    for one in fields(Settings):
        value, default = saved.get(one.name), getattr(defaults, one.name)
        if isinstance(default, tuple) and isinstance(value, list):
            kept[one.name] = tuple(str(entry) for entry in value)
        elif isinstance(default, float) and isinstance(value, int | float) and not isinstance(value, bool):
            kept[one.name] = float(value)
        elif type(value) is type(default):
            kept[one.name] = value
    words = {verb: keys for verb, keys in kept.get("shortcuts", {}).items() if isinstance(keys, str)}
    return Settings(**kept | {"shortcuts": words})
