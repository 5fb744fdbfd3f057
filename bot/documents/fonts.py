"""The Chinese font that documents embed.

Noto Sans SC (OFL) comes with the package zhplot as a TrueType font of 30,890 characters, rare names included;
so a document looks the same on every machine, and none needs a font to be installed.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

FONT_FILE = "NotoSansSC-Regular.ttf"


@cache
def font_path() -> Path:
    """Give the font's file. The package is found and not imported, since it would load a plotting library."""
    spec = find_spec("zhplot")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "fonts" / FONT_FILE
        if path.is_file():
            return path
    raise FileNotFoundError(f"{FONT_FILE} is missing; install the packages of requirements.lock again")
