"""300 real files with damage done to them; the benchmark of this name does 2,000, each in a process that may die."""

from pathlib import Path

from tests.benchmarks import mutated


def test_damaged_files_open_or_are_refused_and_nothing_dies(shared_data: Path, tmp_path: Path) -> None:
    answers = [mutated.opened_here(number, tmp_path, shared_data) for number in range(10_000, 10_300)]
    assert [answer for answer in answers if answer.said.startswith("wrong")] == []
    slow = [a for a in answers if a.seconds > mutated.LIMIT_S or a.mebibytes > mutated.MOST_MIB]
    assert slow == []
    assert {answer.said.split(":")[0] for answer in answers} == {"opens", "refused"}
