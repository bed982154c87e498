"""What a segment is, in the codes of SNOMED CT that DICOM and 3D Slicer know (PS3.16, CID 7150 and 7166)."""

import re
from dataclasses import dataclass

_LESION_WORDS = re.compile(r"\b(lesions?|lésions?|tumou?rs?|tumeurs?|nodules?|metastas[ie]s|mass|gtv)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Code:
    """One code and what it means."""

    value: str
    meaning: str
    scheme: str = "SCT"

    @property
    def in_slicer(self) -> str:
        """As 3D Slicer writes it in its headers."""
        return f"{self.scheme}^{self.value}^{self.meaning}"


_ALTERED = Code("49755003", "Morphologically Altered Structure")
_LESION = Code("52988006", "Lesion")
_TISSUE = Code("85756007", "Tissue")


def code_of(name: str) -> tuple[Code, Code]:
    """Category and type of a label by its name: a lesion where it says so, else tissue, which claims nothing."""
    return (_ALTERED, _LESION) if _LESION_WORDS.search(name) else (_TISSUE, _TISSUE)
