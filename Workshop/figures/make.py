"""make.py [--check | --dark FOLDER]: draws the figures of the lessons into this folder.

--check fails when a figure isn't what would be drawn. --dark draws them into another folder in their dark
colours, to be looked at with a viewer that has one mode only.
"""

import sys
from pathlib import Path

import course
import outward
import pids_and_cgroups
import special

HERE = Path(__file__).resolve().parent


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    folder = Path(sys.argv[2]) if mode == "--dark" else HERE
    modules = [course, special, pids_and_cgroups, outward]
    drawings = {name: drawing for module in modules for name, drawing in module.figures().items()}
    if mode == "--check":
        old = [
            name
            for name, drawing in drawings.items()
            if not (HERE / f"{name}.svg").exists() or (HERE / f"{name}.svg").read_text() != drawing.svg()
        ]
        sys.exit(f"make.py: {', '.join(old)}: not what is drawn; run Workshop/figures/make.py" if old else 0)
    for name, drawing in drawings.items():
        (folder / f"{name}.svg").write_text(drawing.svg(mode == "--dark"))


main()
