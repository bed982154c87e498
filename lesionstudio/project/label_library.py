"""LabelLibrary: this user's own label sets, one file each in the folder of the program's data, and the shipped ones."""

from contextlib import suppress
from pathlib import Path

from lesionstudio.errors import LesionStudioError, UnreadableFile
from lesionstudio.imaging import disk
from lesionstudio.imaging.label_sets import ENDING, LabelList, read_list, shipped
from lesionstudio.project.storage import file_name, telling_what_fails, write_json
from lesionstudio.settings import data_folder
from lesionstudio.words import _


class LabelLibrary:
    """Reads and writes them. A file that is damaged is passed over in the list, and stays."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or data_folder() / "labels"

    def all(self) -> tuple[LabelList, ...]:
        """The shipped sets, then one's own by name."""
        own = []
        with suppress(OSError):
            for path in self._folder.glob(f"*{ENDING}"):
                with suppress(LesionStudioError):
                    own.append(read_list(path))
        return (*shipped(), *sorted(own, key=lambda one: one.name.casefold()))

    def has(self, name: str) -> bool:
        """Whether a set of one's own has this name."""
        return any(one.own and one.name.casefold() == name.casefold() for one in self.all())

    def save(self, one: LabelList) -> None:
        """Keeps a set, in place of one's own of the same name. Raises ProjectProblem, or UnreadableFile for a name."""
        if any(one.name.casefold() == shown.name.casefold() for shown in shipped()):
            message = _("{name} comes with the program and stays as it is.").format(name=one.name)
            raise UnreadableFile(message, hint=_("Give your set another name."))
        path = self._path(one.name)
        with telling_what_fails(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, one.to_json())

    def delete(self, name: str) -> None:
        """Takes away a set of one's own; studies that use its labels keep them. Raises ProjectProblem."""
        path = self._path(name)
        with telling_what_fails(path):
            if path.exists():
                disk.remove(path)

    def take_in(self, path: Path) -> LabelList:
        """Keeps the set in a file that somebody shared, and gives it. Raises UnreadableFile, ProjectProblem."""
        one = read_list(path)
        self.save(one)
        return one

    def _path(self, name: str) -> Path:
        return self._folder / file_name(name.casefold().replace("/", "%2F"), ENDING)


def share(one: LabelList, path: Path) -> None:
    """Writes a set as the file that another person can import. Raises ProjectProblem when the disk refuses."""
    write_json(path, one.to_json())
