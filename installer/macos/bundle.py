"""What macOS is told of the program: its name, the kinds of files it opens, and that it is at home on any screen."""

import json
from pathlib import Path
from typing import Any

NAME = "LesionStudio.app"
IDENTIFIER = "io.github.lesionstudio.LesionStudio"
OLDEST = "12.0"


def _opens(name: str, kinds: list[str], endings: list[str]) -> dict[str, Any]:
    """A kind of file; the system's own viewer stays the first choice."""
    return {
        "CFBundleTypeName": name,
        "CFBundleTypeRole": "Editor",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": kinds,
        "CFBundleTypeExtensions": endings,
    }


FACTS: dict[str, Any] = {
    "CFBundleName": "LesionStudio",
    "CFBundleDisplayName": "LesionStudio",
    "CFBundleLocalizations": ["en", "fr"],
    "LSApplicationCategoryType": "public.app-category.medical",
    "LSMinimumSystemVersion": OLDEST,
    "NSHighResolutionCapable": True,
    "NSRequiresAquaSystemAppearance": False,
    "CFBundleDocumentTypes": [
        _opens("DICOM image", ["org.nema.dicom"], ["dcm"]),
        _opens("NIfTI volume", [f"{IDENTIFIER}.nifti"], ["nii"]),
        _opens("TIFF picture", ["public.tiff"], ["tif", "tiff"]),
        _opens("Folder", ["public.folder"], []),
    ],
    "UTImportedTypeDeclarations": [
        {
            "UTTypeIdentifier": f"{IDENTIFIER}.nifti",
            "UTTypeDescription": "NIfTI volume",
            "UTTypeConformsTo": ["public.data", "public.image"],
            "UTTypeTagSpecification": {"public.filename-extension": ["nii"]},
        },
        {
            "UTTypeIdentifier": "org.nema.dicom",
            "UTTypeDescription": "DICOM image",
            "UTTypeConformsTo": ["public.data", "public.image"],
            "UTTypeTagSpecification": {"public.filename-extension": ["dcm"]},
        },
    ],
}


def version_in(extra: Path) -> str:
    """The version that build.json says."""
    return str(json.loads((extra / "build.json").read_text(encoding="utf-8"))["version"])
