import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tagging.gazetteer import Pack
from services.tagging.tag import Engine, tag
from tests.tagging.articles import article

ENGINE = Engine.compile(
    Pack.model_validate(
        {
            "actors": [
                {
                    "id": "taliban",
                    "name": "Taliban",
                    "kind": "armed-group",
                    "aliases": {"ur": ["طالبان"], "ru": ["Талибан"]},
                },
                {"id": "china", "name": "China", "kind": "state", "aliases": {"ur": ["چین"], "ru": ["Китай"]}},
                {"id": "iran", "name": "Iran", "kind": "state", "aliases": {"ur": ["ایران"], "ru": ["Иран"]}},
                {"id": "india", "name": "India", "kind": "state"},
                {"id": "qatar", "name": "Qatar", "kind": "state"},
                {"id": "russia", "name": "Russia", "kind": "state"},
            ]
        }
    ),
    "digest",
)  # fmt: skip
IN_PASSING = 0.3


def salient(title: str, text: str) -> dict[str, float]:
    return {actor.id: actor.salience or 0 for actor in tag(article(title, text), ENGINE).actors}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Taliban reopen the school",
            (
                "The Taliban reopened a school on Monday. Teachers came early. The Taliban sent books. Parents waited. "
                "Rain fell all day. The Taliban promised more schools. A lorry that brought the desks came from Iran."
            ),
        ),
        (
            "Талибан открыл школу",
            (
                "Талибан открыл школу в понедельник. Пришли учителя. Талибан прислал книги. Родители ждали. Шёл дождь. "
                "Талибан обещал новые школы. Парты привезли из Ирана."
            ),
        ),
        (
            "طالبان نے سکول کھول دیا",
            (
                "طالبان نے پیر کو سکول کھول دیا۔ استاد آئے۔ طالبان نے کتابیں بھیجیں۔ والدین باہر کھڑے تھے۔ بارش ہوئی۔ "
                "طالبان نے مزید سکولوں کا وعدہ کیا۔ میزیں ایران سے آئیں۔"
            ),
        ),
    ],
    ids=["English", "Russian", "Urdu"],
)
def test_whom_it_is_about_is_told_from_whom_it_names_in_passing(title: str, text: str) -> None:
    found = salient(title, text)
    assert found["taliban"] >= 0.9
    assert found["iran"] < IN_PASSING


def test_a_name_in_the_lead_is_more_than_one_in_passing() -> None:
    found = salient("A school reopens", "China paid for a school. Iran watched. Others came. None stayed.")
    assert found["china"] >= IN_PASSING


def test_who_acts_weighs_more_than_who_is_acted_on() -> None:
    found = salient("", "China warned Iran.")
    assert found["china"] > found["iran"]


def test_a_list_is_about_nobody() -> None:
    listed = salient("", "Those who came were Iran, India, Qatar, Russia, China and the Taliban.")
    alone = salient("", "Those who came were Iran and China.")
    assert listed["china"] < alone["china"]


_SENTENCES = st.lists(
    st.lists(
        st.sampled_from(["China", "Iran", "India", "Qatar", "Russia", "Taliban", "rain", "fell"]),
        min_size=1,
        max_size=8,
    ),
    max_size=8,
)


def written(sentences: list[list[str]]) -> str:
    """Of one length, whatever the words, so that only who is named differs."""
    return " ".join("X " + " ".join(word.ljust(8) for word in sentence) + "." for sentence in sentences)


@given(_SENTENCES, st.lists(st.sampled_from(["Iran", "rain"]), max_size=4), st.data())
def test_one_more_mention_never_lowers_it(sentences: list[list[str]], title: list[str], data: st.DataObject) -> None:
    free = [
        (s, w) for s, sentence in enumerate(sentences) for w, word in enumerate(sentence) if word in ("rain", "fell")
    ]
    # either a word becomes the name, or the title gains it
    where = data.draw(st.sampled_from([*free, None]))
    before = salient(" ".join(title), written(sentences))
    if where is None:
        after = salient(" ".join([*title, "China"]), written(sentences))
    else:
        sentences[where[0]][where[1]] = "China"
        after = salient(" ".join(title), written(sentences))
    assert after["china"] >= before.get("china", 0)
    assert all(0 <= value <= 1 for value in after.values())
