"""A day with an installed program, on any system and without hands: it is given as a folder or as the program itself.

    python -m tests.installer.smoke PROGRAM [--out FOLDER]

What it must do: say its version, look at the computer, open a DICOM series, do the main job on the sample study with a
picture of its window, segment a slice in its compute process (which is killed and comes back), learn from two slices,
export, hand a second start over to its first window, be killed and come back. Figures: OUT/smoke.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

from lesionstudio.compute.compute import JobFailed, JobSucceeded, Message
from lesionstudio.compute.worker import LocalCompute
from lesionstudio.imaging.formats import find_scans
from tests import phantoms
from tests.studies import checked_study

LONG_S = 300.0
WINDOW, TALKER = ("lesionstudio", "LesionStudio"), ("lesionstudio-console", "lesionstudio", "LesionStudio")


class Smoke:
    """One installed program, with a home and folders of its own."""

    def __init__(self, program: Path, out: Path) -> None:
        self.window, self.talker = _find(program, WINDOW), _find(program, TALKER)
        self.out = out
        self.home = out / "home of Zoé"
        self.figures: dict[str, Any] = {}
        self._models: list[dict[str, Any]] = []

    def run(self) -> dict[str, Any]:
        """Every step, each timed; the first that fails ends it with what the program said."""
        os.environ["LESIONSTUDIO_HOME"] = str(self.home)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        steps: tuple[Callable[[], object], ...] = (
            self.version, self.doctor, self.series, self.models, self.demo, self.compute, self.learn, self.export,
            self.windows,
        )  # fmt: skip
        for step in steps:
            began = time.monotonic()
            said = step()
            self.figures[step.__name__] = {"seconds": round(time.monotonic() - began, 1), "said": said}
            print(step.__name__, self.figures[step.__name__], flush=True)
        (self.out / "smoke.json").write_text(json.dumps(self.figures, indent=1, default=str), encoding="utf-8")
        return self.figures

    def version(self) -> str:
        """What it says it is."""
        return self._say("--version").strip()

    def doctor(self) -> dict[str, Any]:
        """Every package that is looked for is there."""
        found = self._json("doctor")
        missing = [name for name, version in found["packages"].items() if version is None]
        assert not missing, f"not packed: {missing}"
        return {key: found[key] for key in ("version", "commit", "engine", "precision", "seconds_a_slice")}

    def series(self) -> dict[str, Any]:
        """A DICOM series in a folder with any letters is one volume."""
        phantoms.write_dicom(self.out / "Série à lire", phantoms.ct_phantom())
        (found,) = self._json("info", str(self.out / "Série à lire"))
        assert found["kind"] == "volume" and found["format"] == "dicom", found
        return {"shape": found["shape"], "spacing_mm": found["spacing_mm"]}

    def models(self) -> list[str]:
        """The models that came with it; a build may have none."""
        self._models = self._json("models")
        return [model["id"] for model in self._models]

    def demo(self) -> dict[str, Any]:
        """The main job, and a picture of the window; without a model that one must be got."""
        if not self._models:
            return {"says": self._refusal("demo", "--out", str(self.out / "demo"))}
        done = self._json("demo", "--out", str(self.out / "demo"))
        assert Path(done["screenshot"]).stat().st_size > 20_000 and done["masks"], done
        return {"dice": done["dice"], "seconds": done["seconds"]}

    def compute(self) -> dict[str, float]:
        """A slice in the compute process, as the window has it made; killed and asked again."""
        if not self._models:
            return {}
        inbox: Queue[Message] = Queue()
        compute = LocalCompute(inbox.put, command=[str(self.talker), "_compute", "en"])
        try:
            first = self._slice(compute, inbox, "first")
            assert compute.process_id is not None
            _kill(compute.process_id)
            return {"first_s": first, "after_a_kill_s": self._slice(compute, inbox, "second")}
        finally:
            compute.close()

    def learn(self) -> dict[str, Any]:
        """A version from checked slices."""
        study = checked_study(self.out / "étude", 2)
        done = self._json("learn", str(study), "--from", "none", "--minutes", "0.1")
        return {key: done[key] for key in ("model", "slices", "seconds")}

    def export(self) -> int:
        """The masks of that study as files."""
        done = self._json("export", str(self.out / "étude"), "--out", str(self.out / "exported"))
        assert len(list((self.out / "exported").rglob("*.png"))) == len(done["files"]) == 2, done
        return len(done["files"])

    def windows(self) -> dict[str, bool]:
        """A second start goes to the first window; a window that is killed leaves nothing in the way of the next."""
        places = [self.out / "Série à lire", self.out / "étude"]
        first = subprocess.Popen([str(self.window), str(places[0])])
        try:
            self._wait_for(places[0])
            second = subprocess.run([str(self.window), str(places[1])], timeout=LONG_S, check=False)
            self._wait_for(places[1])
            assert second.returncode == 0 and first.poll() is None
        finally:
            first.kill()
            first.wait()
        third = subprocess.Popen([str(self.window), str(places[0])])
        try:
            self._wait_for(places[0])
        finally:
            third.kill()
            third.wait()
        return {"second_start_went_to_the_first": True, "came_back_after_a_kill": True}

    def _slice(self, compute: LocalCompute, inbox: "Queue[Message]", name: str) -> float:
        (self.out / name).mkdir()
        (found,) = find_scans(self.out / "Série à lire")
        source = found.source.to_json()
        model = self._models[0]["folder"]
        common = {"source": source, "model": model, "threshold": None, "device": "cpu", "out": str(self.out / name)}
        began = time.monotonic()
        job = compute.submit("segment_scan", {**common, "slices": [2], "first": 2})
        while not (isinstance(heard := inbox.get(timeout=LONG_S), JobSucceeded) and heard.job == job):
            assert not isinstance(heard, JobFailed), heard
        assert (self.out / name / "labels.npy").is_file()
        return round(time.monotonic() - began, 2)

    def _wait_for(self, folder: Path) -> None:
        """Until the window wrote down that it opened this folder."""
        settings, began = self.home / "config" / "settings.json", time.monotonic()
        while time.monotonic() - began < LONG_S:
            recent = json.loads(settings.read_text(encoding="utf-8"))["recent"] if settings.is_file() else []
            if recent[:1] == [str(folder)]:
                return
            time.sleep(0.1)
        raise AssertionError(f"the window did not open {folder}")

    def _json(self, *words: str) -> Any:
        return json.loads(self._say(*words, "--json"))

    def _refusal(self, *words: str) -> str:
        """The sentence with which it ends what cannot be done."""
        done = subprocess.run([str(self.talker), *words], capture_output=True, timeout=LONG_S, check=False)
        assert done.returncode == 1, f"{words} ended with {done.returncode}"
        return done.stderr.decode("utf-8").strip()

    def _say(self, *words: str) -> str:
        done = subprocess.run([str(self.talker), *words], capture_output=True, timeout=LONG_S, check=False)
        assert done.returncode == 0, f"{words} ended with {done.returncode}: {done.stderr.decode(errors='replace')}"
        return done.stdout.decode("utf-8")


def _find(program: Path, names: tuple[str, ...]) -> Path:
    """The program in a folder or an app; the program itself where it was given."""
    folders = (program, program / "Contents" / "MacOS")
    places = [folder / f"{name}{ending}" for name in names for folder in folders for ending in ("", ".exe")]
    found = next((place for place in places if place.is_file()), program)
    assert found.is_file(), f"no program in {program}"
    return found.resolve()


def _kill(process_id: int) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/PID", str(process_id)], check=True, capture_output=True)
    else:
        os.kill(process_id, 9)


def main() -> int:
    """Runs all of it on the program that is named."""
    parser = argparse.ArgumentParser(prog="tests.installer.smoke", description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    out = chosen.out or Path(tempfile.mkdtemp(prefix="lesionstudio-smoke-"))
    out.mkdir(parents=True, exist_ok=True)
    Smoke(chosen.program, out.resolve()).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
