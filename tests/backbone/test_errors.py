from collections.abc import Iterator

import services.broker
from services.backbone import errors
from services.backbone.errors import ConfigurationError, Defect, Location, TocsinError


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = [line.split()[1] for line in (errors.__doc__ or "").splitlines() if "──" in line]
    assert sorted(drawn) == sorted(kind.__name__ for kind in below(TocsinError) if kind.__module__ == errors.__name__)


def test_every_error_says_in_one_line_what_it_means() -> None:
    assert services.broker
    undescribed = [kind.__name__ for kind in below(TocsinError) if not (kind.__doc__ or "").strip().endswith(".")]
    assert not undescribed


def test_a_defect_reads_as_place_what_and_fix() -> None:
    defect = Defect(
        Location("watches/desk.yaml", 14, "watches[2].any[0]"), "unknown actor 'tpp'", "did you mean 'ttp'?"
    )
    assert str(defect) == "watches/desk.yaml:14 watches[2].any[0]: unknown actor 'tpp'; did you mean 'ttp'?"
    assert str(Location("tocsin.yaml", 1)) == "tocsin.yaml:1"
    assert str(ConfigurationError([defect] * 21)).splitlines()[19:] == [str(defect), "... and 1 more"]
