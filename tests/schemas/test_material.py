"""material: what makes a revision, in three scripts and more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import revision
from schemas.material import material
from tests.strategies import news_text

ENGLISH = 'Twelve soldiers were killed near Turbat, officials said. The army blamed the "BLA" — it gave no details.'
URDU = "تربت کے قریب 12 اہلکار ہلاک ہوئے، حکام نے بتایا۔ فوج نے بی ایل اے کو ذمہ دار ٹھہرایا۔"
RUSSIAN = "Под Турбатом погибли 12 военных, сообщили власти. Армия обвинила в нападении «БЛА»."
CHINESE = "官员称，图尔伯德附近有12名士兵丧生。"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (ENGLISH, ENGLISH.replace('"BLA"', "“BLA”").replace(" — ", " - ")),
        (ENGLISH, f"3 min read | 5 minutes ago\n{ENGLISH}"),
        (ENGLISH, f"{ENGLISH}\n12 comments"),
        (ENGLISH, f"{ENGLISH}\n1,204 views • 17 shares"),
        (ENGLISH, f"Updated 5 minutes ago\n{ENGLISH}"),
        (ENGLISH, f"Last updated: 24 November 2026, 10:30 GMT\n{ENGLISH}"),
        (ENGLISH, f"{ENGLISH}\nRead more: Ten days that shook Kabul"),
        (ENGLISH, ENGLISH.replace(". The", ".\n\n  The")),
        (ENGLISH, ENGLISH.replace("killed", "kil\u00adled").replace("Turbat", "\u200eTurbat\u200e")),
        (URDU, URDU.replace("، ", ", ").replace("۔", ".")),
        (URDU, f"5 منٹ پہلے\n{URDU}\n12 تبصرے"),
        (URDU, f"{URDU}\nمزید پڑھیں: کابل میں مذاکرات"),
        (URDU, URDU.replace("بی ایل اے", "بی\u200cایل\u200cاے")),
        (RUSSIAN, RUSSIAN.replace("«БЛА»", '"БЛА"')),
        (RUSSIAN, f"Обновлено 5 минут назад\n{RUSSIAN}\n12 комментариев | 340 просмотров"),
        (RUSSIAN, f"{RUSSIAN}\nЧитайте также: Переговоры в Кабуле"),
        (CHINESE, f"5分钟前\n{CHINESE}\n12条评论"),
        (CHINESE, CHINESE.replace("12名", " 12 名").replace("，", " ")),
        ("مقتل 12 جنديا قرب تربت", "مقتل 12 جنديا قرب تربت\n12 تعليق\nمنذ 5 دقائق"),
        ("در نزدیکی تربت ۱۲ سرباز کشته شدند", "در نزدیکی تربت ۱۲ سرباز کشته شدند\n۵ دقیقه پیش\n۱۲ نظر"),
        ("तुर्बत के पास 12 सैनिक मारे गए", "तुर्बत के पास 12 सैनिक मारे गए।\n5 मिनट पहले"),
    ],
)
def test_markup_punctuation_and_counters_make_no_revision(text: str, same: str) -> None:
    assert material(same) == material(text)
    assert revision("Title", same) == revision("Title", text)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (ENGLISH, ENGLISH.replace("Twelve", "Thirteen")),
        (ENGLISH, ENGLISH.replace("BLA", "BLF")),
        (ENGLISH, ENGLISH.replace("gave no", "gave")),
        ("He told us", "He told US"),
        ("It rose by 1.5 per cent", "It rose by 15 per cent"),
        ("It rose by 1.5 per cent", "It rose by 1/5 per cent"),
        ("The rate was -5%", "The rate was 5%"),
        ("The rate was 5%", "The rate was 5°"),
        ("Aid of $5m", "Aid of €5m"),
        ("The video had 12 views and 3 comments from Kabul", "The video had 13 views and 3 comments from Kabul"),
        ("3 soldiers", "4 soldiers"),
        ("Talks (12 killed)", "Talks (13 killed)"),
        (URDU, URDU.replace("12", "13")),
        (URDU, URDU.replace("بی ایل اے", "ٹی ٹی پی")),
        (RUSSIAN, RUSSIAN.replace("12", "13")),
        (RUSSIAN, RUSSIAN.replace("БЛА", "БЛФ")),
        (CHINESE, CHINESE.replace("12", "13")),
        ("تربت", "تربت ۱۲"),
        # a line that begins like a link and holds a paragraph
        (f"Read more: talks {ENGLISH * 2}", f"Read more: talks {ENGLISH * 2}".replace("BLA", "BLF")),
    ],
)
def test_a_changed_word_or_figure_is_a_revision(text: str, other: str) -> None:
    assert revision("Title", text) != revision("Title", other)
    assert revision(text, "Text") != revision(other, "Text")


def test_a_counter_beside_a_headline_is_none_of_it() -> None:
    assert revision("Talks in Kabul (12 comments)", "") == revision("Talks in Kabul [13 comments]", "")


_word = st.text("abcdefghijklmnopqrstuvwxyzабвاب中0123456789", min_size=1, max_size=8)


@given(st.lists(_word, min_size=1, max_size=20), st.data())
def test_every_word_counts(words: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words) - 1))
    changed = [*words[:place], words[place] + "x", *words[place + 1 :]]
    text = "Heute " + " ".join(words)
    assert material(text) != material("Heute " + " ".join(changed))


@given(news_text)
def test_no_text_breaks_it_and_blanks_never_count(text: str) -> None:
    assert material(text) == " ".join(material(text).split())
    assert material(f"  {text}\t") == material(text)
