"""`python -m tests.deploy.compose.twice`: build the image twice from nothing, and compare the layers that are ours."""

import sys

from tests.deploy.compose.engine import PYTHON, docker, image, inspected

TAGS = ("tocsin-test:once", "tocsin-test:twice")


def main() -> int:
    """Print the layers of both; 1 when they differ."""
    try:
        layers = [inspected(image(tag, anew=True))["RootFS"]["Layers"] for tag in TAGS]
        ours = [found[len(inspected(PYTHON)["RootFS"]["Layers"]) :] for found in layers]
    finally:
        docker("image", "rm", *(tag for tag in TAGS if inspected(tag)))
    for tag, found in zip(TAGS, ours, strict=True):
        print(tag, *found, sep="\n  ")
    print("the same" if ours[0] == ours[1] else "they differ")
    return int(ours[0] != ours[1])


if __name__ == "__main__":
    sys.exit(main())
