"""Failures a person can act on. Each says what is wrong in one sentence, and what to do about it."""


class LesionStudioError(Exception):
    """A mistake of the user or of the world; anything else that is raised is a bug."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnreadableFile(LesionStudioError):
    """A file that holds no picture this program can show."""


class GridMismatch(LesionStudioError):
    """A mask that was not drawn on this scan."""


class ProjectProblem(LesionStudioError):
    """A study that cannot be read, or that cannot be written now. `reason`: why, in a few words for little room."""

    reason = ""


class ModelProblem(LesionStudioError):
    """A model that is missing, damaged, or made for other pictures."""


class NotEnoughExamples(LesionStudioError):
    """Too few marked slices to learn from, or to measure on."""


class OutOfMemory(LesionStudioError):
    """The work does not fit into the memory there is, even in small pieces."""
