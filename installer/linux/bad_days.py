"""BadDays: what goes wrong on a person's computer, done to the installed .deb in a bare Debian. Real, and as root."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from installer.linux.bare_debian import HOME, OTHER, USER, BareDebian
from installer.linux.day_at_work import journal_bytes, paint_until
from installer.linux.screen_hand import ScreenHand, until

PROGRAM = "/usr/lib/lesionstudio"
PLACE = "/srv/Bilder für alle"
ROOM_MB, PATIENCE_S = 200, 180.0


class BadDays:
    """`scans`: a folder with a series, copied for each that opens one. What is seen is returned by name."""

    def __init__(self, debian: BareDebian, scans: Path, out: Path) -> None:
        self.debian, self.scans, self.out = debian, scans, out
        self.log = out / "bad-days.log"

    def install_without_room(self, package: str) -> dict[str, Any]:
        """The disk fills up while apt unpacks: nothing of it may stay, and the next time it must work."""
        with self._mounted("-t", "tmpfs", "-o", f"size={ROOM_MB}m", "tmpfs", on=PROGRAM):
            done = self.debian.run("apt-get", "install", "-y", "--no-install-recommends", package, check=False)
            left = [str(path) for path in self.debian.inside(PROGRAM).rglob("*") if path.is_file()]
        status = self.debian.run("dpkg-query", "-W", "-f", "${Status}", "lesionstudio", check=False).stdout
        why = [line.strip() for line in done.stdout.splitlines() if "No space left" in line]
        return {"ended_with": done.returncode, "says": why[:1], "files_left": left, "status": status.strip()}

    def live(self, hand: ScreenHand) -> dict[str, Any]:
        """All that needs the program installed and a screen."""
        first, second, others = (self._study(name) for name in ("Ä 1", "B 2", "Ç 3"))
        self.debian.run("chown", "-R", f"{OTHER}:{OTHER}", others)
        return {
            "second_start": self._start_twice(hand, first, second, others),
            "read_only_home": self._with_read_only_home(hand, first),
            "without_a_library": self._without_library(hand, first, "libEGL.so.1"),
        }

    def _start_twice(self, hand: ScreenHand, first: str, second: str, others: str) -> dict[str, Any]:
        """A second start goes to the first window; that of another user on the same screen does not."""
        with self._running(hand, first):
            again = self.debian.run_as_user("lesionstudio", second, check=False, DISPLAY=hand.display)
            until(lambda: hand.windows("B 2.*LesionStudio"), PATIENCE_S, "the second folder in the first window")
            windows = hand.windows("LesionStudio")
            with self._running(hand, others, user=OTHER):
                hand.photograph(self.out / "bad-two-users.png")
                both = hand.windows("LesionStudio"), hand.windows("B 2.*LesionStudio")
        return {
            "second_ended_with": again.returncode,
            "windows": windows,
            "windows_with_another_user": both[0],
            "first_users_folder_stays": both[1] == 1,
        }

    def _with_read_only_home(self, hand: ScreenHand, study: str) -> dict[str, Any]:
        """Scans and their project lie elsewhere: all but the choices must be kept."""
        home, project = str(self.debian.inside(HOME)), self.debian.inside(f"{study}/lesionstudio")
        with self._mounted("--bind", home, on=HOME):
            subprocess.run(["mount", "-o", "remount,bind,ro", home], check=True)
            before, started = journal_bytes(project), time.monotonic()
            with self._running(hand, study):
                paint_until(hand, lambda: journal_bytes(project) > before, "a stroke in the journal")
                hand.photograph(self.out / "bad-read-only-home.png")
        return {"stroke_kept_after_s": time.monotonic() - started}

    def _without_library(self, hand: ScreenHand, study: str, library: str) -> dict[str, Any]:
        """One library of the system is gone: a sentence with its package."""
        found = next(iter(self.debian.inside("/usr/lib/x86_64-linux-gnu").glob(library)))
        away = found.with_name(f"away-{library}")
        found.rename(away)
        try:
            done = self.debian.run_as_user("lesionstudio", study, check=False, DISPLAY=hand.display)
        finally:
            away.rename(found)
        return {"ended_with": done.returncode, "says": done.stdout.strip()}

    def _study(self, name: str) -> str:
        target = self.debian.inside(f"{PLACE}/{name}")
        shutil.copytree(self.scans, target)
        self.debian.run("chown", "-R", f"{USER}:{USER}", f"{PLACE}/{name}")
        self.debian.run("chmod", "-R", "u+w", f"{PLACE}/{name}")
        return f"{PLACE}/{name}"

    @contextmanager
    def _running(self, hand: ScreenHand, study: str, user: str = USER) -> Iterator[None]:
        """The program with this folder open."""
        program = self.debian.start_as_user("lesionstudio", study, log=self.log, user=user, DISPLAY=hand.display)
        try:
            until(lambda: hand.windows(f"{Path(study).name}.*LesionStudio"), PATIENCE_S, f"a window with {study}")
            yield
        finally:
            program.terminate()
            program.wait(30)

    @contextmanager
    def _mounted(self, *how: str, on: str) -> Iterator[None]:
        target = self.debian.inside(on)
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *how, str(target)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(target)], check=True)
