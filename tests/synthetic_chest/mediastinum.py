"""Heart, great vessels, windpipe and gullet as tubes and ellipsoids; what lies under the diaphragm."""

from dataclasses import dataclass

import numpy as np

from tests.synthetic_chest.space import Body, Floats, Grid, Point, generator, ramp, smooth_noise

FAT_HU, BLOOD_HU, MUSCLE_HU, AIR_HU = -102.0, 40.0, 52.0, -990.0
# Where the arteries and bronchi enter each lobe, by its number in `shape`.
HILUM: dict[int, Point] = {
    1: (-46, 16, 120), 2: (-46, -2, 86), 3: (-44, 26, 84), 4: (50, 4, 114), 5: (48, 32, 88),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Organs:
    """Distances in mm to each organ, negative inside."""

    airway: Floats
    vessels: Floats
    chambers: Floats
    heart: Floats
    gullet: Floats
    padding: Floats

    @property
    def together(self) -> Floats:
        """Distance to the nearest of them, the fat between them included."""
        return np.asarray(np.minimum.reduce([self.airway, self.vessels, self.heart, self.gullet, self.padding + 3.0]))


def organs(grid: Grid, seed: int, heart_size: float = 1.0) -> Organs:
    """The organs of the middle, their walls a little uneven."""
    bumps = 0.9 * smooth_noise(grid, generator(seed, "organs"), 18)
    walls, chambers = _heart(grid, heart_size)
    return Organs(
        airway=_airway(grid).distance + 0.3 * bumps,
        vessels=_great_vessels(grid).distance + 0.5 * bumps,
        chambers=chambers.distance + bumps,
        heart=walls.distance + bumps,
        gullet=_gullet(grid).distance + bumps,
        padding=_padding(grid).distance + 2.2 * smooth_noise(grid, generator(seed, "padding"), 26),
    )


def _airway(grid: Grid) -> Body:
    """The open inside of windpipe and main bronchi."""
    body = Body(grid)
    body.tube([(-1, 4, 240), (0, 10, 180), (2, 17, 128)], [8.6, 8.3, 8.6])
    body.tube([(2, 17, 129), (-16, 20, 119), (-30, 22, 108)], [7.6, 6.6, 6.2])
    body.tube([(-30, 22, 108), (-36, 24, 88), (-42, 28, 74)], [6.0, 5.2, 4.0])
    body.tube([(-24, 20, 114), (-40, 18, 120), (-52, 14, 126)], [4.8, 4.2, 3.4])
    body.tube([(2, 17, 129), (20, 24, 117), (42, 28, 103)], [7.2, 6.2, 5.6])
    body.tube([(42, 28, 103), (48, 34, 86), (52, 38, 72)], [5.0, 4.6, 3.4])
    body.tube([(38, 26, 106), (52, 14, 112), (60, 4, 118)], [4.6, 4.0, 3.2])
    return body


def _great_vessels(grid: Grid) -> Body:
    """Aorta with its branches, the large veins, pulmonary arteries and veins."""
    body = Body(grid)
    body.tube([(-6, -18, 70), (-17, -20, 100), (-15, -16, 138)], [15, 16.5, 16])
    body.tube([(-15, -16, 138), (-4, -8, 156), (12, 8, 158), (22, 28, 148)], [15.5, 14.5, 13.5, 13])
    body.tube([(22, 28, 148), (26, 42, 128), (22, 42, 60), (10, 34, -20)], [13, 12.5, 12, 11.5])
    body.tube([(-8, -6, 160), (-14, 0, 185), (-24, 6, 225)], [7, 6.2, 5])
    body.tube([(4, 2, 164), (12, 6, 190), (18, 10, 230)], [4.4, 4, 3.8])
    body.tube([(16, 14, 162), (24, 16, 190), (40, 18, 215)], [5.2, 5, 4.6])
    body.tube([(-28, -6, 90), (-31, -8, 130), (-28, -14, 165), (-32, -6, 220)], [9.5, 9, 8, 7])
    body.tube([(-27, -15, 162), (0, -24, 174), (30, -16, 196), (36, -6, 225)], [6.4, 6, 6, 6.5])
    body.tube([(-30, 4, 40), (-28, 10, -20)], [13, 12])
    body.tube([(-8, 30, 140), (-6, 34, 60), (-6, 34, -20)], [3.4, 3.2, 3])
    body.tube([(14, -34, 92), (18, -22, 110), (22, -8, 120)], [14, 14, 12.5])
    body.tube([(22, -8, 119), (38, 14, 117), (49, 27, 104), (53, 33, 86)], [11.5, 10.5, 9, 6.5])
    body.tube([(18, -10, 114), (-6, 4, 109), (-34, 10, 106), (-47, 18, 96), (-49, 24, 82)], [11, 10, 9.5, 8, 6])
    body.tube([(-34, 8, 108), (-50, 10, 122)], [6, 4.5])
    body.tube([(-22, 8, 84), (-44, 2, 90), (-56, -8, 98)], [6, 5, 3.6])
    body.tube([(-20, 14, 72), (-44, 22, 66), (-56, 30, 60)], [6, 5, 3.6])
    body.tube([(30, 6, 88), (48, -4, 98), (60, -12, 106)], [5.6, 4.8, 3.6])
    body.tube([(28, 16, 74), (46, 24, 66), (58, 32, 58)], [5.8, 5, 3.6])
    return body


def _heart(grid: Grid, size: float) -> tuple[Body, Body]:
    """The heart's muscle, and the blood in its chambers."""
    walls, chambers = Body(grid), Body(grid)
    parts: list[tuple[Point, Point, float, float]] = [
        ((34, -20, 56), (47, 33, 36), -32, 10),
        ((8, -40, 60), (42, 24, 36), -20, 5),
        ((-30, -14, 64), (22, 28, 30), 10, 3),
        ((6, 10, 82), (33, 16, 20), 4, 3),
        ((16, -34, 88), (20, 15, 16), -10, 4),
    ]
    for centre, (a, b, c), tilt, wall_mm in parts:
        a, b, c = a * size, b * size, c * size
        walls.ellipsoid(centre, (a, b, c), tilt)
        chambers.ellipsoid(centre, (a - wall_mm, b - wall_mm, c - wall_mm), tilt)
    return walls, chambers


def _gullet(grid: Grid) -> Body:
    """The collapsed gullet beside aorta and spine."""
    return Body(grid).tube([(4, 22, 240), (6, 30, 130), (5, 30, 70), (14, 24, -20)], [6.4, 6.2, 6.6, 7.5])


def _padding(grid: Grid) -> Body:
    """Fat that fills the middle: around the great vessels, behind the breastbone, at the foot of the heart."""
    body = Body(grid)
    body.tube([(-4, 2, 235), (-3, 4, 205), (0, 0, 170)], [22, 23, 20])
    body.ellipsoid((-20, -6, 178), (16, 15, 34)).ellipsoid((22, 2, 190), (17, 16, 30))
    body.ellipsoid((0, -6, 146), (27, 26, 26)).ellipsoid((2, -52, 128), (15, 30, 44))
    body.ellipsoid((4, -74, 100), (26, 14, 70)).ellipsoid((6, -66, 26), (34, 16, 30))
    body.ellipsoid((2, 26, 118), (28, 17, 30)).ellipsoid((10, 30, 60), (18, 14, 70))
    body.ellipsoid((18, -46, 16), (54, 26, 22)).ellipsoid((-30, -56, 22), (20, 18, 18))
    body.ellipsoid((-44, 16, 98), (11, 15, 24)).ellipsoid((46, 24, 98), (11, 15, 24))
    return body


def paint(hu: Floats, grid: Grid, seed: int, found: Organs, place: Floats) -> None:
    """Paints the middle into hu where place (0..1) allows: fat, then organs, then the open airways."""
    grain = smooth_noise(grid, generator(seed, "fat of the middle"), 9)
    inner: Floats = FAT_HU + 8 * grain
    inner = _mix(inner, 10.0, 0.75 * ramp(np.abs(found.heart - 3.4 - 1.2 * grain), 1.0, 0.2))
    inner = _mix(inner, MUSCLE_HU, ramp(found.heart, 0.8, -0.8))
    inner = _mix(inner, BLOOD_HU, ramp(found.chambers, 1, -1) * ramp(found.heart, 0, -2))
    inner = _mix(inner, BLOOD_HU + 2, ramp(found.vessels, 0.7, -0.7))
    inner = _mix(inner, 38.0, ramp(found.gullet, 0.7, -0.7))
    inner = _mix(inner, -450.0, ramp(found.gullet + 5.6 + 0.5 * grain, 0.5, -0.5))
    inner = _mix(inner, 30.0, ramp(found.airway, 2.3, 1.2))
    hu += place * (inner - hu)
    hu += ramp(found.airway, 0.5, -0.5) * (AIR_HU - hu)


def paint_belly(hu: Floats, grid: Grid, seed: int, found: Organs, below_mm: Floats, place: Floats) -> None:
    """What lies under the diaphragm: liver, spleen, stomach with its bubble, fat, and the muscle sheet itself."""
    bumps = 2.0 * smooth_noise(grid, generator(seed, "belly"), 24)
    liver = Body(grid, 30).ellipsoid((-58, 4, -30), (84, 92, 72)).ellipsoid((-10, -36, -22), (60, 40, 48)).distance
    spleen = Body(grid, 30).ellipsoid((92, 52, -18), (30, 34, 34)).distance
    stomach = Body(grid, 30).ellipsoid((58, -10, -16), (46, 44, 34)).distance
    veins = Body(grid).tube([(-30, 8, 24), (-70, -20, 10), (-96, -30, 0)], [5, 3.5, 2.5])
    veins.tube([(-30, 10, 22), (-72, 34, 8), (-98, 50, 0)], [5, 3.5, 2.5])
    inner: Floats = np.full(grid.shape, FAT_HU, dtype=np.float32)
    inner = _mix(inner, 34.0, ramp(stomach + bumps, 0.8, -0.8))
    inner = _mix(inner, AIR_HU, ramp(stomach + bumps, -4, -5.5) * ramp(grid.back, -2, -5))
    inner = _mix(inner, 50.0, ramp(spleen + bumps, 0.8, -0.8))
    inner = _mix(inner, 60.0, ramp(liver + bumps, 0.8, -0.8))
    inner = _mix(inner, 46.0, ramp(veins.distance, 1, -1) * ramp(liver, -2, -4))
    inner = _mix(inner, BLOOD_HU + 2, ramp(found.vessels, 0.7, -0.7))
    inner = _mix(inner, 38.0, ramp(found.gullet, 0.7, -0.7))
    inner = _mix(inner, 45.0, ramp(below_mm, 5.0, 3.0))
    hu += place * (inner - hu)


def _mix(under: Floats, over: float, share: Floats) -> Floats:
    """over laid on under, by its share 0..1."""
    return np.asarray(under + share * (over - under), dtype=np.float32)
