"""Proves the Linux packages in a bare Debian 12 without Python: installed, worked with, killed, updated and removed.

    python3 -m installer.linux.prove --deb FILE --tar FILE --scans FOLDER --out FOLDER [--debian FOLDER]

As root, with debootstrap, Xvfb, xdotool and imagemagick. --scans is a folder with one real DICOM series, --debian one
that debootstrap made before. Figures go to proof.json in --out, screenshots beside it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from installer.freezing.sizes import bytes_in
from installer.linux.bad_days import BadDays
from installer.linux.bare_debian import HOME, USER, BareDebian, is_root
from installer.linux.day_at_work import DayAtWork
from installer.linux.screen_hand import ScreenHand

STUDY = f"{HOME}/Aufnahmen für Müller/Serie"
CHOSEN = f"{HOME}/Meine Programme/Läsionen Studio"
SCREEN = 100 + os.getpid() % 800
ROOM_MB = 200


class Proof:
    """What is proved, and the figures of it."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.chosen, self.figures = chosen, dict[str, Any]()
        self.work = Path(tempfile.mkdtemp(prefix="lesionstudio-proof-"))
        self.pristine = chosen.debian or BareDebian.make(self.work / "debian").root

    def of_deb(self) -> dict[str, Any]:
        """The .deb: apt installs it, a day at work, a newer one over it, removed."""
        debian, told = self._debian("deb"), dict[str, Any]()
        try:
            told["python_before"] = debian.run("sh", "-c", "command -v python3 python", check=False).stdout.strip()
            bad = BadDays(debian, self.chosen.scans, self.chosen.out)
            told |= self._install_deb(debian, bad)
            told["work"] = self._day(debian, "deb", ["lesionstudio"])
            told["bad_days"] = self._bad_days(bad)
            told["newer_over_it"] = self._install_newer(debian)
            told |= self._remove_deb(debian)
        finally:
            debian.close()
        return told

    def of_tar(self) -> dict[str, Any]:
        """The .tar.gz as an ordinary user: what is missing is named, no room is said, then the same day at work."""
        debian, told = self._debian("tar"), dict[str, Any]()
        try:
            unpacked = self._unpack(debian)
            told["without_xz"] = debian.run_as_user(f"{unpacked}/install.sh", check=False).stdout.strip()
            debian.run("apt-get", "update", "-q")
            debian.run("apt-get", "install", "-y", "--no-install-recommends", "xz-utils")
            told["without_room"] = self._install_without_room(debian, unpacked)
            told["installed"] = debian.run_as_user(f"{unpacked}/install.sh", "--to", CHOSEN).stdout.splitlines()
            told["without_libraries"] = self._start_without_libraries(debian)
            told["work"] = self._day(debian, "tar", [f"{HOME}/.local/bin/lesionstudio"])
            told["newer_over_it"] = debian.run_as_user(f"{unpacked}/install.sh", "--to", CHOSEN).stdout.splitlines()[:1]
            told["removed"] = debian.run_as_user(f"{CHOSEN}/uninstall.sh").stdout.splitlines()
            told["left_of_it"] = self._left(debian)
            told["projects_left"] = debian.inside(f"{STUDY}/lesionstudio/project.json").exists()
        finally:
            debian.close()
        return told

    def _debian(self, name: str) -> BareDebian:
        """A fresh copy with the scans in the user's home."""
        debian = BareDebian.make(self.work / name, like=self.pristine)
        debian.open()
        study = debian.inside(STUDY)
        shutil.copytree(self.chosen.scans, study)
        debian.run("chown", "-R", f"{USER}:{USER}", HOME)
        debian.run("chmod", "-R", "u+w", HOME)
        return debian

    def _day(self, debian: BareDebian, name: str, command: list[str]) -> dict[str, Any]:
        """A day at work with a screen of its own."""
        hand, log = ScreenHand(SCREEN), self.chosen.out / f"{name}.log"
        try:
            day = DayAtWork(
                hand,
                lambda: debian.start_as_user(*command, STUDY, log=log, DISPLAY=hand.display),
                debian.inside(STUDY),
                self.chosen.out,
            )
            return day.live(name)
        finally:
            hand.close()

    def _bad_days(self, bad: BadDays) -> dict[str, Any]:
        hand = ScreenHand(SCREEN)
        try:
            return bad.live(hand)
        finally:
            hand.close()

    # The .deb

    def _install_deb(self, debian: BareDebian, bad: BadDays) -> dict[str, Any]:
        shutil.copy(self.chosen.deb, debian.inside("/root/lesionstudio.deb"))
        debian.run("apt-get", "update", "-q")
        before, without_room = _packages(debian), bad.install_without_room("/root/lesionstudio.deb")
        started = time.monotonic()
        debian.run("apt-get", "install", "-y", "--no-install-recommends", "/root/lesionstudio.deb")
        return {
            "without_room": without_room,
            "install_s": time.monotonic() - started,
            "download_mb": self.chosen.deb.stat().st_size / 1e6,
            "unpacked_mb": bytes_in(debian.inside("/usr/lib/lesionstudio")) / 1e6,
            "brought_by_apt": sorted(_packages(debian) - before - {"lesionstudio"}),
            "says": debian.run_as_user("lesionstudio", "--help").stdout.splitlines()[:3],
        }

    def _install_newer(self, debian: BareDebian) -> dict[str, Any]:
        """The same program under a higher version, over the one that is there."""
        settings = debian.inside(f"{HOME}/.config/LesionStudio/settings.json")
        before, newer = settings.read_bytes(), self.work / "newer"
        subprocess.run(["dpkg-deb", "-R", str(self.chosen.deb), str(newer)], check=True)
        control = newer / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 99.0", control.read_text("utf-8")), "utf-8")
        target = debian.inside("/root/newer.deb")
        subprocess.run(["dpkg-deb", "-Znone", "-b", str(newer), str(target)], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(newer)
        debian.run("apt-get", "install", "-y", "/root/newer.deb")
        target.unlink()
        return {
            "version": debian.run("dpkg-query", "-W", "-f", "${Version}", "lesionstudio").stdout,
            "settings_kept": settings.read_bytes() == before,
            "project_kept": debian.inside(f"{STUDY}/lesionstudio/project.json").exists(),
        }

    def _remove_deb(self, debian: BareDebian) -> dict[str, Any]:
        said = debian.run("apt-get", "purge", "-y", "lesionstudio").stdout.splitlines()
        debian.inside("/root/lesionstudio.deb").unlink()
        return {
            "removal_says": [line for line in said if "rojects" in line or "person" in line],
            "left_of_it": self._left(debian),
            "projects_left": debian.inside(f"{STUDY}/lesionstudio/project.json").exists(),
        }

    # The .tar.gz

    def _unpack(self, debian: BareDebian) -> str:
        """Unpacked by the user in the home; returns the folder."""
        place = f"{HOME}/Heruntergeladenes für mich"
        debian.inside(place).mkdir(parents=True)
        shutil.copy(self.chosen.tar, debian.inside(f"{place}/lesionstudio.tar.gz"))
        debian.run("chown", "-R", f"{USER}:{USER}", place)
        debian.run_as_user("tar", "-C", place, "-xzf", f"{place}/lesionstudio.tar.gz")
        debian.inside(f"{place}/lesionstudio.tar.gz").unlink()
        return next(f"{place}/{path.name}" for path in debian.inside(place).iterdir())

    def _install_without_room(self, debian: BareDebian, unpacked: str) -> str:
        """Into a disk that is too small."""
        small = debian.inside("/mnt")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m,mode=777", "tmpfs", str(small)], check=True)
        try:
            return debian.run_as_user(f"{unpacked}/install.sh", "--to", "/mnt/da", check=False).stdout.strip()
        finally:
            subprocess.run(["umount", str(small)], check=True)

    def _start_without_libraries(self, debian: BareDebian) -> str:
        """What a start says where the system lacks what a window needs; then these packages are installed."""
        hand = ScreenHand(SCREEN)
        try:
            command = f"{HOME}/.local/bin/lesionstudio"
            said = debian.run_as_user(command, STUDY, check=False, DISPLAY=hand.display).stdout.strip()
        finally:
            hand.close()
        packages = sorted(set(re.findall(r"\blib[a-z0-9.+-]+\d\b(?!\.so)", said.rpartition("install")[2])))
        debian.run("apt-get", "install", "-y", "--no-install-recommends", *packages)
        return said

    def _left(self, debian: BareDebian) -> list[str]:
        """Files of the program that are still in the system, the user's own folders aside."""
        found = debian.run("find", "/usr", "/opt", "/etc", "/var/lib", HOME, "-xdev", "-iname", "*lesion*").stdout
        own = (f"{HOME}/.config", f"{HOME}/.local/share/LesionStudio", f"{HOME}/.cache", f"{HOME}/.local/state", STUDY)
        return [line for line in found.splitlines() if not line.startswith(own) and "Heruntergeladenes" not in line]


def _packages(debian: BareDebian) -> set[str]:
    return set(debian.run("dpkg-query", "-W", "-f", "${Package}\n").stdout.split())


def main() -> int:
    """Proves what was given, and writes the figures after each."""
    parser = argparse.ArgumentParser(prog="installer.linux.prove", description=__doc__)
    for name in ("deb", "tar", "scans", "out", "debian"):
        parser.add_argument(f"--{name}", type=Path, required=name in ("scans", "out"))
    chosen = parser.parse_args()
    if not is_root():
        sys.exit("This needs root: it makes a Debian in a folder.")
    chosen.out.mkdir(parents=True, exist_ok=True)
    proof = Proof(chosen)
    for name, prove in (("deb", proof.of_deb), ("tar", proof.of_tar)):
        if getattr(chosen, name):
            proof.figures[name] = prove()
            (chosen.out / "proof.json").write_text(json.dumps(proof.figures, indent=1, ensure_ascii=False), "utf-8")
            print(json.dumps(proof.figures[name], indent=1, ensure_ascii=False), flush=True)
    subprocess.run(["rm", "-rf", "--one-file-system", str(proof.work)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
