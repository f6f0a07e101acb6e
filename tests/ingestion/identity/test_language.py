"""language: declared, unless the text contradicts; else detected. The titles are of our own making."""

import pytest
from hypothesis import given

from services.ingestion.identity.language import detect, language_of
from tests.bench.corpus import samples
from tests.strategies import news_text

TITLES = {
    "en": "Envoys meet in Doha to talk about the crossing at Torkham",
    "ur": "طورخم سرحد کھولنے کے لیے دوحہ میں سفیروں کی ملاقات",
    "ps": "د تورخم د پولې په اړه په دوحه کې د استازو لیدنه",
    "fa": "دیدار نمایندگان در دوحه برای بازگشایی گذرگاه تورخم",
    "ar": "المبعوثون يلتقون في الدوحة لبحث فتح معبر تورخم",
    "ru": "Посланники встретились в Дохе, чтобы обсудить переход Торхам",
    "hi": "तोरखम सीमा पर बातचीत के लिए दोहा में दूतों की बैठक",
    "zh": "特使在多哈会面讨论托尔哈姆口岸",
    "tg": "Намояндагон дар Душанбе дар бораи гузаргоҳ гуфтугӯ карданд",
    "kk": "Қазақстан мен Өзбекстан шекара туралы келісімге қол қойды",
    "ky": "Өкүлдөр Бишкекте чек ара боюнча жыйын өткөрдү",
    "uz": "Toshkentda chegara haqida muzokaralar bo‘lib o‘tdi va hujjat imzolandi",
    "tk": "Aşgabatda serhet barada gepleşikler geçirildi",
    "tr": "Elçiler sınır kapısı için Ankara'da bir araya geldi",
    "az": "Elçilər Bakıda sərhəd haqqında danışıqlar apardı",
    "uk": "Посланці зустрілися в Києві, щоб обговорити перехід",
    "de": "Die Gesandten trafen sich in Berlin und sprachen über die Grenze",
    "fr": "Les envoyés se réunissent à Paris pour parler de la frontière",
    "ug": "ئەلچىلەر ئۈرۈمچىدە چېگرا توغرىسىدا سۆزلەشتى",
    "sd": "سفيرن جي ڪراچي ۾ سرحد بابت ملاقات ٿي آهي",
    "ja": "特使がドーハで国境について会談した",
    "ko": "특사들이 도하에서 만났다",
    "bn": "দোহায় দূতদের বৈঠক",
}


@pytest.mark.parametrize("language", TITLES)
def test_a_title_tells_its_language(language: str) -> None:
    assert detect(TITLES[language]) == language
    assert language_of((None, None), TITLES[language], "") == (language, True)


@pytest.mark.parametrize("nothing", ["", "12:30 — 5%", "😀", "\ud800"])
def test_what_has_no_letters_has_no_language(nothing: str) -> None:
    assert language_of((None,), nothing, "") == (None, False)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ur-PK", "ur"), ("fa-AF", "fa"), ("prs", "fa"), ("ps", "ps"), ("ar-SA", "ar"), ("en-US", "en"), ("ru", "ru"),
        ("zh-Hant", "zh"), ("uz-Latn", "uz"), ("tg", "tg"), ("sd-Arab", "sd"), ("xx", "ur"), ("ja", "ja"),
    ],
)  # fmt: skip
def test_what_is_declared_is_kept_where_it_can_be_true(tag: str, language: str) -> None:
    assert language_of((tag,), TITLES[language], "") == (tag, False)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "ur"), ("en-US", "ru"), ("en", "zh"), ("ru", "en"), ("ur", "hi"), ("uz-Latn", "tg"),  # another script
        ("ar", "ur"), ("ar", "ps"), ("fa", "ur"), ("ur", "ar"), ("ru", "tg"), ("bg", "kk"),  # letters that it has not
    ],
)  # fmt: skip
def test_what_is_declared_wrongly_is_overruled(tag: str, language: str) -> None:
    assert language_of((tag,), TITLES[language], "") == (language, True)


def test_the_first_that_is_not_contradicted_is_believed() -> None:
    assert language_of((None, "en", "ur-PK"), TITLES["ur"], "") == ("ur-PK", False)
    assert language_of(("fa-AF", "ar"), TITLES["fa"], "") == ("fa-AF", False)


def test_few_letters_contradict_nobody() -> None:
    assert language_of(("en",), "کابل", "") == ("en", False)


def test_names_in_another_script_contradict_nobody() -> None:
    text = "The party, known as تحریک لبیک پاکستان, called for a march and the government refused to allow it."
    assert language_of(("en",), "March called", text) == ("en", False)


def test_roman_urdu_is_known_when_it_is_declared() -> None:
    assert language_of(("ur-Latn",), "Wazir-e-azam ne kaha hai ke baat cheet jari rahegi", "") == ("ur-Latn", False)


@given(news_text)
def test_no_text_breaks_it(text: str) -> None:
    found, detected = language_of(("en", None), text, text)
    assert detected == (found is not None and found != "en") or found == "en"


def test_real_titles_tell_their_language() -> None:
    given = samples()
    if not given:
        pytest.skip("the articles that lie beside the project are not here")
    right = [detect(one.title) == one.language for one in given]

    assert sum(right) >= 0.98 * len(given)
    assert all(detect(f"{one.title}\n{one.text}") == one.language for one in given)
