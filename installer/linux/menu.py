"""What a Linux desktop needs to show the program: the menu entry, its icon, and the kinds of files it opens."""

import shutil
from pathlib import Path

from lesionstudio.resources import resource

KINDS = ("application/dicom", "application/x-nifti", "image/tiff")
SIZES = (16, 32, 48, 64, 128, 256, 512)
ENTRY = """\
[Desktop Entry]
Type=Application
Name=LesionStudio
GenericName=Lesion masks on medical pictures
GenericName[fr]=Masques de lésions sur images médicales
Comment=Draw and correct masks on medical pictures with a network that learns while you work. Research use only.
Comment[fr]=Tracer et corriger des masques sur des images médicales avec un réseau qui apprend. Recherche uniquement.
Exec={program} %F
Icon=lesionstudio
Terminal=false
StartupNotify=true
StartupWMClass=LesionStudio
Categories=Science;MedicalSoftware;
Keywords=DICOM;NIfTI;CT;MRI;segmentation;radiology;radiologie;
MimeType={kinds};
"""
NIFTI = """\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-nifti">
    <comment>NIfTI volume</comment>
    <comment xml:lang="fr">volume NIfTI</comment>
    <glob pattern="*.nii"/>
    <glob pattern="*.nii.gz" weight="60"/>
  </mime-type>
  <mime-type type="application/dicom">
    <comment>DICOM image</comment>
    <comment xml:lang="fr">image DICOM</comment>
    <magic priority="60"><match type="string" offset="128" value="DICM"/></magic>
    <glob pattern="*.dcm"/>
  </mime-type>
</mime-info>
"""


def write_menu(share: Path, program: str) -> None:
    """Writes the entry, the kinds of files and the icons as they stand in a `share` folder."""
    entry = ENTRY.format(program=program, kinds=";".join(KINDS))
    _write(share / "applications" / "lesionstudio.desktop", entry)
    _write(share / "mime" / "packages" / "lesionstudio.xml", NIFTI)
    icons, apps = resource("icons", "app"), share / "icons" / "hicolor"
    for place, name in [("scalable", "lesionstudio.svg"), *((f"{n}x{n}", f"lesionstudio-{n}.png") for n in SIZES)]:
        target = apps / place / "apps" / f"lesionstudio{Path(name).suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(icons / name, target)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
