"""What is held out: whole patients, blocks of slices or every fifth picture; about one in five, never dealt twice."""

import itertools
from dataclasses import replace

import pytest

from lesionstudio.project.splits import Candidate, Share, deal_roles


def pictures(count: int) -> list[Candidate]:
    return [Candidate(f"{n:03d}.png", "", 1) for n in range(count)]


def patients(count: int, slices: int = 10) -> list[Candidate]:
    return [Candidate(f"scan{n}", f"patient{n}", slices) for n in range(count)]


def held(dealt: dict[str, Share]) -> list[str]:
    return [name for name, share in dealt.items() if share.held_out]


@pytest.mark.parametrize("seed", range(7))
def test_nothing_is_held_out_below_ten_slices(seed: int) -> None:
    assert held(deal_roles(pictures(9), seed)) == []


@pytest.mark.parametrize("seed", range(7))
def test_every_fifth_picture_is_held_out_and_never_the_first(seed: int) -> None:
    chosen = [int(name[:3]) for name in held(deal_roles(pictures(50), seed))]
    assert len(chosen) == 10
    assert chosen[0] > 0
    assert {b - a for a, b in itertools.pairwise(chosen)} == {5}


@pytest.mark.parametrize("seed", range(7))
def test_with_five_patients_one_is_held_out_and_never_one_of_the_first_two(seed: int) -> None:
    chosen = held(deal_roles(patients(5), seed))
    assert len(chosen) == 1
    assert chosen[0] not in ("scan0", "scan1")


def test_all_scans_of_a_held_out_patient_are() -> None:
    twice = [replace(one, id=one.id + part) for one in patients(5) for part in "ab"]
    chosen = held(deal_roles(twice, 0))
    assert len(chosen) == 2
    assert chosen[0][:-1] == chosen[1][:-1]


def test_no_more_patients_are_held_out_once_twenty_slices_are() -> None:
    assert len(held(deal_roles(patients(30, slices=30), 1))) == 1
    assert len(held(deal_roles(patients(30, slices=10), 1))) == 2


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("slices", [10, 11, 24, 47, 60, 100, 300])
def test_a_single_volume_has_blocks_with_a_slice_between(slices: int, seed: int) -> None:
    share = deal_roles([Candidate("ct", "one", slices)], seed)["ct"]
    taken = {k for start, stop in share.held_out for k in range(start, stop)}
    between = {k for start, stop in share.between for k in range(start, stop)}
    assert 0.1 * slices <= len(taken) <= 0.25 * slices or len(taken) == 20
    assert len(taken) <= 20
    assert 0 not in taken
    assert all(k in range(slices) for k in taken | between)
    neighbours = {k + step for k in taken for step in (-1, 1)} & set(range(slices))
    assert neighbours <= taken | between
    assert not taken & between


def test_what_was_dealt_is_never_dealt_again() -> None:
    first = pictures(12)
    dealt = deal_roles(first, 3)
    again = [replace(one, share=dealt[one.id]) for one in first] + [Candidate("new.png", "", 1)]
    assert deal_roles(again, 3).keys() == {"new.png"}


def test_a_new_scan_of_a_known_patient_keeps_the_patients_role() -> None:
    first = patients(5)
    dealt = deal_roles(first, 0)
    chosen = held(dealt)[0]
    known = [replace(one, share=dealt[one.id]) for one in first]
    later = Candidate("later", f"patient{chosen.removeprefix('scan')}", 10)
    other = Candidate("other", "patient0", 10)
    assert held(deal_roles([*known, later, other], 0)) == ["later"]


def test_a_study_of_patients_and_pictures_deals_each_its_way() -> None:
    mixed = [*patients(5), *pictures(20)]
    chosen = held(deal_roles(mixed, 0))
    assert sum(name.startswith("scan") for name in chosen) == 1
    assert sum(name.endswith(".png") for name in chosen) == 4


def test_a_released_block_is_learned_from_with_its_neighbours_and_the_others_stay() -> None:
    share = Share(((10, 14), (16, 20)), ((9, 10), (14, 15), (15, 16), (20, 21)))
    assert share.without(12) == Share(((16, 20),), ((15, 16), (20, 21)))
    assert share.without(15) == share


def test_a_neighbour_of_two_blocks_stays_between_when_one_is_released() -> None:
    share = Share(((3, 5), (6, 8)), ((2, 3), (5, 6), (8, 9)))
    assert share.without(3) == Share(((6, 8),), ((5, 6), (8, 9)))
