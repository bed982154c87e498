"""Which DICOM pictures have text burned in: their tag says so, or they are captures with letters at their edges."""

from lesionstudio.imaging.formats.dicom_header import Instance, read_instance
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

_SCANNERS = ("CT", "MR", "PT", "NM", "CR", "DX", "MG", "RTDOSE")
_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
"""The class of secondary captures, and what those of several frames begin with."""
_LOOKED_AT = 5


def why(source: ScanSource, scan: Scan) -> str:
    """A sentence that says so, or "": nothing is known to be burned in. Reads up to five slices of a capture.

    Raises UnreadableFile where a slice cannot be read.
    """
    if source.format != "dicom":
        return ""
    instances = [read_instance(file) for file in source.files]
    if any(instance.burned_in for instance in instances):
        return _("The file says that text is burned into the picture.")
    if _is_capture(instances[0]) and _has_letters(scan):
        return _("Letters seem to be burned into the edges of the picture.")
    return ""


def _is_capture(instance: Instance) -> bool:
    """Whether the picture is what a screen showed, or what a machine shows with writing around it."""
    is_scan = instance.modality in _SCANNERS and instance.samples == 1
    return instance.sop_class.startswith(_CAPTURES) or not is_scan


def _has_letters(scan: Scan) -> bool:
    from lesionstudio.imaging.letters import has_letters

    step = max(1, -(-scan.slices // _LOOKED_AT))
    return any(has_letters(scan.slice(k)) for k in range(0, scan.slices, step))
