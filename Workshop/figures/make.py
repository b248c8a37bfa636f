"""make.py [--dark FOLDER]: draws the figures of the lessons into this folder.

--dark draws them into another folder in their dark colours, to be looked at with a viewer that has one mode only.
"""

import sys
from pathlib import Path

import course
import special

HERE = Path(__file__).resolve().parent


def main():
    is_dark = sys.argv[1:2] == ["--dark"]
    folder = Path(sys.argv[2]) if is_dark else HERE
    for name, drawing in {**course.figures(), **special.figures()}.items():
        (folder / f"{name}.svg").write_text(drawing.svg(is_dark))


main()
