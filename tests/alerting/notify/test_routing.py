from pathlib import Path
from typing import Any

import pytest

from services.alerting.notify.routing import Routes, RoutesReader, load_routes
from services.alerting.routing.labels import KEYS
from services.backbone.errors import ConfigurationError
from tests.alerting.examples import PACK, SECRET, write_folder

HOOK = {"id": "hook", "type": "webhook", "url": "https://desk.example/hook", "secret": {"env": "HOOK_SECRET"}}
SCREEN = {"id": "screen", "type": "terminal"}
WATCHES = {
    "watches": [
        {"id": "usual", "any": [{"actor": "ttp"}]},
        {"id": "chosen", "any": [{"actor": "ttp"}], "channels": ["hook"]},
        {"id": "nowhere", "any": [{"actor": "ttp"}], "channels": []},
    ]
}


def load(folder: Path, installation: object, environment: dict[str, str] | None = None) -> Routes:
    write_folder(folder, {"tocsin.yaml": installation, "watches/desk.yaml": WATCHES, "pack/small.yaml": PACK})
    return load_routes(folder, {"HOOK_SECRET": SECRET} if environment is None else environment)


def channels_of(routes: Routes, watch: str) -> tuple[str, ...]:
    """Where the alerts of a watch go that no route asks for."""
    [node] = routes.tree.takers({key: frozenset([watch] if key == "watch" else []) for key in KEYS})
    return node.channels


def test_an_alert_goes_where_its_watch_says_or_where_all_go(tmp_path: Path) -> None:
    routes = load(tmp_path, {"channels": [HOOK, SCREEN], "default_channels": ["screen"]})

    assert channels_of(routes, "usual") == ("screen",)
    assert channels_of(routes, "chosen") == ("hook",)
    assert channels_of(routes, "nowhere") == ()
    assert channels_of(routes, "no-longer-there") == ("screen",)
    assert set(routes.channels) == {"hook", "screen"}


def test_what_changed_is_told_by_channels_routes_and_choices(tmp_path: Path) -> None:
    installation = {
        "channels": [HOOK, SCREEN],
        "default_channels": ["screen"],
        "routes": [{"name": "kabul", "match": {"owner": "kabul"}, "routes": [{"channels": ["hook"]}]}],
    }
    first = load(tmp_path, installation)
    installation["routes"] = [{"name": "kabul", "match": {"owner": "kabul"}, "routes": [{"channels": []}]}]
    second = load(tmp_path, installation)

    assert set(first.contents) == {
        "channel hook", "channel screen", "route default", "route default > kabul",
        "route default > kabul > routes[0]", "watch chosen", "watch nowhere",
    }  # fmt: skip
    assert {name for name in first.contents if first.contents[name] != second.contents[name]} == {
        "route default > kabul > routes[0]"
    }


def test_the_choice_of_a_watch_whose_channels_are_all_gone_is_none(tmp_path: Path) -> None:
    both = {"channels": [HOOK, SCREEN], "default_channels": ["screen"]}
    write_folder(tmp_path, {"tocsin.yaml": both, "watches/desk.yaml": WATCHES, "pack/small.yaml": PACK})
    reader = RoutesReader(tmp_path, dict, {"HOOK_SECRET": SECRET})
    assert channels_of(reader(), "chosen") == ("hook",)
    routes = reader_of(reader, tmp_path, {"tocsin.yaml": {"channels": [SCREEN], "default_channels": ["screen"]}})

    assert channels_of(routes, "chosen") == ("screen",), "not nobody"
    assert channels_of(routes, "nowhere") == (), "that was chosen"
    assert [defect.what for defect in routes.book.refused] == ["unknown channel 'hook'"]


@pytest.mark.parametrize(
    ("installation", "told"),
    [
        pytest.param(
            "channels:\n  - {id: hook, type: webhook, url: desk.example/hook, secret: {env: S}}\n",
            "tocsin.yaml:2 channels[0].url: not an address that can be posted to; "
            "write it like https://desk.example/hooks/tocsin",
            id="a bad address",
        ),
        pytest.param(
            "channels:\n  - id: hook\n    type: webhook\n    urll: https://desk.example\n    secret: {env: S}\n"
            "    url: https://desk.example\n",
            "tocsin.yaml:4 channels[0].urll: unknown key 'urll'; did you mean 'url'?",
            id="an unknown key",
        ),
        pytest.param(
            "channels:\n  - {id: hook, type: webhok}\n",
            "tocsin.yaml:2 channels[0]: a channel of no known type; "
            "write type: webhook, mail, chat, kafka, file, command or terminal",
            id="an unknown type",
        ),
        pytest.param(
            "channels:\n  - {id: hook, type: webhook, url: https://desk.example}\n",
            "tocsin.yaml:2 channels[0]: a webhook is signed, with 1 to 5 secrets; "
            "write secret: {env: NAME} or {file: PATH}",
            id="no secret",
        ),
        pytest.param(
            "channels:\n  - {id: hook, type: terminal}\n  - {id: hook, type: terminal}\n",
            "tocsin.yaml:3 channels[1].id: id 'hook' stands twice, first at tocsin.yaml:2 channels[0].id; "
            "rename or remove one",
            id="an id that stands twice",
        ),
        pytest.param(
            "channels:\n  - {id: tocsin-canary, type: terminal}\n",
            "tocsin.yaml:2 channels[0].id: 'tocsin-canary' is the name of a channel of Tocsin's own; rename it",
            id="an id that is ours",
        ),
        pytest.param(
            "channels:\n  - {id: hook, type: terminal}\ndefault_channels: [hok]\n",
            "tocsin.yaml:3 default_channels[0]: unknown channel 'hok'; did you mean 'hook'?",
            id="a default that is not described",
        ),
        pytest.param(
            "channels:\n  - {id: hook, type: terminal, retry_seconds: [0]}\n",
            "tocsin.yaml:2 channels[0].retry_seconds[0]: Input should be greater than 0; correct the value",
            id="a schedule that would never pause",
        ),
        pytest.param(
            "channels:\n  - id: hook\n    type: webhook\n    url: https://desk.example\n    secret: {env: NOT_SET}\n",
            "tocsin.yaml:5 channels[0].secret: environment variable NOT_SET is not set; "
            "put the signing secret there; make one: echo whsec_$(openssl rand -base64 32)",
            id="a secret that is not there",
        ),
    ],
)
def test_a_defect_of_a_channel_is_told_with_its_place_and_its_fix(tmp_path: Path, installation: str, told: str) -> None:
    write_folder(tmp_path, {"tocsin.yaml": installation, "pack/small.yaml": PACK})
    with pytest.raises(ConfigurationError) as raised:
        load_routes(tmp_path, {"S": SECRET})

    assert [str(defect) for defect in raised.value.defects] == [told]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        pytest.param({}, True, id="nothing changed"),
        pytest.param({"url": "https://other.example/hook"}, False, id="another address"),
        pytest.param({"retry_seconds": [1]}, False, id="another schedule"),
    ],
)
def test_a_channel_that_changed_is_another_channel(tmp_path: Path, changed: dict[str, Any], same: bool) -> None:
    first = load(tmp_path, {"channels": [HOOK]})
    second = load(tmp_path, {"channels": [HOOK | changed]})

    assert (first.channels["hook"] == second.channels["hook"]) is same
    assert (first.digest == second.digest) is same


def test_another_secret_is_another_channel(tmp_path: Path) -> None:
    first = load(tmp_path, {"channels": [HOOK]})
    second = load(tmp_path, {"channels": [HOOK]}, {"HOOK_SECRET": SECRET[:-4] + "AAAA"})

    assert first.channels["hook"] != second.channels["hook"]


def test_a_broken_watch_leaves_the_routes_of_all_others_and_its_own_as_they_were(tmp_path: Path) -> None:
    write_folder(tmp_path, {"tocsin.yaml": {"channels": [HOOK, SCREEN]}, "pack/a.yaml": PACK})
    reader = RoutesReader(tmp_path, dict, {"HOOK_SECRET": SECRET})
    first = reader_of(reader, tmp_path, {"watches/desk.yaml": WATCHES})
    edit = {
        "watches": [
            {"id": "chosen", "any": [{"actor": "tpp"}]},
            {"id": "usual", "any": ["x-ray"], "channels": ["screen"]},
        ]
    }
    second = reader_of(reader, tmp_path, {"watches/desk.yaml": edit})

    assert (channels_of(second, "chosen"), channels_of(second, "usual")) == (("hook",), ("screen",))
    assert (second.channels["hook"], second.digest == first.digest) == (first.channels["hook"], False)
    assert [defect.what for defect in second.book.refused] == ["unknown actor 'tpp'"]
    assert first.contents.keys() - second.contents.keys() == {"watch nowhere"}


@pytest.mark.parametrize("secrets", [{}, {"HOOK_SECRET": "too-short"}])
def test_a_channel_that_cannot_be_used_is_refused_with_the_whole_edit(tmp_path: Path, secrets: dict[str, str]) -> None:
    write_folder(tmp_path, {"tocsin.yaml": {"channels": [HOOK]}, "pack/a.yaml": PACK, "watches/desk.yaml": WATCHES})
    with pytest.raises(ConfigurationError, match=r"tocsin.yaml:.* channels\[0\]"):
        RoutesReader(tmp_path, dict, secrets)()


def reader_of(reader: RoutesReader, folder: Path, files: dict[str, object]) -> Routes:
    write_folder(folder, files)
    return reader()


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(None, id="gone"),
        pytest.param("", id="empty"),
        pytest.param("channels:\n  - {id: screen, type: terminal}\n", id="cut short"),
    ],
)
def test_a_file_that_says_nothing_of_where_alerts_go_changes_nothing_while_it_does(
    tmp_path: Path, left: str | None
) -> None:
    load(tmp_path, {"channels": [HOOK, SCREEN], "default_channels": ["screen"]})
    read = RoutesReader(tmp_path, dict, {"HOOK_SECRET": SECRET})
    before = read()
    if left is None:
        (tmp_path / "tocsin.yaml").unlink()
    else:
        write_folder(tmp_path, {"tocsin.yaml": left})

    routes = read()

    assert (routes.digest, set(routes.channels)) == (before.digest, {"hook", "screen"})
    [refused] = routes.book.refused
    assert refused.what == "no alert would go to any channel, and before this they did"


def test_that_alerts_go_nowhere_can_be_meant(tmp_path: Path) -> None:
    load(tmp_path, {"channels": [HOOK, SCREEN], "default_channels": ["screen"]})
    read = RoutesReader(tmp_path, dict, {"HOOK_SECRET": SECRET})
    read()
    write_folder(
        tmp_path, {"tocsin.yaml": "channels: []\ndefault_channels: []\n", "watches/desk.yaml": {"watches": []}}
    )
    assert channels_of(read(), "usual") == ()
