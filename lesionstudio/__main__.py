"""The front door: no words, or places to open, opens the window; a verb goes to the command line.

The only module that knows both faces: it hands the command line what shows a study in the window. Nothing slow is
imported here before it is known what is wanted.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

VERBS = (
    "info", "convert", "split", "models", "segment", "train", "learn", "evaluate", "score", "compare",
    "measure", "export", "demo", "doctor", "classify", "train-classifier",
)  # fmt: skip
COMPUTE, READ, SEARCH = "_compute", "_read", "_search"


def main(words: Sequence[str] | None = None) -> int:
    """Does what the words ask for and returns the exit code."""
    words = sys.argv[1:] if words is None else list(words)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # PyTorch's threads sleep while they wait for each other
    if words[:1] == [COMPUTE]:
        return _serve(*words[1:2])
    if words[:1] == [READ]:
        return _serve_readings()
    if words[:1] == [SEARCH]:
        return _serve_a_search()
    if all(_is_place(word) for word in words):
        return _open_window([Path(word) for word in words])
    return _command_line(words)


def show_demo(project: Path, screenshot: Path) -> None:
    """Opens a study in the window, without showing it on a screen, and writes a picture of it."""
    from lesionstudio.screen import trouble_with_screen

    trouble = trouble_with_screen("offscreen")
    if trouble is not None:
        raise trouble.problem()
    from lesionstudio.gui.app import show_demo as show

    show(project, screenshot)


def _is_place(word: str) -> bool:
    """Whether the word is a folder or a file rather than a verb; `./train` is the folder, `train` the verb."""
    if word in VERBS or word.startswith("-"):
        return False
    return Path(word).exists() or len(Path(word).parts) > 1


def _open_window(places: Sequence[Path]) -> int:
    from lesionstudio.errors import LesionStudioError
    from lesionstudio.screen import tell, trouble_with_screen
    from lesionstudio.workflows.sample import own_copy

    trouble = trouble_with_screen()
    try:
        if trouble is not None:
            _speak()
            raise trouble.problem()
        places = [own_copy(place).absolute() for place in places]
    except LesionStudioError as problem:
        tell(problem)
        return 1
    from lesionstudio.gui.app import run

    return run(places)


def _command_line(words: Sequence[str]) -> int:
    from lesionstudio.resources import resource
    from lesionstudio.words import lend_to_libraries

    _speak()
    lend_to_libraries(resource("translations"))
    from lesionstudio.cli import run

    return run(words, show_demo)


def _speak() -> None:
    """Speaks the language chosen in the settings."""
    from lesionstudio.resources import resource
    from lesionstudio.settings import load_settings
    from lesionstudio.words import use_language

    use_language(load_settings().language, resource("translations"))


def _serve(language: str = "") -> int:
    """Serves as the compute process, whose sentences are shown by the window: in the window's language."""
    from lesionstudio.compute.server import serve
    from lesionstudio.resources import resource
    from lesionstudio.words import use_language

    use_language(language, resource("translations"))
    serve()
    return 0


def _serve_readings() -> int:
    """Serves as a reader process: decodes pictures for another one."""
    from lesionstudio.imaging.formats.reading_server import serve

    serve()
    return 0


def _serve_a_search() -> int:
    """Serves as the process that searches a folder of very many files for another one."""
    from lesionstudio.imaging.formats.searching import serve

    serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
