"""What was written down comes back, cut off where the writing was; damage in the middle is told from a torn end."""

import json
import struct

import numpy as np
import pytest

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit, Step
from lesionstudio.imaging.journal import Head, Kind, Record, read_journal, replay, seconds_of, statuses_of, steps_among
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask, SliceStatus

SHAPE = (3, 40, 50)
HEAD = Head("chest/ct.nii.gz", 4, {"shape": list(SHAPE), "affine": [1.0] * 16, "slice_ids": []})
SOURCE = DraftSource("lung-v1", 0.5, "2026-01-01T00:00:00+00:00")


def worked_on() -> tuple[Mask, list[Record]]:
    """A mask with two strokes, a draft that was accepted on one slice, one undo; and what its history said."""
    mask, said = Mask(SHAPE), list[Record]()
    history = EditHistory(mask)
    history.on_step = lambda step: said.append(Record.of_step(step.kind, step.edit))
    for row in (3, 9):
        stroke = history.stroke("Brush")
        stroke.paint(1, row, 4, np.ones((5, 6), bool), 2)
        stroke.commit()
    draft = np.zeros((1, *SHAPE[1:]), np.uint8)
    draft[0, 20:25, 20:25] = 1
    history.put_draft(draft, draft * np.uint8(200), SOURCE, "Segment", first_slice=2)
    history.accept("Accept")
    history.undo()
    return mask, said


def same(one: Mask, other: Mask) -> bool:
    layers = all((one.volume(layer) == other.volume(layer)).all() for layer in LAYERS)
    return bool(layers and (one.statuses == other.statuses).all() and one.draft_source == other.draft_source)


def test_a_replay_gives_the_mask_with_all_its_layers_statuses_and_the_drafts_source() -> None:
    mask, said = worked_on()
    content = HEAD.to_bytes() + b"".join(record.to_bytes() for record in said)
    journal = read_journal(content)
    again = Mask(SHAPE)
    done = replay(again, journal.records)
    assert journal.head == HEAD and HEAD.shape == SHAPE and not journal.damaged
    assert same(again, mask) and again.draft_source == SOURCE
    assert done.is_sound and done.strokes == 3
    assert statuses_of(journal.records) == {1: SliceStatus.CORRECTED, 2: SliceStatus.DRAFT}


def test_replaying_over_a_mask_that_already_has_some_of_it_changes_nothing() -> None:
    mask, said = worked_on()
    for first in range(len(said)):
        again = Mask.restore(mask.snapshot())
        replay(again, said[first:])
        assert same(again, mask)


@pytest.mark.parametrize("lost", [1, 5, 24, 60])
def test_a_torn_end_costs_the_last_record_only(lost: int) -> None:
    _mask, said = worked_on()
    whole = HEAD.to_bytes() + b"".join(record.to_bytes() for record in said)
    journal = read_journal(whole[:-lost])
    assert steps_among(journal.records) == len(said) - 1 and not journal.damaged


def test_a_torn_end_of_zeros_is_no_damage() -> None:
    _mask, said = worked_on()
    whole = HEAD.to_bytes() + b"".join(record.to_bytes() for record in said)
    journal = read_journal(whole + bytes(4096))
    assert steps_among(journal.records) == len(said) and not journal.damaged


def test_cut_anywhere_it_gives_a_beginning_of_what_was_written_and_never_fails() -> None:
    _mask, said = worked_on()
    whole = HEAD.to_bytes() + b"".join(record.to_bytes() for record in said)
    counts = [steps_among(read_journal(whole[:n]).records) for n in range(len(whole) + 1)]
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] == len(said)
    assert not any(read_journal(whole[:n]).damaged for n in range(len(whole) + 1))


def test_any_flipped_byte_is_found_and_stops_the_reading_there() -> None:
    _mask, said = worked_on()
    parts = [HEAD.to_bytes(), *(record.to_bytes() for record in said)]
    whole, ends = b"".join(parts), np.cumsum([len(part) for part in parts])
    for at in range(0, ends[-2], 7):
        flipped = bytearray(whole)
        flipped[at] ^= 0x40
        journal = read_journal(bytes(flipped))
        sound = int(np.searchsorted(ends, at, side="right")) - 1
        assert steps_among(journal.records) == max(sound, 0)
        assert journal.damaged


def test_another_version_is_not_read_and_counts_as_damaged() -> None:
    content = bytearray(HEAD.to_bytes())
    content[8:12] = struct.pack("<I", 2)
    assert read_journal(bytes(content)).damaged and read_journal(bytes(content)).head is None
    assert not read_journal(b"").damaged


def test_parts_of_a_stroke_come_back_as_one_stroke_and_those_given_up_do_not() -> None:
    mask, said = Mask(SHAPE), list[Record]()
    history = EditHistory(mask)
    stroke = history.stroke("Brush")
    for row in (3, 9):
        stroke.paint(1, row, 4, np.ones((5, 6), bool), 2)
        part = history.part()
        assert part is not None
        said.append(Record.of_step("part", part))
    again = Mask(SHAPE)
    assert replay(again, said).strokes == 1
    assert (again.volume("labels") == mask.volume("labels")).all() and again.status(1) == SliceStatus.CORRECTED
    given_up: list[Step] = []
    history.on_step = given_up.append
    stroke.abandon()
    said.append(Record.of_step("abandon", given_up[0].edit))
    again = Mask(SHAPE)
    assert replay(again, said).strokes == 0
    assert not again.volume("labels").any() and again.status(1) == SliceStatus.NEW


def test_what_a_stroke_painted_and_took_away_again_does_not_come_back_with_its_parts() -> None:
    mask, said = Mask(SHAPE), list[Record]()
    history = EditHistory(mask)
    history.on_step = lambda step: said.append(Record.of_step(step.kind, step.edit))
    stroke = history.stroke("Brush")
    stroke.paint(1, 3, 4, np.ones((5, 6), bool), 2)
    part = history.part()
    assert part is not None
    said.append(Record.of_step("part", part))
    stroke.write("labels", 1, (slice(3, 8), slice(4, 10)), 0, np.ones((5, 6), bool))
    stroke.write("origin", 1, (slice(3, 8), slice(4, 10)), 0, np.ones((5, 6), bool))
    stroke.paint(2, 3, 4, np.ones((5, 6), bool), 2)
    stroke.commit()
    again = Mask(SHAPE)
    assert replay(again, said).strokes == 1
    assert not again.marked(1) and same(again, mask)


def test_a_step_of_another_grid_ends_the_replay_and_says_so() -> None:
    _mask, said = worked_on()
    small = Mask((1, 8, 8))
    assert not replay(small, said).is_sound
    assert not small.volume("labels").any()


def test_a_record_that_is_no_step_ends_the_replay_and_says_so() -> None:
    mask = Mask(SHAPE)
    assert not replay(mask, [Record(Kind.DO, b"nonsense")]).is_sound


def test_time_spent_is_written_down_and_the_last_word_counts() -> None:
    records = [Record.of_time({0: 3.04, 2: 7.0}), Record.of_time({2: 9.5})]
    content = HEAD.to_bytes() + b"".join(record.to_bytes() for record in records)
    assert seconds_of(read_journal(content).records) == {0: 3.0, 2: 9.5}


def test_the_bytes_are_those_of_the_page_that_documents_them() -> None:
    """A program that knows only the docstring reads the first record."""
    content = HEAD.to_bytes()
    assert content[:12] == b"\x89LSJ\r\n\x1a\n" + bytes([1, 0, 0, 0])
    marker, kind, _when, length, _checksum = struct.unpack_from("<4sBdII", content, 12)
    assert (marker, kind) == (b"\xa5REC", 0)
    assert json.loads(content[33 : 33 + length])["item"] == "chest/ct.nii.gz" and len(content) == 33 + length
    assert MaskEdit.from_bytes(worked_on()[1][0].payload).title == "Brush"
