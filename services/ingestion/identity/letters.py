"""How languages look: their scripts, the letters that not all languages of a script have, their commonest words.

Only what tells languages apart stands here. Where two speak equally for a text the first is taken: each table begins
with the language of a text without any sign, and a smaller alphabet precedes a larger.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """One language in one script."""

    code: str
    """ISO 639-1, else 639-3."""
    letters: frozenset[str]
    """Its own among those by which the languages of the script differ."""
    words: frozenset[str]
    """Little words that stand in nearly every sentence."""
    begins: str = ""
    """How many of its other words begin; empty where nothing tells."""


_RANGES: Final = (
    (0x0041, 0x024F, "Latn"), (0x02BB, 0x02BC, "Latn"), (0x0370, 0x03FF, "Grek"), (0x0400, 0x052F, "Cyrl"),
    (0x0530, 0x058F, "Armn"), (0x0590, 0x05FF, "Hebr"), (0x0600, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"),
    (0x0780, 0x07BF, "Thaa"), (0x08A0, 0x08FF, "Arab"), (0x0900, 0x097F, "Deva"), (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"), (0x0A80, 0x0AFF, "Gujr"), (0x0B00, 0x0B7F, "Orya"), (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"), (0x0C80, 0x0CFF, "Knda"), (0x0D00, 0x0D7F, "Mlym"), (0x0D80, 0x0DFF, "Sinh"),
    (0x0E00, 0x0E7F, "Thai"), (0x0E80, 0x0EFF, "Laoo"), (0x0F00, 0x0FFF, "Tibt"), (0x1000, 0x109F, "Mymr"),
    (0x10A0, 0x10FF, "Geor"), (0x1100, 0x11FF, "Hang"), (0x1200, 0x139F, "Ethi"), (0x1780, 0x17FF, "Khmr"),
    (0x1800, 0x18AF, "Mong"), (0x1E00, 0x1EFF, "Latn"), (0x3040, 0x30FF, "Kana"), (0x3400, 0x9FFF, "Hani"),
    (0xAC00, 0xD7AF, "Hang"), (0xF900, 0xFAFF, "Hani"), (0xFB50, 0xFDFF, "Arab"), (0xFE70, 0xFEFC, "Arab"),
    (0x20000, 0x3FFFF, "Hani"),
)  # fmt: skip
"""Of Unicode's blocks, under the codes of ISO 15924."""
_STARTS: Final = [first for first, _, _ in _RANGES]

_ALONE: Final = {
    "Grek": "el", "Armn": "hy", "Hebr": "he", "Thaa": "dv", "Beng": "bn", "Guru": "pa", "Gujr": "gu", "Orya": "or",
    "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml", "Sinh": "si", "Thai": "th", "Laoo": "lo", "Tibt": "bo",
    "Mymr": "my", "Geor": "ka", "Hang": "ko", "Ethi": "am", "Khmr": "km", "Mong": "mn", "Kana": "ja", "Hani": "zh",
}  # fmt: skip
"""Scripts whose news is nearly all in one language."""

_SEVERAL: Final = {
    "Latn": """
        en  |               | the of to in and a an for on is with as at by from that are was has said will not
        fr  | àâçéèêëîïôûùœ | le la les de des du et en un une dans pour que qui sur au aux par pas est avec
        de  | äöüß          | der die und in den von zu das mit sich des auf für ist im dem nicht ein eine auch bei nach
        es  | áéíñóúü       | el la los las de del y en que un una por con para se al su
        it  | àèéìòù        | il lo la i gli le di del della e in un una che per con non si al dei
        pt  | áâãàçéêíóôõú  | o a os as de do da dos das e em um uma que para com não no na ao por
        nl  | ëï            | de het een en van in op te dat met voor is niet zijn aan
        pl  | ąćęłńóśźż     | i w na z do się nie że o za od po jest
        id  |               | yang dan di dengan untuk dari pada ini itu tidak akan dalam ke
        tr  | çğıöşüâî      | ve bir bu için ile da de olarak çok daha sonra olan
        az  | çəğıöşü       | və bir bu üçün ilə də da olan
        uz  | ʻʼ            | va bilan uchun bu ham bir ning haqida bo'yicha
        tk  | äçňöşüýž      | we bilen üçin barada boýunça bu bir hem
        """,
    "Cyrl": """
        ru  | ыэёъщ         | и в на не что с по за из к от для как о об до при его он они это после
        uk  | іїєґщ         | і в у на не що з по за із до від для як про та при його він це після
        be  | іўыэё         | і ў у на не што з па за да ад для як пра
        bg  | ъщ            | и в на не че с по за от за се да е са ще като при след
        sr  | ђјљњћџ        | и у на не што с по за од да се је су као при
        ky  | ңөүыэёъщ      | жана менен үчүн боюнча тууралуу деп бир бул болду
        kk  | әғқңөұүһіыэёъщ | және мен бен үшін бойынша туралы деп бір осы болды
        tg  | ғӣқӯҳҷэёъ     | ва дар ба аз ки бо барои ин он шуд аст то
        uz  | ўқғҳэёъ       | ва билан учун бу ҳам бир бўйича деб
        mn  | өүыэёъщ       | нь байна болон ба энэ юм гэж
        """,
    "Deva": """
        hi  | ़             | के में की है से ने का को और पर हैं कि यह भी कर था एक लिए गया हो इस
        mr  | ळ             | आणि आहे या च्या ने ला मध्ये होते आहेत हा ही हे की
        ne  |               | र को मा ले छ छन् का लागि गरेको भएको पनि हो
        """,
    "Arab": """
        fa  | پچژگکیكيأؤآ   | در و به از که این را با است برای آن می های شد خود تا کرد بر یک شده او اما نیز وی
        ar  | ةىأإكيؤآ      | في من على إلى الى أن عن مع هذا هذه التي الذي بعد قبل بين كان قال خلال ضد لا ما
        ur  | پچژگکیٹڈڑںےھہأؤآ | کے میں کی ہے سے نے کا کو اور پر ہیں کہ اس بھی کر تھا ایک لیے گیا یہ ہو
        ps  | پچژګگکيیكټډړږښڼېۍځڅےآ | د په چې کې او ته له سره یې دی شوي شوې نه وايي پر خپل هم ده دا چي کي كې
        sd  | پچژگيٻڀٺٽٿڄڃڇڌڏڊڍڙڦڪڳڱڻ۽۾آھ | ۾ ۽ جو جي جا کي ته آهي ان سان
        ug  | پچژگكيىېۇۆۈەڭۋھ | ۋە بىلەن ئۇ بۇ بىر ئۈچۈن
        ckb | پچژگکیێۆڕڵەڤھ | لە و بە بۆ کە لەگەڵ ئەو ئەم دا
        """,
}  # fmt: skip
"""Code, letters, words."""
_ARTICLE: Final = {"ar": "ال"}

LANGUAGES: Final[dict[str, tuple[Language, ...]]] = {
    **{script: (Language(code, frozenset(), frozenset()),) for script, code in _ALONE.items()},
    **{
        script: tuple(
            Language(code, frozenset(letters), frozenset(words.split()), _ARTICLE.get(code, ""))
            for code, letters, words in (map(str.strip, line.split("|")) for line in table.strip().splitlines())
        )
        for script, table in _SEVERAL.items()
    },
}
"""By script."""
TELLING_LETTERS: Final = {
    script: frozenset[str]().union(*(language.letters for language in languages))
    for script, languages in LANGUAGES.items()
}
"""By script: the letters that not all of its languages have."""

_ALSO_IN: Final = {
    "az": "Cyrl Arab", "kk": "Latn Arab", "ky": "Arab Latn", "ku": "Latn Arab", "tk": "Cyrl Arab", "uz": "Arab",
    "tg": "Arab", "sr": "Latn", "mn": "Mong Cyrl", "pa": "Arab", "sd": "Deva", "ks": "Arab Deva", "ja": "Hani",
    "prs": "Arab", "pnb": "Arab", "bal": "Arab", "tt": "Cyrl Latn", "ms": "Latn Arab",
}  # fmt: skip
"""Scripts that a language is written in besides those above."""
_SCRIPTS: Final = {
    code: frozenset(_ALSO_IN.get(code, "").split())
    | {script for script, languages in LANGUAGES.items() if any(language.code == code for language in languages)}
    for code in {*_ALSO_IN, *(language.code for languages in LANGUAGES.values() for language in languages)}
}


def script_of(character: str) -> str | None:
    """The script of a letter (ISO 15924); None where the tables do not know it."""
    code = ord(character)
    place = bisect_right(_STARTS, code) - 1
    return _RANGES[place][2] if place >= 0 and code <= _RANGES[place][1] else None


def scripts_of(tag: str) -> frozenset[str]:
    """The scripts that a BCP 47 tag allows: the one it names, else those of its language; none where unknown."""
    code, *subtags = tag.split("-")
    named = next((subtag.title() for subtag in subtags if len(subtag) == 4 and subtag.isalpha()), None)
    if named is not None:
        return frozenset({"Hani" if named in ("Hans", "Hant") else named})
    return _SCRIPTS.get(code.lower(), frozenset())
