"""From a starter model: how many pixels a person has to correct, slice after slice, on patients it never saw.

An oracle goes through whole patients of brain_lgg's part test, one after another, slices with a tumour; each draft is
corrected to the true mask (the pixels that changed are counted), then the model learns from it for --budget processor
seconds. On the same slices the starter model as it was is counted too: patients differ, and what a learner saved is the
difference. Promised: the mean of the last ten slices is at most 60 % of that of the first ten.

    python -m tests.benchmarks.from_starter --model FOLDER --json FILE [--slices 40] [--budget 60] [--seed 0]

The model is one trained on brain_lgg's part train (FLAIR), such as `lesionstudio train` makes it, or a starter model.
A run that was broken off goes on.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from lesionstudio.imaging.pairs import pairs_of_data
from lesionstudio.learning.checkpoints import read_checkpoint, save_checkpoint
from lesionstudio.learning.examples import Example
from lesionstudio.learning.finetuning import begun_network
from lesionstudio.learning.going_on import Learner
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import ModelCard, read_card
from lesionstudio.progress import silent
from lesionstudio.recipe import Recipe
from lesionstudio.workflows.training_set import Question, training_set
from tests.benchmarks.correcting_arms import drafts
from tests.benchmarks.to_correct import DATA

AT_ENDS, PROMISED_FALL = 10, 0.4


def patients(card: ModelCard, seed: int, count: int) -> list[Example]:
    """Slices with a tumour of patients that no model was trained on, one patient after another."""
    pairs = pairs_of_data(DATA / "brain_lgg").of_part("test")
    asked = replace(pairs, pairs=tuple(replace(one, part="train") for one in pairs.pairs))
    found = training_set(asked, Recipe(seed=seed), card, Question("1"), silent)
    slices = sorted(found.learned + found.held_out, key=lambda one: (one.group, _number(one.id)))
    groups = list(dict.fromkeys(one.group for one in slices))
    order = [groups[n] for n in np.random.default_rng(seed).permutation(len(groups))]
    return [one for group in order for one in slices if one.group == group and one.marks.any()][:count]


def _number(name: str) -> int:
    return int(name.split(":")[0].rsplit("_", 1)[1])


def changed(network: torch.nn.Module, one: Example, card: ModelCard) -> int:
    """How many pixels of a draft a person has to change."""
    return int(np.count_nonzero(drafts(network, card, [one])[0] != (one.marks > 0)))


def run(model: Path, file: Path, slices: int, budget: float, seed: int) -> list[dict[str, Any]]:
    """Corrects slice by slice from where an earlier run stopped; a row a slice."""
    card = read_card(model)
    plain, order = SegmentationModel.load(model).network, patients(card, seed, slices)
    learner = Learner(
        card,
        begun_network(card, model, new=False, seed=seed),
        (True,),
        seed=seed,
        budget_s=budget,
        clock=time.process_time,
    )
    kept, rows = file.with_suffix(".safetensors"), list[dict[str, Any]]()
    if file.is_file() and kept.is_file():
        tensors, facts = read_checkpoint(kept)
        learner.restore(tensors, facts["learner"])
        rows = json.loads(file.read_text(encoding="utf-8"))["rows"][: facts["rows"]]
        for one in order[: len(rows)]:
            learner.add(one.id, one)
    for one in order[len(rows) :]:
        row = {"slice": one.id, "wanted": int(np.count_nonzero(one.marks))}
        rows.append({**row, "learning": changed(learner.averaged, one, card), "as_it_was": changed(plain, one, card)})
        learner.add(one.id, one)
        while learner.is_hungry:
            learner.step()
        rows[-1]["minutes"] = round(learner.seconds / 60, 2)
        file.write_text(json.dumps({"seed": seed, "budget": budget, "rows": rows}, indent=1), encoding="utf-8")
        save_checkpoint(kept, learner.state(), {"learner": learner.facts(), "rows": len(rows)})
        print(json.dumps(rows[-1]), flush=True)
    return rows


def told(rows: list[dict[str, Any]]) -> bool:
    """Prints the fall, and whether it was as promised."""
    first, last = rows[:AT_ENDS], rows[-AT_ENDS:]
    means = {
        name: [float(np.mean([row[name] for row in part])) for part in (first, last)]
        for name in ("learning", "as_it_was")
    }
    fall = 1 - means["learning"][1] / max(means["learning"][0], 1e-9)
    for name, (before, after) in means.items():
        print(f"{name:10s} corrected pixels a slice: first {AT_ENDS} {before:.0f}, last {AT_ENDS} {after:.0f}")
    print(f"fall {fall:.0%} (promised {PROMISED_FALL:.0%}): {'kept' if fall >= PROMISED_FALL else 'NOT kept'}")
    share = means["learning"][1] / max(means["as_it_was"][1], 1e-9)
    print(f"of what the model as it was would have cost on the last ten: {share:.0%}")
    return fall >= PROMISED_FALL


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--model", type=Path, required=True)
    words.add_argument("--json", type=Path, required=True)
    words.add_argument("--slices", type=int, default=40)
    words.add_argument("--budget", type=float, default=60.0)
    words.add_argument("--seed", type=int, default=0)
    asked = words.parse_args()
    torch.set_num_threads(1)
    return 0 if told(run(asked.model, asked.json, asked.slices, asked.budget, asked.seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
