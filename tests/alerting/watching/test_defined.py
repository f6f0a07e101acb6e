from pathlib import Path

from services.alerting.watching.defined import digest_of, read_known, read_source_ids
from tests.alerting.examples import write_folder


def actor(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "name": name.title(), "kind": "armed-group", **more}


def test_parts_and_members_are_known_by_their_wholes(tmp_path: Path) -> None:
    actors = [
        actor("taliban"),
        actor("haqqanis", part_of="taliban"),
        actor("amir", kind="person", member_of=["taliban", "haqqanis"]),
        actor("former", member_of=["taliban"], enabled=False),
    ]
    known = read_known(write_folder(tmp_path, {"pack/a.yaml": {"actors": actors}}))

    assert known.ids["actor"] == {"taliban", "haqqanis", "amir"}
    assert known.ids["kind"] == {"armed-group", "person"}
    assert dict(known.parts) == {"taliban": ("haqqanis", "amir"), "haqqanis": ("amir",)}
    assert known.family("taliban") == {"taliban", "haqqanis", "amir"}


def test_a_layer_changes_of_the_shipped_pack_only_what_it_says(tmp_path: Path) -> None:
    shipped = read_known(write_folder(tmp_path / "bare", {"pack/a.yaml": "extends: default\n"}))
    part = next(part for parts in shipped.parts.values() for part in parts)
    layer = {
        "extends": "default",
        "actors": [
            {"id": part, "aliases": {"en": ["Another Name"]}},
            actor("new", part_of=part),
            {"id": "ttp", "enabled": False},
        ],
    }
    known = read_known(write_folder(tmp_path / "desk", {"pack/a.yaml": layer}))

    assert known.ids["actor"] == (shipped.ids["actor"] | {"new"}) - {"ttp"}
    assert known.kind_of[part] == shipped.kind_of[part]
    assert known.parts[part] == (*shipped.parts.get(part, ()), "new")
    assert {whole for whole, parts in known.parts.items() if part in parts}


def test_the_digest_follows_who_is_part_of_whom(tmp_path: Path) -> None:
    def digest(*actors: dict[str, object]) -> str:
        return digest_of(read_known(write_folder(tmp_path, {"pack/a.yaml": {"actors": list(actors)}})))

    alone = digest(actor("a"), actor("b"))
    assert digest(actor("b"), actor("a", aliases={"en": ["Other"]})) == alone
    assert digest(actor("a"), actor("b", part_of="a")) != alone


def test_sources_are_known_by_their_ids(tmp_path: Path) -> None:
    sources = {"sources": [{"id": "dawn", "name": "Dawn", "url": "https://dawn.example/rss"}]}
    assert read_source_ids(write_folder(tmp_path, {"sources/a.yaml": sources})) == {"dawn"}
