"""What reaches the screen: values, marks at their places, and nothing forgotten when only a part is drawn again."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.viewer.fields import field_of
from lesionstudio.gui.viewer.inks import Blur, Ink, colours, distances
from lesionstudio.gui.viewer.marks import MarkStyle, painted_draft, painted_labels
from lesionstudio.gui.viewer.picture import CANVAS, Picture
from lesionstudio.gui.viewer.shades import shade
from lesionstudio.gui.viewer.tools.brush import Brush
from lesionstudio.gui.viewer.tools.tool import Held, Spot
from lesionstudio.gui.viewer.view_state import Rect, Screen, ViewState
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window

SCREEN = Screen(200, 220)
LABELS = LabelSet.first().add("Edema")
STYLE = MarkStyle(LABELS)
FULL = Window(255, 127.5)
Dots = NDArray[np.uint32]


def dots_of(picture: Picture, screen: Screen = SCREEN) -> Dots:
    """What the picture paints, 0xffRRGGBB a dot."""
    rows, columns = screen.dots.bottom, screen.dots.right
    image = QImage(columns, rows, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    picture.paint(painter, screen.dots)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(rows, columns).copy()


def blob(rows: int = 60, columns: int = 70) -> NDArray[np.uint8]:
    r, c = np.mgrid[:rows, :columns]
    return ((r - 30) ** 2 + (c - 20) ** 2 < 144).astype(np.uint8)


def grey_scan(rows: int = 60, columns: int = 70, slices: int = 1) -> Scan:
    values = np.random.default_rng(3).integers(0, 256, (slices, rows, columns)).astype(np.uint8)
    return Scan.of_array(values)


def picture_of(scan: Scan, mask: Mask, view: ViewState) -> Picture:
    picture = Picture()
    picture.show_scan(scan, mask, 0)
    picture.show_style(STYLE)
    picture.show_view(view)
    return picture


def by_hand(grey: NDArray[np.uint8], view: ViewState) -> NDArray[np.float64]:
    """Bilinear interpolation between voxel centres, for each dot of the picture."""
    at = view.picture
    rows = (np.arange(at.top, at.bottom) + 0.5 - view.top) / view.down - 0.5
    columns = (np.arange(at.left, at.right) + 0.5 - view.left) / view.across - 0.5
    down = np.stack([np.interp(rows, np.arange(len(grey)), grey[:, j]) for j in range(grey.shape[1])], axis=1)
    return np.stack([np.interp(columns, np.arange(grey.shape[1]), row) for row in down])


@pytest.mark.parametrize("zoom", [None, 1.7, 3.3])
def test_below_four_points_each_dot_is_interpolated_where_it_really_lies(
    qapp: QApplication, zoom: float | None
) -> None:
    scan = grey_scan()
    view = ViewState.fitted(SCREEN, 60, 70)
    view = view if zoom is None else view.at_zoom(zoom, 30, 170)
    shown = dots_of(picture_of(scan, Mask((1, 60, 70)), view)) & 0xFF
    expected, at = by_hand(scan.slice(0), view), view.picture
    seen = at.intersect(SCREEN.dots)
    part = expected[seen.top - at.top : seen.bottom - at.top, seen.left - at.left : seen.right - at.left]
    # A cut may begin a few hundredths of a dot beside its place: up to that share of a step from black to white.
    assert np.abs(shown[seen.rows, seen.columns] - part).max() < 12
    assert np.abs(shown[seen.rows, seen.columns] - part).mean() < 1


def test_from_four_points_on_a_voxel_is_a_square_of_its_own_value(qapp: QApplication) -> None:
    scan = grey_scan()
    view = ViewState.fitted(SCREEN, 60, 70).at_zoom(9.5, 40, 40)
    shown = dots_of(picture_of(scan, Mask((1, 60, 70)), view))
    for x, y in ((17, 30), (100, 50), (219, 199)):
        pointer = view.pointer(0, x + 0.5, y + 0.5)
        assert shown[y, x] & 0xFF == scan.slice(0)[pointer.row, pointer.column]


def test_a_large_picture_is_averaged_and_not_picked_from(qapp: QApplication) -> None:
    checks = (np.indices((1600, 1600)).sum(axis=0) % 2 * 200).astype(np.uint8)[None]
    view = ViewState.fitted(SCREEN, 1600, 1600)
    shown = dots_of(picture_of(Scan.of_array(checks), Mask((1, 1600, 1600)), view)) & 0xFF
    inner = view.picture.grown(-2)
    assert np.abs(shown[inner.rows, inner.columns].astype(int) - 100).max() <= 1


def test_around_the_picture_is_the_canvas(qapp: QApplication) -> None:
    view = ViewState.fitted(SCREEN, 60, 70)
    shown = dots_of(picture_of(grey_scan(), Mask((1, 60, 70)), view))
    shown[view.picture.rows, view.picture.columns] = CANVAS
    assert (shown == CANVAS).all()


def test_a_window_shades_every_kind_of_number_alike() -> None:
    values = np.array([[-3024, -1350, -600, 150, 3000]])
    for dtype in (np.int16, np.int32, np.float32, np.float64):
        assert shade(values.astype(dtype), Window(1500, -600)).tolist() == [[0, 0, 128, 255, 255]]
    assert shade(np.array([[0, 128, 255]], np.uint8), FULL).tolist() == [[0, 128, 255]]


def test_what_is_no_number_is_black() -> None:
    assert shade(np.array([[np.nan, 1.0]], np.float32), Window(1, 0.5)).tolist() == [[0, 255]]


def test_colour_pictures_keep_their_colours(qapp: QApplication) -> None:
    voxels = np.zeros((1, 20, 20, 3), np.uint8)
    voxels[..., 0], voxels[..., 2] = 200, 40
    view = ViewState.fitted(SCREEN, 20, 20)
    picture = picture_of(Scan.of_array(voxels), Mask((1, 20, 20)), view)
    picture.show_window(FULL)
    assert dots_of(picture)[100, 110] == 0xFFC80028


@pytest.mark.parametrize("zoom", [1.0, 3.0, 5.0])
def test_every_voxel_centre_lies_on_its_own_side_of_the_outline(zoom: float) -> None:
    labels = (np.random.default_rng(1).random((60, 70)) < 0.3).astype(np.uint8)
    view = ViewState.fitted(SCREEN, 60, 70).at_zoom(zoom)
    field = field_of([1], labels, view, SCREEN.dots)
    assert field is not None
    seen = view.voxels_of(field.at)
    for row in range(seen.top + 1, seen.bottom - 1):
        for column in range(seen.left + 1, seen.right - 1):
            x, y = view.to_point(row, column)
            inside = field.inside[int(y) - field.at.top, int(x) - field.at.left]
            assert (inside > 127) == bool(labels[row, column])


def test_one_marked_voxel_of_a_large_picture_can_be_seen() -> None:
    labels = np.zeros((3000, 3000), np.uint8)
    labels[1500, 1701] = 1
    view = ViewState.fitted(SCREEN, 3000, 3000)
    painted = painted_labels(labels, STYLE, view, SCREEN.dots)
    assert painted is not None
    x, y = view.to_point(1500, 1701)
    top, left = int(y) - painted.at.top, int(x) - painted.at.left
    around = painted.colours[top - 1 : top + 2, left - 1 : left + 2]
    assert (around >> 24).max() > 200 and ((around >> 16) & 0xFF).max() > 200


def test_from_four_points_on_the_outline_runs_along_voxel_edges() -> None:
    labels = np.zeros((60, 70), np.uint8)
    labels[28:34, 30:50] = 1
    view = ViewState.fitted(SCREEN, 60, 70).at_zoom(8.0)
    field = field_of([1], labels, view, SCREEN.dots)
    assert field is not None
    edge, (x, _y) = view.dots_of(Rect(28, 30, 34, 50)), view.to_point(30, 36)
    across = field.inside[:, int(x) - field.at.left].astype(int)
    first, last = edge.top - field.at.top, edge.bottom - field.at.top - 1
    assert across[first] == across[last] == 170 and across[first - 1] == across[last + 1] == 85


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("zoom", [0.7, 1.3, 2.0, 3.5, 8.0])
def test_an_outline_is_as_wide_as_it_should_be_at_any_zoom_and_scale(zoom: float, scale: float) -> None:
    labels = np.zeros((120, 140), np.uint8)
    labels[:, 70:] = 1
    screen = Screen(200, 220, scale)
    view = ViewState.fitted(screen, 120, 140).at_zoom(zoom)
    painted = painted_labels(labels, MarkStyle(LABELS, 0.0), view, screen.dots)
    assert painted is not None
    x, y = (place * scale for place in view.to_point(60, 69.5))
    left = int(x) - painted.at.left
    row = painted.colours[int(y) - painted.at.top][max(left - 12, 0) : left + 12]
    assert ((row >> 16) & 0xFF).sum() / 245 == pytest.approx(1.6 * scale, rel=0.2)
    assert (row >> 24).sum() / 255 == pytest.approx((1.6 + 1.6 * 0.51) * scale, rel=0.25)


def test_fill_outline_and_keyline_follow_each_other_from_inside_out() -> None:
    table = colours(Ink("#FF0000", 0.3), Blur(1.0), 1.0)
    inside = distances(Blur(1.0))
    assert table[255] == 0x4C4C0000 and table[0] == 0
    on_edge = table[np.argmin(np.abs(inside))]
    assert on_edge == 0xFFFF0000
    dark = table[np.argmin(np.abs(inside + 1.4))]
    assert 0x30 < dark >> 24 < 0xA0 and (dark >> 16) & 0xFF < 0x10


def test_a_draft_has_hatch_and_gaps_and_no_fill() -> None:
    view = ViewState.fitted(SCREEN, 60, 70)
    painted = painted_draft(blob(), STYLE, view, SCREEN.dots)
    filled = painted_labels(blob(), STYLE, view, SCREEN.dots)
    assert painted is not None and filled is not None
    x, y = view.to_point(30, 20)
    inner = Rect(int(y) - 12, int(x) - 12, int(y) + 12, int(x) + 12)
    draft = painted.colours[inner.top - painted.at.top :, inner.left - painted.at.left :][:24, :24] >> 24
    assert (draft == 0).mean() > 0.3 and (draft > 100).mean() > 0.1
    amber = [int((((one.colours >> 16) & 0xFF) > 200).sum()) for one in (painted, filled)]
    assert 0.35 < amber[0] / amber[1] < 0.75


def test_marks_at_the_edge_of_the_picture_have_an_outline_there() -> None:
    labels = np.zeros((60, 70), np.uint8)
    labels[20:40, :10] = 1
    view = ViewState.fitted(SCREEN, 60, 70)
    painted = painted_labels(labels, STYLE, view, SCREEN.dots)
    assert painted is not None
    _x, y = view.to_point(30, 0)
    beside = painted.colours[int(y) - painted.at.top, view.left - painted.at.left]
    assert (beside >> 16) & 0xFF > 180


def test_hidden_and_deleted_labels_are_not_drawn() -> None:
    view = ViewState.fitted(SCREEN, 60, 70)
    hidden = MarkStyle(LABELS.changed(1, visible=False))
    assert painted_labels(blob(), hidden, view, SCREEN.dots) is None
    assert painted_labels(blob(), MarkStyle(LABELS.changed(1, deleted=True)), view, SCREEN.dots) is None


def test_the_ninth_label_has_a_dotted_outline_in_the_first_colour() -> None:
    many = LabelSet.first()
    for n in range(2, 10):
        many = many.add(f"Label {n}")
    view = ViewState.fitted(SCREEN, 60, 70)
    first = painted_labels(blob(), MarkStyle(many), view, SCREEN.dots)
    ninth = painted_labels(blob() * np.uint8(9), MarkStyle(many), view, SCREEN.dots)
    assert first is not None and ninth is not None
    amber = [int((((one.colours >> 16) & 0xFF) > 200).sum()) for one in (first, ninth)]
    assert 0.3 < amber[1] / amber[0] < 0.7


def test_each_of_two_hundred_labels_keeps_its_own_colour_also_as_a_draft() -> None:
    many = LabelSet()
    for n in range(200):
        many = many.add(f"Label {n + 1}")
    many = many.changed(200, colour="#123456")
    view = ViewState.fitted(SCREEN, 60, 70)
    x, y = view.to_point(30, 20)
    filled = painted_labels(blob() * np.uint8(200), MarkStyle(many, 0.7), view, SCREEN.dots)
    assert filled is not None
    spot = filled.colours[int(y) - filled.at.top, int(x) - filled.at.left]
    assert [(spot >> shift) & 0xFF for shift in (16, 8, 0)] == [round(0.7 * one) for one in (0x12, 0x34, 0x56)]
    draft = painted_draft(blob() * np.uint8(200), MarkStyle(many), view, SCREEN.dots)
    assert draft is not None and ((draft.colours & 0xFFFFFF) == 0x123456).sum() > 20


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("zoom", [0.8, 1.9, 5.0])
def test_a_part_drawn_again_looks_like_the_whole_drawn_anew(qapp: QApplication, zoom: float, scale: float) -> None:
    scan, mask = grey_scan(120, 140), Mask((1, 120, 140))
    history = EditHistory(mask)
    draft = np.zeros((1, 120, 140), np.uint8)
    draft[0, 20:50, 90:130] = 1
    history.put_draft(draft, draft * 200, DraftSource("m", 0.5, ""), "Segment")
    view = ViewState.fitted(Screen(200, 220, scale), 120, 140).at_zoom(zoom)
    picture, random = picture_of(scan, mask, view), np.random.default_rng(5)
    dots_of(picture, view.screen)
    for n in range(12):
        brush = Brush(history, n % 3, float(random.uniform(1, 25)), Geometry.pixels((1, 120, 140)))
        box = brush.press(Spot(0, *random.uniform(-5, 140, 2)), Held())
        picture.refresh(box.union(brush.move(Spot(0, *random.uniform(-5, 140, 2)), Held())))
        dots_of(picture, view.screen)
        brush.finish()
        if n == 8:
            picture.refresh(history.undo())
    partly = dots_of(picture, view.screen).view(np.uint8).astype(int)
    anew = dots_of(picture_of(scan, mask, view), view.screen).view(np.uint8).astype(int)
    # Cuts may lie a few hundredths of a dot apart, so steep edges may differ a little; forgotten dots differ a lot.
    assert np.abs(partly - anew).max() <= 36
    assert np.abs(partly - anew).mean() < 0.05


def test_hiding_marks_shows_the_bare_scan_and_letting_go_brings_them_back(qapp: QApplication) -> None:
    mask = Mask((1, 60, 70))
    EditHistory(mask).replace(blob()[None], "Import")
    view = ViewState.fitted(SCREEN, 60, 70)
    picture = picture_of(grey_scan(), mask, view)
    marked = dots_of(picture)
    picture.hide_marks(True)
    bare = dots_of(picture)
    assert np.array_equal(bare, dots_of(picture_of(grey_scan(), Mask((1, 60, 70)), view)))
    picture.hide_marks(False)
    assert np.array_equal(dots_of(picture), marked) and not np.array_equal(marked, bare)
