"""ImportPlan: what the import sheet is about to do: which mask goes to which scan, and what its values mean."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lesionstudio.gui.import_segments import SegmentAnswers, as_label, first_of, in_words, names_in
from lesionstudio.gui.scan_facts import ScanFacts
from lesionstudio.imaging.formats.laying import written_size
from lesionstudio.imaging.found_masks import Matched
from lesionstudio.imaging.incoming import Keep, Wish
from lesionstudio.imaging.labels import LABEL_COLOURS, MOST_LABELS, LabelSet
from lesionstudio.imaging.mask_values import HALF, LEFT_OUT, NEW, Census, Kind, Meaning, Turn, guess
from lesionstudio.words import _, ngettext, number

MARKED = 1
Value = int | str  # what stands for a label in masks: a number, or the name of a segment


class ImportPlan:
    """Holds the answers given so far, and says what is missing. No Qt, no files.

    `kind` None: what the values mean was not said. `turns` and `off`: of masks by number; `table`: value -> label.
    """

    def __init__(self, scans: Sequence[ScanFacts], labels: LabelSet, label_in_use: int = 1) -> None:
        self.scans = {scan.id: scan for scan in scans}
        self.labels, self._label_in_use = labels, label_in_use
        self.keep: Keep | None = None
        self.trust = self.hides_names = False
        self.segments = SegmentAnswers(labels, label_in_use)
        self.take(Matched((), ()))

    def take(self, matched: Matched, answer: Mapping[str, Any] | None = None) -> None:
        """These masks from now on; `answer` is what was said of masks of this folder before."""
        self.masks, self.scan_of = matched.masks, list(matched.scans)
        self.censuses, self.off, self.turns = dict[int, Census](), set[int](), dict[int, Turn]()
        kept = Meaning.from_json((answer or {}).get("meaning"))
        self.kept = kept and replace(kept, table={value: to for value, to in kept.table.items() if to != NEW})
        self._said: Meaning | None = None
        self.threshold = self.kept.threshold if self.kept else HALF
        self._turn = Turn(*(bool(one) for one in (answer or {}).get("turn", ())[:4]))
        self.segments.take(answer or {})

    # What is there

    def name_of(self, n: int) -> str:  # on the screen
        return _("Mask {n}").format(n=n + 1) if self.hides_names else self.masks[n].name

    def _without_names(self, n: int, words: str) -> str:
        """A sentence about mask n as it may stand on the screen."""
        for part in self.masks[n].parts if self.hides_names else ():
            words = words.replace(part.path.name, self.name_of(n))
        return words

    def heard(self, n: int, census: Census) -> None:
        """Mask n was looked at. One that fits lying on its side is laid so."""
        self.censuses[n] = census
        scan = self.scans.get(self.scan_of[n])
        if scan is None or census.error or n in self.turns:
            return
        lying = Turn(transposed=True)
        fits = self._turn.shape(census.shape) == scan.shape
        self.turns[n] = self._turn if fits or lying.shape(census.shape) != scan.shape else lying

    def pair(self, n: int, scan_id: str) -> None:
        """Mask n goes to this scan, "" for none; the mask that was there takes the scan of this one."""
        before = self.scan_of[n]
        for other, its_scan in enumerate(self.scan_of):
            if scan_id and its_scan == scan_id and other != n:
                self.scan_of[other] = before
                self._look_again(other)
        self.scan_of[n] = scan_id
        self._look_again(n)

    def _look_again(self, n: int) -> None:
        self.censuses.pop(n, None)
        self.turns.pop(n, None)

    def turn(self, n: int) -> Turn:
        """How mask n is laid onto its scan."""
        return self.turns.get(n, self._turn)

    def lay(self, n: int, turn: Turn, *, all_of_them: bool) -> None:
        """Lays mask n so, or all masks."""
        for one in range(len(self.masks)) if all_of_them else (n,):
            self.turns[one] = turn
        if all_of_them:
            self._turn = turn

    @property
    def unlooked(self) -> list[int]:
        """Masks with a scan that nobody has looked at yet."""
        return [n for n, scan_id in enumerate(self.scan_of) if scan_id and n not in self.censuses]

    @property
    def without_mask(self) -> list[ScanFacts]:
        """The scans that get none."""
        given = set(self.scan_of)
        return [scan for scan in self.scans.values() if scan.id not in given]

    def problem(self, n: int) -> str:
        """Why mask n cannot be imported; "" where it can."""
        census, scan = self.censuses.get(n), self.scans.get(self.scan_of[n])
        if census is None:
            return ""
        if census.error:
            return self._without_names(n, census.error)
        shape = self.turn(n).shape(census.shape)
        if scan is not None and shape != scan.shape:
            sizes = written_size(shape, scan.shape), written_size(scan.shape, shape)
            return _("It has {mask}, the scan {scan}.").format(mask=sizes[0], scan=sizes[1])
        return ""

    def hint(self, n: int) -> str:  # what can be done about it
        return self._without_names(n, self.censuses[n].hint) if n in self.censuses else ""

    def content(self, n: int) -> str:
        """What is in mask n, in a few words."""
        census = self.censuses.get(n)
        if census is None:
            return _("reading") if self.scan_of[n] else ""
        if self.problem(n):
            return self.problem(n)
        return in_words(census)

    @property
    def chosen(self) -> list[int]:
        """The masks that would be imported, if all was said."""
        return [n for n in range(len(self.masks)) if self.is_chosen(n)]

    def is_chosen(self, n: int) -> bool:
        """Whether mask n would be imported, if all was said."""
        return bool(self.scan_of[n]) and n not in self.off and not self.problem(n)

    # What the values mean

    @property
    def kind(self) -> Kind | None:
        """What the masks hold: as was said, now or for this folder before, else as it looks; None: has to be asked."""
        said = self._said or self.kept
        return said.kind if said else guess(self._plain)

    @property
    def _known(self) -> list[Census]:
        """What was found in the masks that would be imported."""
        return [self.censuses[n] for n in self.chosen if n in self.censuses]

    @property
    def _plain(self) -> list[Census]:
        """Those whose values nobody names."""
        return [census for census in self._known if not census.segments]

    @property
    def has_plain_values(self) -> bool:
        """Whether it has to be known what values mean: not where every file names its segments."""
        return bool(self._plain) or not self._known

    @property
    def has_greys(self) -> bool:  # and so a threshold counts
        return self.kind != "numbers" and any(census.is_grey for census in self._plain)

    @property
    def shown_values(self) -> list[Value]:
        """What needs a label: each segment by its name, each number, or 1 for "marked". A label's own file does not."""
        names: list[Value] = [*names_in(self._known)]
        masks = [n for n in self.chosen if not self.masks[n].labels and not self._has_segments(n)]
        if not masks:
            return names
        if self.kind != "numbers":
            return [*names, MARKED]
        return names + sorted(
            {value for n in masks if n in self.censuses for value in self.censuses[n].values if value}
        )

    def _has_segments(self, n: int) -> bool:
        return n in self.censuses and bool(self.censuses[n].segments)

    def label_of(self, value: Value) -> int:
        """The study's number for a value: as was said, else the label of that number; NEW where there is none."""
        if isinstance(value, str):
            return self.segments.label_of(value, names_in(self._known))
        said = self._said or self.kept
        if said is not None and said.kind == self.kind and value in said.table:
            label = said.table[value]
            if label in (LEFT_OUT, NEW) or self.labels.by_number(label) is not None:
                return label
        if self.kind == "numbers":
            return value if self.labels.by_number(value) is not None else NEW
        return self._label_in_use if self.labels.by_number(self._label_in_use) else NEW

    def say(self, kind: Kind, threshold: int | None = None) -> None:
        """What the values mean, as a person says."""
        self.threshold = self.threshold if threshold is None else threshold
        before = self._said or self.kept
        table = before.table if before is not None and before.kind == kind else {}
        self._said = Meaning(kind, self.threshold, table)

    def map(self, value: Value, label: int) -> None:
        """This value stands for that label of the study, for a NEW one, or is LEFT_OUT."""
        if isinstance(value, str):
            self.segments.map(value, label)
            return
        kind = self.kind or "white"
        before = self._said or self.kept
        table = before.table if before is not None and before.kind == kind else {}
        self._said = Meaning(kind, self.threshold, {**table, value: label})

    @property
    def doubt(self) -> str:
        """What has to be said about the values before they are believed; "" for nothing."""
        censuses = self._plain
        grey = sum(not one.is_binary for one in censuses)
        if self.kind is None:
            share = number(100 * sum(one.white for one in censuses) / max(len(censuses), 1))
            return _("On average {share} % of a mask is not 0. Say which is the structure.").format(share=share)
        if self.has_greys:
            words = _("Not binary: {n} of {all} masks. Greys from this value on count as marked:")
            return words.format(n=number(grey), all=number(len(censuses)))
        return ""

    # What becomes of it

    @property
    def conflicts(self) -> int:
        """How many of these scans a person has worked on."""
        return sum(self.scans[self.scan_of[n]].by_hand for n in self.chosen)

    @property
    def overlapping(self) -> int:
        """How many of these masks have segments that claim the same voxels."""
        return self.segments.overlapping(self._known)

    def new_label(self, value: Value, number: int) -> tuple[str, int, str]:
        """What a new label for a value is called if it gets this number; the one it wishes for; its colour, if any."""
        if isinstance(value, str):
            return as_label(first_of(value, self._known))
        return _("Label {n}").format(n=number), value if self.kind == "numbers" else 0, ""

    @property
    def reason(self) -> str:
        """Why nothing can be imported yet; "" when it can."""
        if not self.masks:
            return _("Nothing to import yet.")
        if self.unlooked:
            return ngettext("Looking at {n} mask.", "Looking at {n} masks.", len(self.unlooked))
        if not self.chosen:
            return _("No mask has a scan that it fits.")
        if self.kind is None:
            return _("Say first what the values mean.")
        if self.overlapping and self.segments.overlap is None:
            return _("Say first which segment wins.")
        if self.conflicts and self.keep is None:
            return _("Say first what becomes of the work by hand.")
        return ""

    @property
    def totals(self) -> str:
        """Who is left alone, on either side."""
        alone = sum(not scan_id for scan_id in self.scan_of)
        parts = []
        if alone:
            parts.append(ngettext("{n} mask without a scan", "{n} masks without a scan", alone))
        if self.masks and self.without_mask:
            parts.append(ngettext("{n} scan without a mask", "{n} scans without a mask", len(self.without_mask)))
        return ", ".join(parts)

    def wish(self, n: int, table: Mapping[Value, int]) -> Wish:
        """How mask n is to be read, with a label for each value."""
        by_label = {label.name: label.number for label in self.labels}
        by_value = {value: label for value, label in table.items() if isinstance(value, int)}
        by_segment = {value: label for value, label in table.items() if isinstance(value, str)}
        meaning, overlap = Meaning(self.kind or "white", self.threshold, by_value), self.segments.overlap or "smaller"
        return Wish(self.masks[n], meaning, self.turn(n), by_label, by_segment, overlap)

    def preview_table(self) -> tuple[dict[Value, int], dict[int, str]]:
        """A table in which new labels have numbers already, and the colour of each number."""
        colours = {label.number: label.colour for label in self.labels}
        table = {value: self.label_of(value) for value in self.shown_values}
        for n, value in enumerate((value for value, label in table.items() if label == NEW), self.labels.next_number):
            table[value] = min(n, MOST_LABELS)
            colour = self.new_label(value, n)[2] or LABEL_COLOURS[(n - 1) % len(LABEL_COLOURS)]
            colours.setdefault(table[value], colour)
        return table, colours

    def wishes(self, table: Mapping[Value, int]) -> dict[str, Wish]:
        """What is to be imported, by scan."""
        return {self.scan_of[n]: self.wish(n, table) for n in self.chosen}

    @property
    def answer(self) -> dict[str, Any]:
        """What was said of these masks, to be kept for their folder."""
        table = {value: self.label_of(value) for value in self.shown_values if isinstance(value, int)}
        turn = self._turn
        return {
            **self.segments.to_json(names_in(self._known)),
            "meaning": Meaning(self.kind or "white", self.threshold, table).to_json(),
            "turn": [turn.transposed, turn.rows, turn.columns, turn.slices],
        }
