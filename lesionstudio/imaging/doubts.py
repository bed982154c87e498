"""Doubts: what in a picture speaks against a model's card. Sentences for a person, who decides."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest import cut_to_chest
from lesionstudio.imaging.fingerprint import compared
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _, number

_NEARLY_ALL, _SMALL_PART, _A_PIECE = 0.98, 0.2, 1.5

Pictures = NDArray[np.float32]


def doubts(
    card: ModelCard,
    scan: Scan,
    pictures: Sequence[Pictures],
    hu_offset_guess: int | None = None,
    *,
    in_box: bool = False,
) -> list[str]:
    """Why this scan may not be what the model was made for: one sentence, or none where nothing speaks against it.

    `pictures` are some of its slices as the network sees them, (channel, row, column); `hu_offset_guess` is what seems
    to have been added to HU in it. `in_box`: it is asked in a box that a person drew.
    """
    is_raised = hu_offset_guess is not None and any(one.rule.unit == "HU" for one in card.inputs)
    values = hu_sentence(hu_offset_guess or 0) if is_raised else _about_values(card, scan, pictures)
    found = [_about_modality(card, scan), _about_plane(card, scan), _about_view(card, scan, in_box=in_box), values]
    return [sentence for sentence in found if sentence][:1]


def hu_sentence(offset: int) -> str:
    """What is said of pictures whose values look like HU with this added, or with nothing added."""
    if not offset:
        return _("These pictures look like CT in Hounsfield units.")
    return _("These pictures look like CT with {offset} added to the values.").format(offset=offset)


def unlike_sentence() -> str:
    """What is said of a scan whose values are spread otherwise than in all that the model was trained on."""
    return _("This scan does not look like those that the model was trained on.")


def crop_sentence() -> str:
    """What is said of a model that was made from pieces, where it is asked for a whole slice."""
    return _("This model was made from small pieces around what it marks: on a whole slice it marks too much.")


def _about_modality(card: ModelCard, scan: Scan) -> str:
    if not card.modality or not scan.modality or card.modality == scan.modality:
        return ""
    return _("This model was made for {wanted}; the scan is {given}.").format(wanted=card.modality, given=scan.modality)


def _about_plane(card: ModelCard, scan: Scan) -> str:
    plane = scan.geometry.plane
    if not card.plane or not plane or card.plane == plane:
        return ""
    return _("This model was made for {wanted} slices; these are {given}.").format(wanted=_(card.plane), given=_(plane))


def _about_view(card: ModelCard, scan: Scan, *, in_box: bool) -> str:
    """A model made from pieces marks too much on a whole slice; a picture hardly larger than those pieces is one."""
    is_piece = bool(card.crop_side) and max(scan.geometry.shape[1:]) <= _A_PIECE * card.crop_side
    return "" if card.view != "crop" or in_box or is_piece else crop_sentence()


def _about_values(card: ModelCard, scan: Scan, pictures: Sequence[Pictures]) -> str:
    if not pictures:
        return ""
    if any(one.rule.unit == "HU" for one in card.inputs) and scan.value_range is None and scan.unit != "HU":
        return _("This model expects Hounsfield units, which this scan does not have.")
    ends = [(one.rule.out_low, one.rule.out_high) for one in card.inputs]
    shares = np.stack([_shares(picture, ends) for picture in pictures])
    brightest = float(np.percentile(shares, 99.5))
    if scan.value_range is not None and brightest < _SMALL_PART:
        text = _("The values fill only {percent} % of what the file could hold, so the model sees it almost black.")
        said = text.format(percent=number(100 * brightest))
        is_wide = scan.value_range[1] - scan.value_range[0] > 255
        return f"{said} {_('If these are HU, say what was added to them (HU offset).')}" if is_wide else said
    for end in (0, 1):
        if float((shares == end).mean()) > _NEARLY_ALL:
            return _("Nearly all values lie outside the range that this model looks at.")
    return _about_looks(card, pictures)


def _about_looks(card: ModelCard, pictures: Sequence[Pictures]) -> str:
    shown = [cut_to_chest(picture, card) for picture in pictures]
    known, strangers = (card.training.get(name, ()) for name in ("fingerprints", "strangers"))
    verdict = compared(shown, card.inputs, known, strangers)
    if verdict == "inverted":
        return _("This scan looks inverted: light and dark are swapped compared with what the model was trained on.")
    if verdict == "unlike":
        return unlike_sentence()
    return ""


def _shares(picture: Pictures, ends: Sequence[tuple[float, float]]) -> Pictures:
    """The picture with each plane's range of the card as 0 to 1, thinned out to at most about 128 x 128."""
    step = max(1, max(picture.shape[1:]) // 128)
    planes = picture[:, ::step, ::step]
    return np.stack([(plane - low) / (high - low) for plane, (low, high) in zip(planes, ends)])
