"""Bylines, credits, outlets' own names and links name nobody."""

from time import process_time

import pytest
from hypothesis import given

from services.matching.document import Document
from services.tagging.zones import merged, silent
from tests.strategies import news_text
from tests.tagging.desk import named


@pytest.mark.parametrize(
    "text",
    [
        "By Ashraf Ghani\nThe road was closed by snow.",
        "The road was closed by snow.\nReporting by Imran Khan in Peshawar; editing by Ali Khamenei",
        "(Additional reporting by Asif Zardari)",
        "Автор: Ашраф Гани\nДорогу закрыл снег.",
        "تحریر: عمران خان\nبرف کے باعث سڑک بند ہو گئی۔",
        "نویسنده: اشرف غنی\nجاده بسته شد.",
    ],
)
def test_a_byline_names_nobody(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "A bridge under snow. (Photo: Russian Foreign Ministry)",
        "A bridge under snow. Photo by US Navy",
        "Image credit: Kremlin\nThe road was closed.",
        "Снежная дорога. Фото: МИД России",
        "سڑک پر برف۔ تصویر: پاکستان آرمی",
        "عکس: وزارت خارجه روسیه\nجاده بسته شد.",
        "图片来源：俄罗斯外交部\n道路封闭。",
    ],
)
def test_a_photo_credit_names_nobody(text: str) -> None:
    assert named(text) == set()


def test_a_caption_names_whom_it_shows() -> None:
    assert named("Taliban guards at a gate in Herat. (Photo: The Desk)") == {"taliban", "herat"}


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("The Voice of America and the Times of India covered it.", "The Desk"),
        ("Kabul Star has learned that the bridge is closed.", "Kabul Star"),
        ("Голос Америки сообщил о снегопаде.", "The Desk"),
        ("وائس آف امریکہ نے برف باری کی خبر دی۔", "The Desk"),
        ("صدای آمریکا از برف خبر داد.", "The Desk"),
    ],
)
def test_an_outlets_own_name_names_nobody(text: str, outlet: str) -> None:
    assert named(text, outlet=outlet) == set()


def test_an_outlet_that_is_an_actor_is_one() -> None:
    assert named("The Kremlin has published the text.", outlet="Kremlin") == {"russia"}


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is closed.\nRead more: Taliban ban music in Herat",
        "The bridge is closed. ALSO READ: Pakistan army chief visits Quetta",
        "The bridge is closed.\nRelated stories\nTaliban ban music in Herat\nPakistan shuts Torkham\n",
        "The bridge is closed.\nRelated articleTaliban ban music",
        "The bridge is closed.\nTags: Taliban, Pakistan, TTP",
        "Subscribe to our Afghanistan newsletter\nThe bridge is closed.",
        "Follow us on X for news of Pakistan and India.",
        "Дорога закрыта.\nЧитайте также: Талибан запретил музыку в Герате",
        "Дорога закрыта.\nПодписывайтесь на наш канал о России",
        "سڑک بند ہے۔\nیہ بھی پڑھیں: طالبان نے ہرات میں موسیقی پر پابندی لگا دی",
        "جاده بسته است.\nبیشتر بخوانید: طالبان موسیقی را در هرات ممنوع کرد",
        "الطريق مغلق.\nاقرأ أيضا: طالبان تحظر الموسيقى في هرات",
        "सड़क बंद है।\nये भी पढ़ें: तालिबान ने हेरात में संगीत पर रोक लगाई",
        "道路封闭。\n相关阅读：塔利班禁止音乐",
        "The bridge is closed. See https://news.example/pakistan/taliban-bridge or ask @MFA_Russia today.",
    ],
)
def test_a_link_block_names_nobody(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    ("text", "named_here"),
    [
        ("Read more: Taliban ban music\nThe TTP denied it.", {"ttp"}),
        ("Related stories\nTaliban ban music\nThe TTP denied it on Monday.", {"ttp"}),
        ("Photos show Taliban guards at the gate.", {"taliban"}),
        ("By Friday the Taliban had left.", {"taliban"}),
        ("Watch towers rose along the Durand Line.", {"durand-line"}),
        ("He wrote to a friend by hand. Pakistan said nothing.", {"pakistan"}),
    ],
)
def test_what_follows_or_only_looks_like_one_is_read(text: str, named_here: set[str]) -> None:
    assert named(text) == named_here


@given(news_text, news_text)
def test_silent_parts_lie_apart_inside_the_document(title: str, text: str) -> None:
    document = Document(title, text)
    spans = silent(document, [])
    assert spans == merged(spans)
    assert all(0 <= start <= end <= len(document.joined) for start, end in spans)


@pytest.mark.parametrize("unit", ["Read more: a\n", "Photo: ", "By A", "a@b.", "https://", "(Photo by ", "* "])
def test_a_long_text_of_such_parts_takes_seconds(unit: str) -> None:
    started = process_time()
    named(unit * (200_000 // len(unit)))
    assert process_time() - started < 10  # what grows with the square of the length takes minutes
