"""BareDebian: a Debian 12 in a folder, made by debootstrap, without Python: what a package must declare, it lacks."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
USER, HOME = "joerg", "/home/jörg"
OTHER = "zoe"
SHARED = ("/proc", "/tmp/.X11-unix")


class BareDebian:
    """One such system. Everything is run in it by root or by a user whose home has an umlaut in its name."""

    def __init__(self, folder: Path) -> None:
        self.root = folder

    @classmethod
    def make(cls, folder: Path, like: Path | None = None) -> "BareDebian":
        """A new one, or a copy of one that was never used. Needs root and, for a new one, debootstrap."""
        if like is None:
            subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(folder), MIRROR], check=True)
        else:
            subprocess.run(["cp", "-a", str(like), str(folder)], check=True)
        return cls(folder)

    def open(self) -> None:
        """Mounts what programs expect, and makes the users."""
        for place in SHARED:
            target = self.root / place.lstrip("/")
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--bind", place, str(target)], check=True)
        shutil.copyfile("/etc/resolv.conf", self.root / "etc/resolv.conf")
        for user in (USER, OTHER):
            if not self.inside(_home(user)).exists():
                self.run("useradd", "--create-home", "--home-dir", _home(user), "--shell", "/bin/sh", user)

    def close(self) -> None:
        """Takes the mounts away, so that the folder can be deleted."""
        for place in reversed(SHARED):
            subprocess.run(["umount", "-l", str(self.root / place.lstrip("/"))], check=False)

    def run(self, *words: str, check: bool = True, **told: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in it as root and returns what it said, errors among it."""
        return subprocess.run(
            self._command(words, "root", told), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=check
        )

    def run_as_user(self, *words: str, check: bool = True, **told: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in it as an ordinary user."""
        return subprocess.run(
            self._command(words, USER, told), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=check
        )

    def start_as_user(self, *words: str, log: Path, user: str = USER, **told: str) -> subprocess.Popen[bytes]:
        """Starts a program in it; the process is the program itself, for every step before it becomes the next."""
        with log.open("ab") as said:
            return subprocess.Popen(self._command(words, user, told), stdout=said, stderr=said)

    def inside(self, path: str) -> Path:
        """The place on this machine of a path in it."""
        return self.root / path.lstrip("/")

    def _command(self, words: Sequence[str], user: str, told: dict[str, str]) -> list[str]:
        surroundings = {
            "HOME": _home(user),
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **told,
        }
        as_user = [] if user == "root" else [f"--userspec={user}:{user}"]
        pairs = [f"{name}={value}" for name, value in surroundings.items()]
        return ["chroot", *as_user, str(self.root), "/usr/bin/env", "-i", *pairs, *words]


def _home(user: str) -> str:
    return {"root": "/root", USER: HOME}.get(user, f"/home/{user}")


def is_root() -> bool:
    """Whether this process may mount and change roots."""
    return os.geteuid() == 0
