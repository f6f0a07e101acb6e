"""Denied, long past and quoted mentions stay mentions, and say so."""

from time import process_time

import pytest
from hypothesis import given

from services.matching.document import Document
from services.matching.lexicon import Entry, Lexicon
from services.tagging.flags import Flags
from tests.strategies import news_text
from tests.tagging.desk import evidence, tagged


def flags(actor: str, text: str) -> list[tuple[str, ...]]:
    return [one.flags for one in evidence(actor, text)]


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ("taliban", "There were no Taliban fighters in the village."),
        ("ttp", "The party denied any link with the TTP."),
        ("pakistan", "Pakistan was not involved in the raid."),
        ("iran", "Police found no evidence of Iranian involvement."),
        ("russia", "The plan went ahead without Russia."),
        ("india", "Neither India nor its envoys were told."),
        ("taliban", "Это были не талибы, а местные жители."),
        ("ttp", "Партия не имеет связей с ТТП."),
        ("pakistan", "Договор подписали без участия Пакистана."),
        ("iran", "Он отрицает причастность Ирана."),
        ("taliban", "طالبان کا اس واقعے سے کوئی تعلق نہیں ہے۔"),
        ("india", "بھارت ملوث نہیں ہے۔"),
        ("taliban", "طالبان در این حمله نقشی نداشتند."),
        ("russia", "بدون روسیه این کار ممکن نیست."),
    ],
)
def test_a_denied_mention_is_negated(actor: str, text: str) -> None:
    assert flags(actor, text) == [("negated",)]


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ("taliban", "The Taliban denied any link with the blast."),
        ("pakistan", "There is no doubt Pakistan will answer."),
        ("russia", "Not only Russia but many others came."),
        ("india", "It is unclear whether or not India will come."),
        ("taliban", "Талибы не пришли на встречу."),
        ("pakistan", "Это не только Пакистан."),
        ("taliban", "طالبان نے کہا کہ وہ نہیں آئیں گے۔"),
        ("iran", "ایران گفت که نیرو نمی‌فرستد."),
    ],
)
def test_a_denial_of_something_else_is_no_flag(actor: str, text: str) -> None:
    assert set(flags(actor, text)) == {()}


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ("taliban", "In 2001 the Taliban lost the capital."),
        ("taliban", "The Taliban ruled the country in the 1990s."),
        ("russia", "During the 1980s Russian troops held the road."),
        ("hamid-karzai", "The treaty was signed by then-President Hamid Karzai."),
        ("taliban", "В 2001 году талибы оставили столицу."),
        ("afghanistan", "В 1990-х годах в Афганистане шла война."),
        ("taliban", "1990 کی دہائی میں طالبان اقتدار میں آئے۔"),
        ("pakistan", "سنہ 2005 میں پاکستان میں زلزلہ آیا۔"),
        ("taliban", "در سال ۱۳۸۰ طالبان پایتخت را ترک کردند."),
        ("afghanistan", "وفي عام 2001 دخلت القوات أفغانستان."),
        ("afghanistan", "2001年，阿富汗爆发战争。"),
    ],
)
def test_what_is_told_of_a_year_long_past_is_historical(actor: str, text: str) -> None:
    assert flags(actor, text) == [("historical",)]


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ("taliban", "The Taliban, who lost the capital in 2001, met envoys on Monday."),
        ("taliban", "In 2001 the road was built, but now the Taliban tax it."),
        ("taliban", "In 2025 the Taliban opened a bank."),
        ("pakistan", "Since 1947 Pakistan has had four constitutions."),
        ("iran", "Iran paid 2001 dollars for it."),
        ("china", "Then China closed its border."),
        ("pakistan", "С 1947 года Пакистан сменил три конституции."),
        ("taliban", "طالبان نے 2001 روپے جرمانہ لیا۔"),
    ],
)
def test_what_lasts_or_is_told_of_now_is_not_historical(actor: str, text: str) -> None:
    assert set(flags(actor, text)) == {()}


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ("pakistan", "He said: “We told Pakistan about the road twice.”"),
        ("pakistan", '"We told Pakistan about the road twice," he said.'),
        ("pakistan", "Он сказал: «Мы дважды говорили Пакистану об этой дороге»."),
        ("pakistan", "انہوں نے کہا: ”ہم نے پاکستان کو سڑک کے بارے میں بتایا تھا“۔"),
        ("pakistan", "او گفت: «ما دو بار درباره این راه با پاکستان حرف زدیم»."),
        ("pakistan", "他说：“我们已经两次就这条道路的情况以及后续安排向巴基斯坦方面作了详细说明。”"),
    ],
)
def test_what_stands_in_a_quotation_is_quoted(actor: str, text: str) -> None:
    assert flags(actor, text) == [("quoted",)]


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        ("taliban", "Движение «Талибан» закрыло дорогу."),
        ("taliban", 'The so-called "Taliban" closed the road.'),
        ("pakistan", "“We saw it all,” he said. Pakistan has not answered. “We wait for its word.”"),
        ("pakistan", 'A mark " that nobody closed stands before Pakistan and its neighbours.'),
    ],
)
def test_a_name_in_quotation_marks_and_what_stands_between_quotations_is_not(actor: str, text: str) -> None:
    assert set(flags(actor, text)) == {()}


def test_a_mention_may_carry_several() -> None:
    assert flags("taliban", "“In 2001 there were no Taliban in our valley,” he said.") == [
        ("negated", "historical", "quoted")
    ]


def test_what_was_long_ago_depends_on_when_the_article_was_written() -> None:
    document = Document("", "In 2001 it rained in Herat.")
    hint = Lexicon([Entry("year", "2001")]).find(document)[0].occurrence
    mention = hint._replace(start=document.joined.index("Herat"), end=len(document.joined) - 1)
    assert Flags(document, [("historical", hint)], 2026).of(mention) == ("historical",)
    assert Flags(document, [("historical", hint)], 2002).of(mention) == ()


@given(news_text)
def test_no_text_breaks_it(text: str) -> None:
    assert all(
        set(one.flags) <= {"negated", "historical", "quoted"} for tag in tagged(text).actors for one in tag.evidence
    )


@pytest.mark.parametrize("unit", ['"Pakistan" ', "“Pakistan ", "in 2001 Pakistan ", "no Pakistan, not ", "«"])
def test_a_long_text_takes_seconds(unit: str) -> None:
    started = process_time()
    tagged(unit * (200_000 // len(unit)))
    assert process_time() - started < 10  # what grows with the square of the length takes minutes
