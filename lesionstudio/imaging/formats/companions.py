"""The second file of a pair: named by a header or by the first file's name, and never anywhere but beside it."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from lesionstudio.errors import UnreadableFile
from lesionstudio.words import _


def voxels_beside(path: Path, named: str) -> Path:
    """The file of this name in the folder of `path`. What is named elsewhere, or is a link, is refused.

    Raises UnreadableFile; that there is no such file is told by whoever opens it.
    """
    named = named.strip()
    plain = PureWindowsPath(PurePosixPath(named).name).name
    if not plain or plain != named.removeprefix("./") or plain in (".", ".."):
        message = _("{name} says that its voxels lie in another folder. They are not read from there.")
        raise UnreadableFile(message.format(name=path.name), hint=_("Put both files in one folder."))
    found = path.with_name(plain)
    if plain != path.name and (found.is_symlink() or (found.exists() and not found.is_file())):
        message = _("{name} says that its voxels lie in {file}, which is a link. Links are not followed.")
        raise UnreadableFile(message.format(name=path.name, file=plain), hint=_("Put both files in one folder."))
    return found
