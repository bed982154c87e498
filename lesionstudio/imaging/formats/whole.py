"""Files that appear whole or not at all: written beside their place, flushed to the disk, then renamed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from lesionstudio.imaging import disk


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Hands out a draft's path beside `path`, with its ending; the draft takes that place when the block ends well.

    When the block raises, or the disk fails, the draft is removed and what stood at `path` before still stands.
    Raises OSError (disk full, folder gone or not writable).
    """
    draft = path.with_name(f".{uuid4().hex[:12]}.{path.name[-100:]}")
    try:
        yield draft
        disk.flush(draft)
        disk.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    disk.flush_folder(path.parent)
