import json
from pathlib import Path

import pytest

from schemas import Article, Source
from services.alerting.match.agencies import AGENCIES, agency_named
from services.alerting.match.credits import agency_of
from tests.alerting.examples import article

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "articles" / "dev.jsonl"


def of(text: str, *authors: str, outlet: str = "Dawn", source: str = "dawn") -> Article:
    source_of_it = Source(id=source, name=outlet)
    return article("A headline", text).model_copy(update={"authors": authors, "source": source_of_it})


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("KABUL (Reuters) - Officials said on Monday", "reuters"),
        ("By A. Reporter\nKABUL, Nov 24 (Reuters) - Officials said", "reuters"),
        ("KABUL, Afghanistan (AP) — Officials said", "ap"),
        ("ISLAMABAD, Nov 24 (APP): The minister said", "app"),
        ("New Delhi [India], November 24 (ANI): The minister said", "ani"),
        ("Vijayawada (AP), Nov 24 (PTI) The chief minister said", "pti"),
        ("BEIJING, Nov. 24 (Xinhua) -- China said", "xinhua"),
        ("KUWAIT, Nov 24 (KUNA) -- The minister said", "kuna"),
        ("Riyadh, November 24, SPA -- The minister said", "spa"),
        ("KABUL (Pajhwok): Officials said", "pajhwok"),
        ("ANKARA (AA) - Bakan açıkladı", "anadolu"),
        ("Kabul (dpa) - Bei einem Anschlag", "dpa"),
        ("TASHKENT, November 24. /TASS/. The minister said", "tass"),
        ("МОСКВА, 24 ноября. /ТАСС/. Министр заявил", "tass"),
        ("МОСКВА, 24 ноя - РИА Новости. Министр заявил", "ria-novosti"),
        ("Москва. 24 ноября. INTERFAX.RU - Министр заявил", "interfax"),
        ("Tehran, IRNA – The minister said", "irna"),
        ("تهران - ایرنا - سخنگوی وزارت", "irna"),
        ("کابل (رویترز) - مقامات گفتند", "reuters"),
        ("اسلام آباد (اے پی پی): وزیر نے کہا", "app"),
        ("नयी दिल्ली, 24 नवंबर (भाषा) मंत्री ने कहा", "pti"),
        ("नई दिल्ली, 24 नवंबर (आईएएनएस)। मंत्री ने कहा", "ians"),
        ("新华社喀布尔11月24日电(记者 某某)阿富汗", "xinhua"),
        ("He left on Tuesday. (AFP)", "afp"),
        ("He left on Tuesday. — Reuters", "reuters"),
        ("He left on Tuesday.\nSource: Xinhua", "xinhua"),
        ("وزیر منگل کو روانہ ہوئے۔ (اے ایف پی)", "afp"),
        ("منبع: تسنیم", "tasnim"),
        ("He left on Tuesday. PTI SKY MNK", "pti"),
        ("He left on Tuesday.\nAFP", "afp"),
    ],
)
def test_a_credit_at_the_beginning_or_the_end_names_the_agency(text: str, agency: str) -> None:
    assert agency_of(of(text)) == agency


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Reuters said that he left on Tuesday.", id="reported by an agency"),
        pytest.param("He said this to AFP", id="an interview"),
        pytest.param("A spokesman for the militants (AFP) - he gave no name - said", id="in the midst of a sentence"),
        pytest.param("The Taliban (TTP) - an armed group - said", id="another acronym"),
        pytest.param("AMARAVATI (AP): The chief minister said", id="a state of India"),
        pytest.param("FILE PHOTO: a street in Kabul. REUTERS/A. Photographer", id="a picture"),
        pytest.param("He spoke on Tuesday. (Photo by AFP)", id="a picture at the end"),
        pytest.param("He left on Tuesday. (AFP/Reuters)", id="two agencies: the desk's own text"),
        pytest.param("He left. (With inputs from ANI)", id="only in part"),
        pytest.param("Sputnik. A vaccine of that name was tested", id="a word that is also something else"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_names_an_agency_is_no_credit(text: str) -> None:
    assert agency_of(of(text)) is None


@pytest.mark.parametrize(
    ("authors", "agency"),
    [
        (("AFP",), "afp"),
        (("By A. Reporter, Associated Press",), "ap"),
        (("Reuters Staff",), "reuters"),
        (("Dawn.com | Reuters",), "reuters"),
        (("A. Reporter", "PTI"), "pti"),
        (("AFP", "Reuters"), None),
        (("Ap Singh",), None),
        (("Our Correspondent",), None),
    ],
)
def test_a_byline_may_name_the_agency(authors: tuple[str, ...], agency: str | None) -> None:
    assert agency_of(of("He left on Tuesday.", *authors)) == agency


def test_an_agency_credits_itself_unless_it_names_another() -> None:
    assert agency_of(of("He left.", outlet="Pajhwok Afghan News", source="pajhwok")) == "pajhwok"
    assert agency_of(of("He left.", outlet="Associated Press of Pakistan", source="app-english")) == "app"
    assert agency_of(of("KABUL (Reuters) - He left.", outlet="TASS", source="tass")) == "reuters"
    assert agency_of(of("He left.", outlet="Daily Sputnik Fans", source="dsf")) is None


def test_each_name_means_one_agency() -> None:
    assert {name: agency_named(name) for names in AGENCIES.values() for name in names} == {
        name: agency for agency, names in AGENCIES.items() for name in names
    }


@pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpora/articles is no part of the project, and is absent")
def test_credits_found_in_real_articles_stand_there_as_credits() -> None:
    """Read by hand: these and no others credit an agency at their beginning or end."""
    found = dict[str, str]()
    for line in filter(None, CORPUS.read_text(encoding="utf-8").split("\n")):
        one = json.loads(line)
        if agency := agency_of(of(one["text"][:150_000], outlet="Example", source="example")):
            found.setdefault(agency, "")
            found[agency] += f" {one['id']}"

    assert {agency: len(ids.split()) for agency, ids in found.items()} == {
        "reuters": 8, "afp": 1, "ap": 3, "xinhua": 4, "china-news-service": 2, "ria-novosti": 1
    }  # fmt: skip
