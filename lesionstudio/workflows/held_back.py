"""Pictures that do not go out unless asked: those with text burned in, which may name the patient."""

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import ScanSource, burned_in
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _


def hold_back(source: ScanSource, scan: Scan, name: str = "") -> None:
    """Lets pictures without text pass. Raises LesionStudioError, which says why it is held back; UnreadableFile."""
    reason = burned_in.why(source, scan)
    if reason:
        held = _("{name} was held back.").format(name=name or scan.name)
        raise LesionStudioError(f"{held} {reason}", hint=_("It may name the patient. --burned-in lets it out."))
