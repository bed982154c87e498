from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionstudio.workflows.data_facts import data_facts
from lesionstudio.workflows.labelled import Places


def test_the_data_page_says_what_a_person_would_count(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(0), ["file,split,patient"]
    for n, size in enumerate([(20, 30), (20, 30), (16, 16)]):
        marks = np.zeros(size, np.uint8)
        if n < 2:
            marks[2:5, 2:6], marks[10, 10], marks[12:14, 0] = 1, 1, 2
        for kind, pixels in (("images", rng.integers(10, 200, size, np.uint8)), ("masks", marks)):
            (tmp_path / kind).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / kind / f"a{n}.png")
        rows.append(f"a{n}.png,{'train' if n != 1 else 'test'},{n}")
    (tmp_path / "images" / "alone.png").write_bytes((tmp_path / "images" / "a0.png").read_bytes())
    (tmp_path / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    found = data_facts(Places(data=tmp_path))
    train = found["parts"]["train"]
    assert (train["files"], train["slices"], train["groups"], train["empty"]) == (2, 2, 2, 1)
    assert sorted(train["sizes"]) == [[16, 16, 1], [20, 30, 1]]
    assert sorted(train["lesions"]["1"]) == [1.0, 12.0] and train["lesions"]["2"] == [2.0]
    assert train["marked_percent"] == pytest.approx(100 * 15 / (600 + 256))
    assert train["slices_with"] == {"1": 1, "2": 1}
    assert sum(train["intensities"]["shares"]) == pytest.approx(1)
    assert found["parts"]["test"]["intensities"]["edges"] == train["intensities"]["edges"]
    assert (found["labels"], found["unpaired"], found["near_duplicates"]) == ([1, 2], ["alone.png"], [])
