"""Chest: where the lungs lie in an axial slice of a whole chest, found from its greys alone, without a network.

A plane is float32 (row, column), 0 black to 1 white as a network sees it, so that the same slice gives the same answer
from every file. Everything is done on a small copy, in a few milliseconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionstudio.model_card import ModelCard

_SIDE = 256
_BORDER, _BESIDE, _COMPACT, _LARGE = 0.2, 0.5, 0.8, 0.05
_LEAST_LUNG, _LEAST_LUNGS, _ONE_SIDED = 0.002, 0.03, 0.35
_GAS, _GAS_AT_MOST = 0.09, 0.03
_MARGIN = 0.05

Plane = NDArray[np.float32]
Region = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Chest:
    """The lungs' hull (row, column) of a picture, whether air was found in it, and the box (rows, columns) around it.

    `body_pixels`: how large the body is, with all that is in it.
    """

    hull: Region
    has_lungs: bool
    box: tuple[slice, slice]
    body_pixels: float

    def is_worth_keeping(self, marked: int) -> bool:
        """Whether so many marked pixels speak against a slice that seems to be without lungs: white lungs, say."""
        return not self.has_lungs and marked > _LARGE * self.body_pixels


def chest_in(picture: NDArray[np.float32], card: ModelCard) -> Chest | None:
    """The chest in a picture (channel, row, column) made by the card's rules, where the card asks for one."""
    rule, first = card.chest, card.inputs[0].rule
    if rule is None or first.kind != "window":
        return None
    plane = (picture[0] - first.out_low) / (first.out_high - first.out_low)
    return chest_of(plane, share_of(rule.air, card), rule.reach)


def cut_to_chest(picture: NDArray[np.float32], card: ModelCard) -> NDArray[np.float32]:
    """The part of a picture (channel, row, column) that the network looks at by the card's rule; else all of it."""
    chest = chest_in(picture, card)
    return picture if chest is None else picture[(slice(None), *chest.box)]


def share_of(value: float, card: ModelCard) -> float:
    """Where a value in the unit of the card's first input lies in its window, 0 to 1."""
    rule = card.inputs[0].rule
    return (value - rule.low) / (rule.high - rule.low)


def chest_of(plane: Plane, air: float, reach: float) -> Chest | None:
    """The chest in a plane, where what is darker than `air` is air; None where no whole chest is seen.

    Seen whole means: one compact body in the middle that hardly touches the picture's border, in a black surrounding or
    with lungs in it. The hull is convex around both lungs, so that what is dense in them or at their wall lies inside;
    where one is missing, the other's mirror image stands for it. It goes `reach` further, a share of the body's size
    (the square root of its area), and never out of the body.
    """
    import cv2

    factor = _SIDE / max(plane.shape)
    size = (max(2, round(plane.shape[1] * factor)), max(2, round(plane.shape[0] * factor)))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    body = _body(small >= air)
    if body is None:
        return None
    lungs = _lungs(small, body, air)
    has_lungs = bool(lungs.sum() > _LEAST_LUNGS * body.sum())
    if not has_lungs and not _stands_alone(small, air):
        return None
    across = float(np.sqrt(body.sum()))
    hull = _hull(_with_both_sides(lungs, body), round(reach * across)) & body
    box = _box(hull, body, round(_MARGIN * across), plane.shape)
    whole = cv2.resize(hull.astype(np.uint8), plane.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return Chest(whole, has_lungs, box, float(body.sum()) / factor**2)


def _body(solid: Region) -> Region | None:
    """The largest solid piece, without what is thin beside it, its hollows filled; None where it is no whole body."""
    import cv2

    pieces = cv2.morphologyEx(solid.astype(np.uint8), cv2.MORPH_OPEN, _disc(2))
    count, numbers, facts, _middles = cv2.connectedComponentsWithStats(pieces, connectivity=4)
    if count < 2:
        return None
    largest = (numbers == 1 + facts[1:, cv2.CC_STAT_AREA].argmax()).astype(np.uint8)
    if np.concatenate([largest[0], largest[-1], largest[:, 0], largest[:, -1]]).mean() > _BORDER:
        return None
    wider = cv2.copyMakeBorder(largest, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(wider, None, (0, 0), 2)
    body: Region = (wider != 2)[1:-1, 1:-1]
    beside = int((pieces[~body] > 0).sum())
    if not body[body.shape[0] // 2, body.shape[1] // 2] or beside > _BESIDE * body.sum():
        return None
    outline = cv2.convexHull(cv2.findNonZero(body.astype(np.uint8)))
    return body if body.sum() > _COMPACT * cv2.contourArea(outline) else None


def _lungs(small: Plane, body: Region, air: float) -> Region:
    """Air inside the body, but for crumbs and for what is quite black and small: windpipe, bowel."""
    import cv2

    inside = (body & (small < air)).astype(np.uint8)
    count, numbers, facts, _middles = cv2.connectedComponentsWithStats(inside, connectivity=4)
    lungs = np.zeros(body.shape, bool)
    for number in range(1, count):
        share = facts[number, cv2.CC_STAT_AREA] / body.sum()
        if share < _LEAST_LUNG:
            continue
        piece = numbers == number
        if share > _GAS_AT_MOST or np.median(small[piece]) > _GAS:
            lungs |= piece
    return lungs


def _stands_alone(small: Plane, air: float) -> bool:
    """Whether a body without lungs has nothing but black around it, as the belly in a scan has."""
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    return bool((border < air / 3).mean() > 0.9)


def _with_both_sides(lungs: Region, body: Region) -> Region:
    """The lungs; where one side has hardly any air, with the other's mirror image."""
    columns = np.flatnonzero(body.any(axis=0))
    total = int(columns[0] + columns[-1])
    sides = np.arange(lungs.shape[1]) * 2 <= total
    left, right = int(lungs[:, sides].sum()), int(lungs[:, ~sides].sum())
    if min(left, right) >= _ONE_SIDED * max(left, right):
        return lungs
    rows, at = np.nonzero(lungs)
    there = (total - at >= 0) & (total - at < lungs.shape[1])
    both = lungs.copy()
    both[rows[there], total - at[there]] = True
    return both


def _hull(lungs: Region, reach: int) -> Region:
    import cv2

    hull = np.zeros(lungs.shape, np.uint8)
    if lungs.any():
        cv2.fillConvexPoly(hull, cv2.convexHull(cv2.findNonZero(lungs.astype(np.uint8))), 1)
        away = cv2.distanceTransform(1 - hull, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.asarray(away <= reach, bool)
    return hull > 0


def _box(hull: Region, body: Region, margin: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Around the hull in full-size pixels, at least half as long on each side as the body is."""
    around = [_span(hull, body, axis, margin) for axis in (0, 1)]
    scale = max(shape) / _SIDE
    rows, columns = ((int(low * scale), int(np.ceil(high * scale))) for low, high in around)
    return slice(rows[0], min(rows[1], shape[0])), slice(columns[0], min(columns[1], shape[1]))


def _span(hull: Region, body: Region, axis: int, margin: int) -> tuple[float, float]:
    """From where to where it goes along an axis, in small pixels."""
    outer = np.flatnonzero(body.any(axis=1 - axis))
    inner = np.flatnonzero(hull.any(axis=1 - axis))
    if not len(inner):
        return float(max(0, outer[0] - margin)), float(outer[-1] + 1 + margin)
    low, high = inner[0] - margin, inner[-1] + 1 + margin
    lacking = max(0, (outer[-1] + 1 - outer[0]) / 2 - (high - low))
    return float(max(0, low - lacking / 2)), float(high + lacking / 2)


def _disc(radius: int) -> NDArray[np.uint8]:
    import cv2

    disc: NDArray[np.uint8] = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return disc
