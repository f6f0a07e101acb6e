"""Countries in the configuration."""

import pytest

from services.backbone.countries import country_codes, meant_country


def test_countries_are_known_by_two_capitals_and_nothing_else_is_one() -> None:
    assert {"AF", "PK", "GB", "RU", "CN"} <= country_codes()
    assert country_codes().isdisjoint({"UK", "EU5", "001", "ZZ", "XA", "XB", "af"})


@pytest.mark.parametrize(
    ("written", "meant"), [("UK", "GB"), ("en", "GB"), ("pk", "PK"), ("Pakistan", None), ("", None)]
)
def test_what_was_meant_is_told_where_that_is_likely(written: str, meant: str | None) -> None:
    assert meant_country(written) == meant
