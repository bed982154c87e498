"""The set-up program for Windows: what can be told of it on any system."""

import shutil
from pathlib import Path

from PIL import Image

from installer.freezing.frozen import Frozen, Wanted
from installer.windows import build

ROOT = Path(__file__).resolve().parents[2]


def test_its_icon_holds_the_sign_in_all_sizes(tmp_path: Path) -> None:
    frozen = Frozen(tmp_path / "lesionstudio", Wanted(), "abc", "2026-01-01")
    shutil.copytree(ROOT / "resources/icons/app", frozen.folder / "_internal/resources/icons/app")
    with Image.open(build._icon(frozen)) as icon:
        assert icon.info["sizes"] == {(side, side) for side in build.SIGNS}
        for side in build.SIGNS:
            icon.size = side, side
            with Image.open(ROOT / f"resources/icons/app/lesionstudio-{side}.png") as sign:
                assert icon.convert("RGBA").tobytes() == sign.convert("RGBA").tobytes()
