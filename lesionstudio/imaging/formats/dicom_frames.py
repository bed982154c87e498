"""The frames of one multi-frame DICOM file, as if each were a file of a series."""

from dataclasses import replace
from typing import Any

from lesionstudio.imaging.formats import dicom_series
from lesionstudio.imaging.formats.dicom_header import Instance, read_tags, window_of
from lesionstudio.imaging.formats.dicom_series import Series

_GROUPS: list[Any] = ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"]
_OFFSETS = "GridFrameOffsetVector"


def frames_of(instance: Instance) -> list[Series]:
    """The volumes that the frames make, the largest first, each in display order, or in file order where frames have no
    place. Each frame is an Instance whose `number` is its place in the file, from 1.
    """
    with instance.path.open("rb") as file:
        header = read_tags(file, [*_GROUPS, _OFFSETS])
    shared, per_frame = (list(header.get(keyword) or []) for keyword in _GROUPS)
    base = _described(instance, shared[0]) if shared else instance
    frames = [
        replace(_described(base, per_frame[n]) if n < len(per_frame) else base, frames=1, number=n + 1, sop_uid=str(n))
        for n in range(instance.frames)
    ]
    placed = _placed(frames, [float(offset) for offset in header.get(_OFFSETS) or []])
    return sorted(dicom_series.group(placed), key=lambda volume: -len(volume.instances))


def _placed(frames: list[Instance], offsets: list[float]) -> list[Instance]:
    """Frames of a dose lie so far from the first one; those of a film, all at one place, are not said to lie there."""
    if len(frames) < 2 or len({frame.position for frame in frames}) > 1:
        return frames
    normal = dicom_series.normal_of(frames[0])
    if normal is None or len(offsets) != len(frames):
        return [replace(frame, position=(), orientation=()) for frame in frames]
    start = frames[0].position
    places = [start + normal * (offset - offsets[0]) for offset in offsets]
    return [replace(frame, position=tuple(map(float, place))) for frame, place in zip(frames, places)]


def _described(frame: Instance, groups: Any) -> Instance:
    """The frame with what a functional group says of place, size, scale, window, echo and diffusion."""
    found: dict[str, Any] = {}
    place, plane = _item(groups, "PlanePositionSequence"), _item(groups, "PlaneOrientationSequence")
    measures, scale = _item(groups, "PixelMeasuresSequence"), _item(groups, "PixelValueTransformationSequence")
    if place is not None and place.get("ImagePositionPatient"):
        found["position"] = tuple(float(value) for value in place.ImagePositionPatient)
    if plane is not None and plane.get("ImageOrientationPatient"):
        found["orientation"] = tuple(float(value) for value in plane.ImageOrientationPatient)
    if measures is not None and measures.get("PixelSpacing"):
        found["spacing"] = tuple(float(value) for value in measures.PixelSpacing)
        found["thickness"] = float(measures.get("SliceThickness") or 0)
        found["between"] = float(measures.get("SpacingBetweenSlices") or 0)
    if scale is not None:
        found["slope"] = float(scale.get("RescaleSlope") or 1)
        found["intercept"] = float(scale.get("RescaleIntercept") or 0)
        found |= {"rescaled": True, "rescale_type": str(scale.get("RescaleType") or "")}
    return replace(frame, **found, **_told_apart(groups))


def _told_apart(groups: Any) -> dict[str, Any]:
    """Window, echo, b-value and time of a frame."""
    found: dict[str, Any] = {}
    window, echo = _item(groups, "FrameVOILUTSequence"), _item(groups, "MREchoSequence")
    diffusion, content = _item(groups, "MRDiffusionSequence"), _item(groups, "FrameContentSequence")
    if window is not None and window_of(window) is not None:
        found["window"] = window_of(window)
    if echo is not None and echo.get("EffectiveEchoTime") is not None:
        found["echo_ms"] = f"{float(echo.EffectiveEchoTime):g}"
    if diffusion is not None and diffusion.get("DiffusionBValue") is not None:
        found["b_value"] = f"{float(diffusion.DiffusionBValue):g}"
    if content is not None and content.get("TemporalPositionIndex") is not None:
        found["time"] = str(content.TemporalPositionIndex)
    return found


def _item(groups: Any, keyword: str) -> Any:
    """The single item of a sequence, or None."""
    sequence = groups.get(keyword)
    return sequence[0] if sequence else None
