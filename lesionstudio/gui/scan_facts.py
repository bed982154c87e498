"""ScanFacts: what the import sheet knows of a scan that a mask may go to."""

from dataclasses import dataclass

from lesionstudio.imaging.geometry import Index


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """A scan by the name it has on the screen. `by_hand`: somebody has worked on it."""

    id: str
    name: str
    shape: Index
    by_hand: bool = False
