"""SecondPicture: another series cut to look like the first picture, with the first one's mask, brought to its place."""

from lesionstudio.gui.beside import Second
from lesionstudio.gui.jobs import Job, JobRunner
from lesionstudio.gui.plane_wiring import PlaneWiring
from lesionstudio.gui.viewer.twin_view import TwinView
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.carried import CarriedMask
from lesionstudio.imaging.cross_cuts import KeptCuts, read_cuts
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.linking import Link, plane_like
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.planes import Place, Plane
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import shown_scan
from lesionstudio.words import _


class SecondPicture:
    """In both pictures places are (picture, row, column) of the plane they are cut in; between the two they are voxels
    of both files."""

    def __init__(self, runner: JobRunner) -> None:
        self.view = TwinView()
        self._runner = runner
        self._reading: Job | None = None
        self._main: PlaneWiring | None = None
        self._link: Link | None = None
        self._plane = Plane()
        self._mask: CarriedMask | None = None

    def show_second(self, second: Second, mask: Mask, main: PlaneWiring) -> None:
        """Cuts the series the way the first one is shown, and puts the mask on it."""
        self.forget()
        self._main, self._link = main, second.link
        geometry = main.plane.geometry(second.link.here)
        self._plane = plane_like(second.scan.geometry, geometry, main.plane)
        # Where nobody knows what belongs together, marks would be shown where they are not.
        self._mask = CarriedMask(mask, second.link, self._plane) if second.is_known else None
        self.view.set_scan(shown_scan(second.scan, self._plane, self._cuts(second.scan)), self._mask)
        self.view.set_slice(self._plane.shape(second.scan.geometry.shape)[0] // 2)

    def forget(self) -> None:
        """Shows nothing."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading, self._main, self._link, self._mask = None, None, None, None
        self.view.set_scan(None, None)

    @property
    def own_slice(self) -> int:
        """The slice of the second file that the middle of its picture lies on."""
        k = self._to_file(*self._middle_there())[0] if self._link is not None else 0.0
        return min(max(round(k), 0), self._link.there.shape[0] - 1) if self._link is not None else 0

    def middles(self) -> tuple[Place, Place]:
        """The voxels of both files in the middle of their pictures."""
        return self._here_to_file(*self._middle_here()), self._to_file(*self._middle_there())

    def follow(self) -> None:
        """Goes to the place and the zoom of the first picture."""
        main, link, view = self._main, self._link, self.view.view_state
        if main is None or link is None or view is None or main.view.view_state is None:
            return
        n, row, column = self._shown(link.over(self._here_to_file(*self._middle_here())))
        last = self._plane.shape(link.there.shape)[0] - 1
        self.view.set_slice(min(max(round(n), 0), last))
        self.say_beyond(not -0.75 <= n <= last + 0.75)
        self.view.show_part(view.around(row, column, main.view.view_state.zoom * self._ratio(view)))

    def lead(self) -> None:
        """Brings the first picture to this one's place and zoom; its slice stays."""
        main, link, view = self._main, self._link, self.view.view_state
        if main is None or link is None or view is None or main.view.view_state is None:
            return
        here = link.back(self._to_file(*self._middle_there()))
        _n, row, column = main.plane.from_voxel(here, link.here.shape)
        # Moving by nothing keeps a part of the picture in view.
        shown = main.view.view_state.around(row, column, view.zoom / self._ratio(view)).moved(0, 0)
        main.view.show_part(shown)

    def slice_here(self, k: int) -> int:
        """The first one's picture nearest to picture k of the second, where the middle is."""
        _n, row, column = self._middle_there()
        return round(self._from_here(self._to_file(k, row, column))[0])

    def place_here(self, pointer: object) -> tuple[float, float] | None:
        """Where in the first picture (row, column) the pointer's place lies; None for nowhere."""
        place = _place_of(pointer)
        if place is None or self._link is None:
            return None
        _n, row, column = self._from_here(self._to_file(*place))
        return row, column

    def show_twin(self, pointer: object) -> None:
        """Marks the place that belongs to the pointer in the first picture."""
        place = _place_of(pointer)
        if place is None or self._link is None:
            self.view.set_twin(None)
            return
        _n, row, column = self._shown(self._link.over(self._here_to_file(*place)))
        self.view.set_twin((row, column))

    def refresh(self, box: Box) -> None:
        """Takes in that voxels of the mask changed."""
        if self._mask is not None:
            there = self._mask.box_of(box)
            if not there.is_empty:
                self.view.refresh(there)

    def say_beyond(self, on: bool) -> None:
        """Says that the first one's place lies beyond the second series."""
        self.view.show_beyond(on)

    # Places

    def _middle_here(self) -> Place:
        view = self._main.view if self._main is not None else None
        if view is None or view.view_state is None:
            return 0.0, 0.0, 0.0
        return (view.slice_number, *view.view_state.middle)

    def _middle_there(self) -> Place:
        return (
            (self.view.slice_number, *self.view.view_state.middle)
            if self.view.view_state is not None
            else (0.0, 0.0, 0.0)
        )

    def _here_to_file(self, n: float, row: float, column: float) -> Place:
        if self._main is None or self._link is None:
            return 0.0, 0.0, 0.0
        return self._main.plane.to_voxel((n, row, column), self._link.here.shape)

    def _from_here(self, there: Place) -> Place:
        """The first one's (picture, row, column) that belongs to a voxel of the second file."""
        if self._main is None or self._link is None:
            return 0.0, 0.0, 0.0
        return self._main.plane.from_voxel(self._link.back(there), self._link.here.shape)

    def _to_file(self, n: float, row: float, column: float) -> Place:
        place = (n, row, column)
        return self._plane.to_voxel(place, self._link.there.shape) if self._link is not None else place

    def _shown(self, voxel: Place) -> Place:
        return self._plane.from_voxel(voxel, self._link.there.shape) if self._link is not None else voxel

    def _ratio(self, view: ViewState) -> float:
        """How many points a voxel takes here for each point that a voxel takes in the first picture."""
        main, link = self._main, self._link
        if main is None or link is None or main.view.view_state is None:
            return 1.0
        if link.is_by_mm:
            there, here = self._plane.spacing_mm(link.there), main.plane.spacing_mm(link.here)
            return min(there[1:]) / min(here[1:])
        return main.view.view_state.rows / view.rows

    def _cuts(self, scan: Scan) -> KeptCuts | None:
        """Where pictures across the slices come from: read in the background, shown as they come."""
        if self._plane.axes[0] == 0:
            return None
        cuts = KeptCuts(scan)
        order = sorted(range(scan.slices), key=lambda k: not scan.is_read(k))
        job = self._reading = self._runner.run("files", _("Reading"), read_cuts, cuts, order)
        job.progressed.connect(lambda _progress: self.view.set_slice(self.view.slice_number))
        job.succeeded.connect(lambda _cuts: self.view.set_slice(self.view.slice_number))
        return cuts


def _place_of(pointer: object) -> Place | None:
    if pointer is None or not getattr(pointer, "inside", False):
        return None
    return float(pointer.k), float(pointer.row), float(pointer.column)  # type: ignore[attr-defined]
