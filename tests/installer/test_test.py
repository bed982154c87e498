"""How the tests are shared out: among the processors there are, unless the person says how."""

import os
import sys

import pytest

from installer import test as script


@pytest.mark.parametrize(("processors", "told"), [(1, "1"), (2, "2"), (64, "4")])
def test_files_are_shared_out_among_the_processors_and_four_at_most(
    processors: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "_processors", lambda: processors)
    assert script.workers(["tests/gui", "-x"]) == ["-n", told, "--dist", "loadfile"]


@pytest.mark.parametrize("word", ["-n0", "-n=2", "--numprocesses=3", "--dist=load", "--pdb"])
def test_what_the_person_says_holds(word: str) -> None:
    assert script.workers(["-x", word]) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processors are shared out so on Linux")
def test_a_container_with_one_processor_of_many_gets_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {7})
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert script.workers([])[:2] == ["-n", "1"]
