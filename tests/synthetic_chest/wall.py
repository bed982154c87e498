"""The chest wall: skin, fat, muscles, ribs, breastbone, shoulder blades, spine; and the table under it."""

from dataclasses import dataclass

import numpy as np

from tests.synthetic_chest.space import Floats, Grid, cloudy_noise, generator, profile, ramp, smooth_noise

SKIN_HU, FAT_HU, MUSCLE_HU, CORTEX_HU, MARROW_HU, CARTILAGE_HU = 5.0, -104.0, 55.0, 720.0, 190.0, 105.0
_LEVEL_MM = 23.5
_Flat = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Layers:
    """Distances in mm in the slice's plane: below the skin, and outwards from the rib cage's inside."""

    below_skin: Floats
    from_cage: Floats


def paint(hu: Floats, grid: Grid, seed: int, layers: Layers, place: Floats, fat_mm: float) -> None:
    """Paints everything between rib cage and skin into hu, where place (0..1) allows."""
    grain = cloudy_noise(grid, generator(seed, "wall"), 16, 3)
    inner: Floats = FAT_HU + 9 * grain
    _mix(inner, SKIN_HU, ramp(layers.below_skin, 2.4, 1.4))
    _mix(inner, MUSCLE_HU + 7 * grain, _muscles(grid, layers, grain, fat_mm))
    _bone(inner, grain, *_ribs(grid, seed, layers))
    _bone(inner, grain, _breastbone(grid, layers), 0.0)
    for side in (-1.0, 1.0):
        _bone(inner, grain, _shoulder_blade(grid, side), 0.0)
        _bone(inner, grain, _collar_bone(grid, side), 0.0)
    _spine(inner, grid, grain)
    hu += place * (inner - hu)


def paint_table(hu: Floats, grid: Grid) -> None:
    """A curved carbon table with a mattress on it."""
    top = 128.0 + grid.left**2 / 700
    depth = grid.back - top
    within = ramp(np.abs(grid.left), 166, 164)
    for value, first, last in ((-930.0, 0.0, 13.0), (-420.0, 13.0, 15.0), (-955.0, 15.0, 26.0), (-420.0, 26.0, 28.0)):
        share = ramp(depth, first - 0.4, first + 0.4) * ramp(depth, last + 0.4, last - 0.4) * within
        hu += share * (value - hu)


def _mix(under: Floats, over: float | Floats, share: Floats) -> None:
    """Lays over on under, by its share 0..1, in place."""
    under += share * (over - under)


def _bone(inner: Floats, grain: Floats, inside: Floats, cartilage: float | Floats) -> None:
    """Lays a bone: inside is 0 at its surface and 1 at its middle (negative outside); cartilage 0..1 has no rind."""
    marrow = MARROW_HU + 45 * grain
    value = marrow + ramp(inside, 0.62, 0.30) * (CORTEX_HU - marrow)
    value = value + cartilage * (CARTILAGE_HU + 12 * grain - value)
    _mix(inner, value, ramp(inside, -0.08, 0.12))


# --- Soft tissue -----------------------------------------------------------------------------------------------------


def _muscles(grid: Grid, layers: Layers, grain: Floats, fat_mm: float) -> Floats:
    """Where muscle is, 0..1: between the ribs, breast, flank, shoulders, along the spine, around the blades."""
    angle = np.arctan2(np.abs(grid.left), grid.back - 8) / np.pi
    high = ramp(grid.height, 40, 130)
    breast = ramp(angle, 0.56, 0.66) * ramp(angle, 0.955, 0.90) * (5 + 17 * high)
    flank = ramp(angle, 0.20, 0.28) * ramp(angle, 0.62, 0.50) * (8 + 10 * high)
    shoulder = 90 * ramp(grid.height, 135, 190) * ramp(angle, 0.15, 0.3) * ramp(angle, 0.93, 0.8)
    thickness = np.maximum.reduce([breast, flank, shoulder])
    outwards = layers.from_cage
    outer = 11.5 + thickness + 1.6 * grain
    share = ramp(outwards, outer + 0.8, outer - 0.8) * ramp(outwards, 0.4, 1.6)
    for plane, wave in ((12.0, 0.8), (12.0 + np.minimum(0.5 * thickness, 13), 2.6), (40.0, 4.0)):
        gap = np.abs(outwards - plane - wave * grain)
        share = share * (1 - 0.9 * ramp(gap, 1.7, 0.6) * ramp(grain, -0.7, 0.5))
    edge = _skin_fat(grid, angle, fat_mm) + 2 * grain
    covered = ramp(layers.below_skin, edge, edge + 2.0)
    return np.asarray(np.maximum(share, _back_muscles(grid, layers, grain, fat_mm)) * covered, dtype=np.float32)


def _skin_fat(grid: Grid, angle: Floats, fat_mm: float) -> Floats:
    """Thickness of the fat under the skin: thick at flank and breast, thin over breastbone, spine and shoulders."""
    flank = np.exp(-(((angle - 0.42) / 0.2) ** 2)) + 0.6 * np.exp(-(((angle - 0.78) / 0.12) ** 2))
    return np.asarray(fat_mm * (0.42 + 0.5 * flank * ramp(grid.height, 190, 110)), dtype=np.float32)


def _back_muscles(grid: Grid, layers: Layers, grain: Floats, fat_mm: float) -> Floats:
    """Extensors on both sides of the spine, the sheet over them, and the muscle on both faces of each blade."""
    side = np.abs(grid.left)
    extensors = np.sqrt(((side - 27) / 23) ** 2 + ((grid.back - 99) / 14) ** 2) + 0.05 * grain
    high = np.broadcast_to(ramp(grid.height, 60, 110), grid.shape)
    sheet = np.abs(layers.below_skin - 0.75 * fat_mm - 3) - 3.5 * high - 0.7 * grain
    sheet_share = ramp(sheet, 0.5, -0.5) * ramp(side, 105, 85) * ramp(grid.back, 50, 70) * high
    blade = _blade_distance(grid)
    around = ramp(blade, 13.5, 12.0) * ramp(np.abs(blade - 7.5 - grain), 0.2, 0.9)
    return np.asarray(np.maximum.reduce([ramp(extensors, 1.03, 0.95), sheet_share, around * high]), dtype=np.float32)


# --- Bone ------------------------------------------------------------------------------------------------------------


def _ribs(grid: Grid, seed: int, layers: Layers) -> tuple[Floats, Floats]:
    """How deep inside a rib each voxel is (1 middle, 0 surface), and how much of it is cartilage."""
    angle = np.arctan2(np.abs(grid.left), grid.back - 8)
    fall = (1 - np.cos(np.clip(angle * 1.02, 0, np.pi))) / 2
    wobble = 3.0 * smooth_noise(grid, generator(seed, "ribs"), 90)
    best: Floats = np.full(grid.shape, 9.0, dtype=np.float32)
    for number in range(1, 12):
        course = 216 - 22.5 * number - (30 + 5.2 * number) * fall
        steepness = 0.24 + 0.02 * number
        across = (grid.height - course + wobble) / np.sqrt(1 + steepness**2)
        through = (layers.from_cage - 5.8) / (3.9 if number > 1 else 5.0)
        np.minimum(best, np.sqrt(through**2 + (across / 6.4) ** 2), out=best)
    best += 9 * ramp(np.abs(grid.left), 20, 15) * ramp(grid.back, 10, 30)
    cartilage = ramp(angle / np.pi, 0.825, 0.845) * np.ones_like(best)
    return np.asarray(1 - best, dtype=np.float32), cartilage


def _breastbone(grid: Grid, layers: Layers) -> Floats:
    """Handle, body and tip of the breastbone, deep in the middle of the front."""
    half_width = profile(grid.height, (18, 40, 70, 120, 136, 150, 172), (3, 15, 19, 14, 15, 27, 30))
    thickness = profile(grid.height, (20, 50, 130, 160), (3.6, 5.4, 6.2, 7.6))
    through = (layers.from_cage - 9.5) / thickness
    inside = 1 - (np.abs(grid.left / half_width) ** 3 + np.abs(through) ** 2.6) ** 0.45
    shown = (grid.back < 0) & (grid.height < 168) & (grid.height > 20)
    return np.where(shown, inside, np.float32(-1)).astype(np.float32)


def _segment_distance(grid: Grid, a: _Flat, b: _Flat, side: float) -> tuple[Floats, Floats]:
    """Distance in the slice to the line from a to b (left, back; left times side), and how far along it, 0..1."""
    left, back = grid.left * side - a[0], grid.back - a[1]
    run, rise = b[0] - a[0], b[1] - a[1]
    along = np.clip((left * run + back * rise) / (run * run + rise * rise), 0, 1)
    return np.sqrt((left - along * run) ** 2 + (back - along * rise) ** 2), along


def _blade_ends(height: float) -> tuple[_Flat, _Flat, _Flat]:
    """Inner end, bend and outer end of the shoulder blade in the slice at a height: it narrows towards its tip."""
    share = float(np.clip((height - 92) / 110, 0, 1))
    inner, outer = (112 - 40 * share, 92 + 7 * share**0.5), (122 + 20 * share, 78 - 42 * share)
    return inner, (0.45 * inner[0] + 0.55 * outer[0] + 5 * share, 0.45 * inner[1] + 0.55 * outer[1] + 6 * share), outer


def _blade_in_slice(grid: Grid, height: float, side: float) -> tuple[Floats, Floats]:
    """Distance to the bent blade in the slice at a height, and how far along it from inner to outer end, 0..1."""
    inner, bend, outer = _blade_ends(height)
    first, along_first = _segment_distance(grid, inner, bend, side)
    second, along_second = _segment_distance(grid, bend, outer, side)
    return np.minimum(first, second), np.where(first < second, 0.5 * along_first, 0.5 + 0.5 * along_second)


def _blade_distance(grid: Grid) -> Floats:
    """Distance to the nearer shoulder blade in its slice; large below its lower tip."""
    planes = np.full(grid.shape, 99, dtype=np.float32)
    for k, height in enumerate(grid.heights):
        if height > 92:
            planes[k] = np.minimum(*(_blade_in_slice(grid, float(height), side)[0] for side in (-1.0, 1.0)))[0]
    return planes


def _shoulder_blade(grid: Grid, side: float) -> Floats:
    """How deep inside one shoulder blade: thin in the middle, thick at the outer border, with its spine above."""
    inside = np.full(grid.shape, -1, dtype=np.float32)
    for k, height in enumerate(grid.heights):
        if height <= 92:
            continue
        distance, along = _blade_in_slice(grid, float(height), side)
        plate = 1 - distance / (2.0 + 4.2 * along**3 + 1.0 * (1 - along) ** 4)
        if height > 150:
            root = _blade_ends(float(height))[1]
            ridge, _along = _segment_distance(grid, root, (root[0] + 26, root[1] + 6), side)
            plate = np.maximum(plate, 1 - ridge / 3.4)
        inside[k] = plate[0]
    return inside


def _collar_bone(grid: Grid, side: float) -> Floats:
    """How deep inside one collar bone: a rod from the breastbone's handle up and outwards."""
    start, end = np.array([22.0, -72.0, 168.0]), np.array([150.0, -44.0, 214.0])
    step = end - start
    place = (grid.left * side - start[0], grid.back - start[1], grid.height - start[2])
    along = np.clip(sum(p * d for p, d in zip(place, step)) / float(step @ step), 0, 1)
    distance = np.sqrt(sum((p - along * d) ** 2 for p, d in zip(place, step)))
    return np.asarray(1 - distance / (7.6 - 2.2 * ramp(along, 0, 0.3)), dtype=np.float32)


def _spine(inner: Floats, grid: Grid, grain: Floats) -> None:
    """Bodies with discs between, the canal, and the arch with its three processes, level by level."""
    phase = (np.mod(grid.height + 7, _LEVEL_MM) / _LEVEL_MM).astype(np.float32)
    disc = ramp(np.abs(phase - 0.5), 0.13, 0.09)
    pedicle = ramp(np.abs(np.mod(phase + 0.78, 1) - 0.5), 0.30, 0.22)
    side = np.abs(grid.left)
    waist = 1 - 0.07 * np.abs(phase - 0.5) * 2
    oval = np.sqrt((side / (18 * waist)) ** 2 + ((grid.back - 54) / (14.2 * waist)) ** 2)
    canal = np.sqrt((side / 10.5) ** 2 + ((grid.back - 76) / 8.8) ** 2)
    ring = 1 - np.abs(canal - 1.30) / 0.34
    ring = np.where((grid.back < 78) & (side > 7), ring - 2 * (1 - pedicle), ring)
    processes = _processes(grid, phase)
    body = (1 - oval) * 1.9
    _mix(inner, 85 + 6 * grain, ramp(body, -0.05, 0.1) * disc)
    _bone(inner, grain, body - 3 * disc, 0.0)
    _bone(inner, grain, np.maximum(ring, processes) * np.ones_like(inner), 0.0)
    _mix(inner, 12.0, ramp(canal, 1.04, 0.94) * np.ones_like(inner))
    _mix(inner, 38.0, ramp(canal, 0.64, 0.54) * np.ones_like(inner))


def _processes(grid: Grid, phase: Floats) -> Floats:
    """How deep inside the spinous process or a transverse process."""
    rear, along = _segment_distance(grid, (0, 86), (0, 109), 1.0)
    spinous = 1 - rear / (2.6 + 1.4 * along**2)
    spinous = spinous - 1.5 * ramp(np.abs(np.mod(phase + 0.55, 1) - 0.5), 0.36, 0.46)
    wings = [_segment_distance(grid, (11, 80), (33, 95), side)[0] for side in (-1.0, 1.0)]
    across = 1 - np.minimum(*wings) / 4.6
    across = across - 1.6 * ramp(np.abs(np.mod(phase + 0.78, 1) - 0.5), 0.22, 0.34)
    return np.asarray(np.maximum(spinous, across), dtype=np.float32)
