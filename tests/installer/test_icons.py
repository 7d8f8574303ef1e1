"""The .ico files have each size that Windows asks for, drawn."""

from pathlib import Path

import pytest
from PIL import Image
from PIL.IcoImagePlugin import IcoImageFile

from installer import icons


@pytest.mark.parametrize("name", ["server", "client"])
def test_all_sizes_are_drawn(name: str, tmp_path: Path, qapp: object) -> None:
    target = tmp_path / "icons" / f"{name}.ico"
    icons.make(name, target)
    with Image.open(target) as icon:
        assert isinstance(icon, IcoImageFile)
        assert icon.info["sizes"] == {(size, size) for size in icons.SIZES_PX}
        for size in icons.SIZES_PX:
            picture = icon.ico.getimage((size, size)).convert("RGBA")
            assert picture.size == (size, size)
            assert len(picture.getcolors(size * size) or []) > 4
            assert picture.getchannel("A").getpixel((0, 0)) == 0  # round corners
