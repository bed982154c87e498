"""The Linux packages around the program: installing for one person, no room, a newer version, removing; the .deb."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.freezing.frozen import Frozen, Wanted
from installer.linux import build, debian

HERE = Path(__file__).resolve().parents[2] / "installer" / "linux"
TOOLS = ("xz", "dpkg-deb", "objdump", "ar")
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not all(map(shutil.which, TOOLS)), reason=f"needs Linux with {TOOLS}"
)


class Person:
    """Somebody with a home and a download, who types commands."""

    def __init__(self, place: Path) -> None:
        self.home, self.program = place / "zu Hause bei Jörg", place / "made" / "dist" / "lesionstudio"
        self.home.mkdir()
        self.bin, self.place = place / "bin", place

    def download(self, says: str, version: str = "0.1.0") -> Path:
        """A package of a program that says this; returns the unpacked folder."""
        shutil.rmtree(self.program, ignore_errors=True)
        self.program.mkdir(parents=True)
        (self.program / "lesionstudio").write_text(f'#!/bin/sh\necho {says} "$@"\n', encoding="utf-8")
        (self.program / "lesionstudio").chmod(0o755)
        (self.program / "large").write_bytes(b"x" * 300_000)
        frozen = Frozen(self.program, Wanted(version=version), "abc", "2026-01-01", tightness=1)
        deb, packed = build.package(frozen, self.place)
        self.deb = deb
        subprocess.run(["tar", "-C", self.place, "-xzf", packed], check=True)
        return self.place / packed.name.removesuffix(".tar.gz")

    def types_where_files_stay_small(self, *words: object) -> subprocess.CompletedProcess[str]:
        """As `types`, where no file can become larger than 100 kB."""
        return self.types("sh", "-c", 'ulimit -f 200 && exec "$@"', "sh", *words)

    def disk_is_full(self) -> None:
        """From now on df says that 3 MB are free."""
        self.bin.mkdir()
        (self.bin / "df").write_text("#!/bin/sh\necho head\necho disk 9 6 3 50% /\n", encoding="ascii")
        (self.bin / "df").chmod(0o755)

    def types(self, *words: object, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
        told = {"HOME": str(self.home), "PATH": f"{self.bin}:{os.environ['PATH']}", "LANG": language}
        return subprocess.run([str(word) for word in words], env=told, capture_output=True, text=True, check=False)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_it_installs_without_an_administrator_in_a_folder_with_spaces_and_umlauts(person: Person) -> None:
    there = person.home / "Meine Läsionen 100%"
    done = person.types(person.download("first") / "install.sh", "--to", there)
    assert done.returncode == 0, done.stderr
    assert person.types(person.home / ".local/bin/lesionstudio", "a b").stdout == "first a b\n"
    entry = (person.home / ".local/share/applications/lesionstudio.desktop").read_text(encoding="utf-8")
    assert f'Exec="{person.home}/Meine Läsionen 100%%/program/lesionstudio" %F' in entry
    assert "application/dicom;application/x-nifti;image/tiff" in entry


def test_a_newer_version_takes_the_place_of_the_older_one_and_leaves_the_users_files(person: Person) -> None:
    kept = person.home / ".config/LesionStudio/settings.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}", encoding="utf-8")
    for says in ("older", "newer"):
        assert person.types(person.download(says) / "install.sh").returncode == 0
    assert person.types(person.home / ".local/bin/lesionstudio").stdout == "newer\n"
    assert sorted(path.name for path in (person.home / ".local/opt/lesionstudio").iterdir()) == [
        ".lesionstudio", "program", "uninstall.sh",
    ]  # fmt: skip
    assert kept.exists()


def test_where_there_is_no_room_it_says_so_and_leaves_the_older_version_as_it_was(person: Person) -> None:
    assert person.types(person.download("older") / "install.sh").returncode == 0
    person.disk_is_full()
    done = person.types(person.download("newer") / "install.sh")
    assert done.returncode == 1
    assert "3 MB are free. Nothing was installed." in done.stderr
    assert person.types(person.home / ".local/bin/lesionstudio").stdout == "older\n"
    assert "3 Mo sont libres" in person.types(person.download("newer") / "install.sh", language="fr_FR.UTF-8").stderr


def test_where_room_ends_while_it_unpacks_the_older_version_stays_as_it_was(person: Person) -> None:
    assert person.types(person.download("older") / "install.sh").returncode == 0
    done = person.types_where_files_stay_small(person.download("newer") / "install.sh")
    assert done.returncode == 1
    assert "Unpacking stopped: no room" in done.stderr
    assert person.types(person.home / ".local/bin/lesionstudio").stdout == "older\n"
    assert [path.name for path in (person.home / ".local/opt/lesionstudio").iterdir() if path.name[:3] == "new"] == []


def test_a_home_that_cannot_be_written_needs_another_folder_and_gets_no_menu_entry(person: Person) -> None:
    there, download = person.place / "elsewhere", person.download("first")
    person.home = Path("/proc/nobody")  # where not even root can make a folder
    done = person.types(download / "install.sh")
    assert (done.returncode, "cannot be written. Choose another folder" in done.stderr) == (1, True)
    done = person.types(download / "install.sh", "--to", there)
    assert done.returncode == 0, done.stderr
    assert f"cannot be written. To start LesionStudio, type: {there}/program/lesionstudio" in done.stdout
    assert person.types(there / "program/lesionstudio").stdout == "first\n"
    assert person.types(there / "uninstall.sh").returncode == 0
    assert not there.exists()


def test_a_folder_with_other_files_is_not_touched(person: Person) -> None:
    (person.home / "letters").mkdir()
    (person.home / "letters" / "to_mother.txt").write_text("dear", encoding="utf-8")
    done = person.types(person.download("first") / "install.sh", "--to", person.home / "letters")
    assert (done.returncode, "holds other files" in done.stderr) == (1, True)
    assert [path.name for path in (person.home / "letters").iterdir()] == ["to_mother.txt"]


def test_removing_takes_the_program_alone_and_says_where_the_rest_lies(person: Person) -> None:
    assert person.types(person.download("first") / "install.sh").returncode == 0
    models = person.home / ".local/share/LesionStudio/models"
    models.mkdir(parents=True)
    done = person.types(person.home / ".local/opt/lesionstudio/uninstall.sh")
    assert done.returncode == 0
    assert ".local/share/LesionStudio" in done.stdout
    assert models.exists()
    left = [path for path in person.home.rglob("*lesionstudio*") if not path.is_dir()]
    assert left == []


def test_the_deb_holds_the_command_the_menu_entry_and_what_it_asks_of_debian(person: Person) -> None:
    person.download("first", version="1.2.3")
    listed = person.types("dpkg-deb", "-c", person.deb).stdout
    for place in (
        "./usr/bin/lesionstudio -> ../lib/lesionstudio/lesionstudio",
        "./usr/share/applications/lesionstudio.desktop",
        "./usr/share/mime/packages/lesionstudio.xml",
        "./usr/share/icons/hicolor/256x256/apps/lesionstudio.png",
    ):
        assert place in listed
    assert "root/root" in listed.splitlines()[-1]
    asked = person.types("dpkg-deb", "-f", person.deb, "Version", "Depends").stdout
    assert "1.2.3" in asked
    assert "libgl1" in asked and "libxcb1" in asked and "python" not in asked


def test_the_deb_looks_for_room_before_anything_is_unpacked(person: Person) -> None:
    person.download("first")
    person.disk_is_full()
    control = person.place / "control"
    person.types("dpkg-deb", "-e", person.deb, control)
    done = person.types(control / "preinst", "install")
    assert done.returncode == 1
    assert "3 MB are free. Nothing was installed." in done.stderr


def test_what_it_asks_of_debian_names_a_package_for_each_library_that_is_not_packed(tmp_path: Path) -> None:
    assert {"libgl1", "libegl1", "libx11-6"} <= set(debian.depends(tmp_path))
