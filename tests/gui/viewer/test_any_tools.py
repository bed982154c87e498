"""Any tools in any order, in any plane, with any locks and rules, undone and done again: the journal tells the same.

The tools are those of the picture, without a window; the journal goes through a real folder.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from numpy.typing import NDArray

from lesionstudio.gui.viewer.tools.brush import Brush, BrushForm, Eraser
from lesionstudio.gui.viewer.tools.lasso import Lasso
from lesionstudio.gui.viewer.tools.outline import OutlineUse
from lesionstudio.gui.viewer.tools.polygon import Polygon
from lesionstudio.gui.viewer.tools.tool import Held, Spot, Tool
from lesionstudio.gui.viewer.tools.wand import Wand, WandWork
from lesionstudio.imaging.cleanup import CleanUp, Scope, cleaned
from lesionstudio.imaging.combine import Combination, combined
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import Step
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.interpolate import Gaps, interpolated
from lesionstudio.imaging.journal import Head, Record, replay
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import LAYERS, Mask
from lesionstudio.imaging.paint_rules import PaintRules, values_of
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import shown_editor, shown_scan
from lesionstudio.imaging.splitting import Split, split
from lesionstudio.imaging.thresholding import Threshold, thresholded
from lesionstudio.imaging.wand import WandRule
from lesionstudio.project.journals import Journals

SHAPE = (5, 26, 30)
GEOMETRY = Geometry(SHAPE, np.diag([3.0, 1.0, 0.8, 1.0]))
VALUES = np.random.default_rng(3).normal(100, 10, SHAPE).astype(np.int16)
VALUES[1:4, 6:18, 8:22] += 60
HEAD = Head("any.nii.gz", 0, {"shape": list(SHAPE), "affine": np.eye(4).ravel().tolist(), "slice_ids": []})
PLANES = (
    Plane(),
    Plane.across(GEOMETRY, 1),
    Plane.across(GEOMETRY, 2),
    Plane().turned(1).mirrored(),
)
Array = NDArray[Any]


class Volume:
    """A scan's voxels at hand."""

    def read(self, k: int) -> Array:
        return VALUES[k]


def a_scan() -> Scan:
    return Scan(GEOMETRY, Volume(), dtype=VALUES.dtype, unit="HU")


class AnyTools(RuleBasedStateMachine):
    """Each rule is one thing a hand does; what the history says of it is written down as the window does."""

    places = st.lists(st.tuples(st.integers(-4, 34), st.integers(-4, 34)), min_size=1, max_size=5)
    planes, pictures = st.sampled_from(PLANES), st.integers(0, 29)
    labels = st.integers(0, 2)
    helds = st.builds(Held, erase=st.booleans(), straight=st.booleans())
    numbers = st.integers(1, 2)
    modes = st.sampled_from(["fill", "erase", "cut"])
    actions = st.sampled_from(["holes", "islands", "largest", "pointed", "grow", "shrink", "open", "close", "smooth"])
    voxels = st.tuples(*(st.integers(0, length - 1) for length in SHAPE))

    @initialize()
    def begin(self) -> None:
        self.scan, self.mask = a_scan(), Mask(SHAPE)
        self.history = EditHistory(self.mask)
        self.history.voxels = values_of(self.scan)
        self.history.on_step = self.told
        self.records: list[Record] = []
        self.past, self.at = [self.facts()], 0
        self.parts_out = False
        for label, corner in ((1, 4), (2, 12)):
            before, stroke = self.before(), self.history.stroke("Brush")
            stroke.paint_block(Box((0, corner, corner), (3, corner + 9, corner + 9)), np.ones((3, 9, 9), bool), label)
            stroke.commit()
            self.did(before)

    def told(self, step: Step) -> None:
        given_up = step.kind == "undo" and self.parts_out
        self.parts_out = False
        self.records.append(Record.of_step("abandon" if given_up else step.kind, step.edit))

    def facts(self) -> tuple[bytes, ...]:
        return (*(self.mask.volume(layer).tobytes() for layer in LAYERS), self.mask.statuses.tobytes())

    # What a hand does with the tools of the rail

    @rule(
        plane=planes, k=pictures, places=places, label=labels, held=helds,
        kind=st.sampled_from(["round", "square", "ball"]), diameter=st.floats(0.5, 12), pixels=st.booleans(),
    )  # fmt: skip
    def brush(
        self, plane: Plane, k: int, places: Any, label: int, held: Held, kind: str, diameter: float, pixels: bool
    ) -> None:
        form = BrushForm(kind, pixels)
        tool = Brush(shown_editor(self.history, plane), label or 1, diameter, plane.geometry(GEOMETRY), form)
        eraser = Eraser(shown_editor(self.history, plane), diameter, plane.geometry(GEOMETRY), form)
        self.drag(tool if label else eraser, plane, k, places, held)

    @rule(
        plane=planes, k=pictures, places=places, label=numbers, held=helds, mode=modes, around=st.integers(0, 2)
    )  # fmt: skip
    def lasso(self, plane: Plane, k: int, places: Any, label: int, held: Held, mode: str, around: int) -> None:
        use = OutlineUse(mode, around)
        self.drag(
            Lasso(shown_editor(self.history, plane), label, plane.geometry(GEOMETRY), use), plane, k, places, held
        )

    @rule(plane=planes, k=pictures, places=places, label=numbers, held=helds, keys=st.lists(
        st.sampled_from(["backspace", "enter", "escape"]), max_size=2))  # fmt: skip
    def polygon(self, plane: Plane, k: int, places: Any, label: int, held: Held, keys: list[str]) -> None:
        tool = Polygon(shown_editor(self.history, plane), label, plane.geometry(GEOMETRY))
        before = self.before()
        for place in places:
            tool.press(self.spot(plane, k, place), held)
            tool.finish()
        for key in (*keys, "enter"):
            tool.key(key)
        self.did(before)

    @rule(plane=planes, k=pictures, place=st.tuples(st.integers(0, 29), st.integers(0, 29)), label=numbers)
    def fill(self, plane: Plane, k: int, place: tuple[int, int], label: int) -> None:
        tool = Brush(shown_editor(self.history, plane), label, 2.0, plane.geometry(GEOMETRY))
        before, spot = self.before(), self.spot(plane, k, place)
        tool.press(spot, Held())
        tool.finish()
        tool.double_click(spot, Held())
        self.did(before, most=2)

    @rule(plane=planes, k=pictures, places=places, label=numbers, held=helds, is_3d=st.booleans(),
          connected=st.booleans(), tolerance=st.floats(0, 40), within=st.sampled_from([0.0, 6.0]))  # fmt: skip
    def wand(
        self, plane: Plane, k: int, places: Any, label: int, held: Held, is_3d: bool, connected: bool,
        tolerance: float, within: float,
    ) -> None:  # fmt: skip
        shown = shown_scan(self.scan, plane)
        rule_ = WandRule(tolerance, is_3d, connected, within)
        work = WandWork(
            editor=shown_editor(self.history, plane, shown),
            scan=shown,
            label=label,
            rule=rule_,
            span=60.0,
            allowed=lambda proposal: proposal,
            told=lambda _tolerance: None,
            large=lambda *_found: None,
        )
        self.drag(Wand(work), plane, k, places, held)

    # What waits for an answer

    @rule(axis=st.integers(0, 2), numbers=st.sets(numbers, min_size=1))
    def interpolate(self, axis: int, numbers: set[int]) -> None:
        gaps = Gaps(axis, tuple(sorted(numbers)))
        self.accept(interpolated(Marked.now(self.mask), GEOMETRY.spacing_mm, gaps, "Interpolate"))

    @rule(action=actions, amount=st.floats(0.5, 6), in_3d=st.booleans(), point=voxels)
    def clean(self, action: Any, amount: float, in_3d: bool, point: Any) -> None:
        scope = Scope(in_3d=in_3d, locked=self.history.locked)
        wish = CleanUp(action, amount, point if action == "pointed" else None)
        self.accept(cleaned(Marked.now(self.mask), GEOMETRY.spacing_mm, wish, scope, "Clean up"))

    @rule(a=numbers, b=numbers, operation=st.sampled_from(["union", "subtract", "intersect"]), margin=st.floats(0, 3))
    def combine(self, a: int, b: int, operation: Any, margin: float) -> None:
        if a != b:
            wish = Combination(a, operation, b, margin, locked=self.history.locked)
            self.accept(combined(Marked.now(self.mask), GEOMETRY.spacing_mm, wish, "Combine"))

    @rule(low=st.integers(80, 150), label=numbers, inside=st.one_of(st.none(), numbers))
    def threshold(self, low: int, label: int, inside: int | None) -> None:
        wish = Threshold(low, low + 40, label, inside, locked=self.history.locked)
        marked = Marked.now(self.mask)
        self.accept(thresholded(self.scan.slice, marked, GEOMETRY.spacing_mm, wish, "Threshold"))

    @rule(neck=st.floats(0.5, 4), in_3d=st.booleans())
    def split(self, neck: float, in_3d: bool) -> None:
        scope = Scope(in_3d=in_3d, locked=self.history.locked)
        self.accept(split(Marked.now(self.mask), GEOMETRY.spacing_mm, Split(neck, None), scope, "Split"))

    # What is said meanwhile

    @rule(numbers=st.frozensets(numbers, max_size=2))
    def lock(self, numbers: frozenset[int]) -> None:
        self.history.locked = numbers

    @rule(low=st.integers(70, 130), width=st.integers(10, 90), inverted=st.booleans(), gate=st.booleans(),
          over=st.sampled_from(["all", "background", 1, 2]))  # fmt: skip
    def rules_of_painting(self, low: int, width: int, inverted: bool, gate: bool, over: Any) -> None:
        self.history.rules = PaintRules(low, low + width, inverted, gate, over)

    @precondition(lambda self: self.at > 0)
    @rule(steps=st.integers(1, 4))
    def undo(self, steps: int) -> None:
        for _step in range(min(steps, self.at)):
            self.history.undo()
            self.at -= 1

    @precondition(lambda self: self.at < len(self.past) - 1)
    @rule(steps=st.integers(1, 4))
    def redo(self, steps: int) -> None:
        for _step in range(min(steps, len(self.past) - 1 - self.at)):
            self.history.redo()
            self.at += 1

    # What has to hold

    @invariant()
    def the_mask_is_what_the_history_says(self) -> None:
        assert self.facts() == self.past[self.at]
        assert self.history.steps.position == self.at and not self.history.is_open

    def teardown(self) -> None:
        if not hasattr(self, "mask"):
            return
        with TemporaryDirectory() as folder:
            left = self.written(Path(folder))
        again = Mask(SHAPE)
        done = replay(again, left)
        assert done.is_sound
        for layer in LAYERS:
            assert (again.volume(layer) == self.mask.volume(layer)).all(), layer
        assert (again.statuses == self.mask.statuses).all()
        self.history.go_to(0)
        assert self.facts() == self.past[0]

    def written(self, folder: Path) -> Sequence[Record]:
        """The records as a journal on the disk gives them back, written in two goes by one program."""
        journals, middle = Journals(folder), len(self.records) // 2
        journals.append(HEAD, self.records[:middle])
        journals.append(HEAD, self.records[middle:])
        left = Journals(folder).read(HEAD.item, HEAD.generation)
        assert not left.is_damaged
        return left.records

    # Hands

    def spot(self, plane: Plane, k: int, place: tuple[int, int]) -> Spot:
        return Spot(k % plane.shape(SHAPE)[0], place[0] + 0.2, place[1] - 0.3)

    def drag(self, tool: Tool, plane: Plane, k: int, places: Any, held: Held) -> None:
        """Press, moves and release; of five places the last means that the person thought better of it."""
        before = self.before()
        tool.press(self.spot(plane, k, places[0]), held)
        for place in places[1:]:
            tool.move(self.spot(plane, k, place), held)
            if (part := self.history.part()) is not None:
                self.records.append(Record.of_step("part", part))
                self.parts_out = True
        tool.abandon() if len(places) == 5 else tool.finish()
        self.did(before)

    def accept(self, proposal: Proposal | None) -> None:
        before = self.before()
        if proposal is not None:
            proposal.apply(self.history)
        self.did(before)

    def before(self) -> Array:
        return self.mask.volume("labels").copy()

    def did(self, before: Array, most: int = 1) -> None:
        """Takes note of the step that was made, if there was one, and looks at what it changed."""
        steps = self.history.steps.position - self.at
        assert 0 <= steps <= most
        after = self.mask.volume("labels")
        changed = before != after
        assert not np.isin(before[changed], list(self.history.locked)).any()
        assert not np.isin(after[changed], list(self.history.locked)).any()
        rules = self.history.rules
        assert all(rules.admits(value) for value in VALUES[changed])
        assert all(rules.may_cover(*pair) for pair in zip(before[changed], after[changed]))
        self.past = [*self.past[: self.at], *self.states_from(self.at)]
        self.at += steps

    def states_from(self, position: int) -> list[tuple[bytes, ...]]:
        """The mask after so many steps and after each that follows, those that are undone too; the mask stays."""
        here, found = self.history.steps.position, []
        for n in range(position, len(self.history.steps) + 1):
            self.history.go_to(n)
            found.append(self.facts())
        self.history.go_to(here)
        return found


class AnyToolsLonger(AnyTools):
    """The same for a long while."""


TestAnyTools = AnyTools.TestCase
TestAnyTools.settings = settings(max_examples=25, stateful_step_count=14)
TestAnyToolsLonger = pytest.mark.slow(AnyToolsLonger.TestCase)
TestAnyToolsLonger.settings = settings(max_examples=300, stateful_step_count=40)
