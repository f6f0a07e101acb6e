"""The words by which languages count victims: which word counts what.

A `Counting` is searched for by the engine. `voice` says where its number stands:

| voice | number | example |
|---|---|---|
| verb | before it, if a sign shows that they suffer it, or after it | 12 men were killed; killed 12 men |
| done | before it | 12 men died |
| state | before it, if a sign shows that no noun follows | left 12 men dead |
| doing | after it | killing 12 men |
| both | before or after it | 12 человек погибли; погибли 12 человек |
| toll | after it and one of the words that lead to a level | death toll rises to 45 |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from services.tagging.words import keys

Voice = Literal["verb", "done", "state", "doing", "both", "toll"]


@dataclass(frozen=True, slots=True)
class Counting:
    """A word or phrase that counts people."""

    text: str
    kind: str
    voice: Voice
    language: str
    people: frozenset[str] = field(default=frozenset(), compare=False)
    """Where it is said of things too: the beginnings of nouns for people, one of which must be counted."""


_PEOPLE_EN: Final = (
    "militant terrorist insurgent fighter soldier troop people person men man gunmen rebel attacker bomber commander "
    "civilian khariji khwarij khawarij suspect personnel policemen officer"
)
_PEOPLE_RU: Final = "боевик террорист военн солдат человек людей бандит экстремист участник исламист мирн талиб"

_COUNTINGS: Final[Mapping[str, tuple[tuple[str, Voice, str], ...]]] = {
    "en": (
        ("killed", "verb", "killed, slain, gunned down, shot dead, massacred, beheaded, executed, assassinated"),
        ("killed", "verb", "martyred"),
        ("killed", "done", "died, perished, lost their lives, embraced martyrdom, attained martyrdom"),
        ("killed", "state", "dead"),
        ("killed", "doing", (
            "kills, killing, killing of, killings of, deaths of, death of, claimed the lives of, martyrdom of"
        )),
        ("killed", "toll", "death toll"),
        ("injured", "verb", "injured, wounded"),
        ("injured", "state", "hurt"),
        ("injured", "doing", "injuring, wounding, injures, wounds"),
        ("injured", "done", "sustained injuries, suffered injuries, received injuries"),
        ("arrested", "verb", "arrested, detained, apprehended, rounded up"),
        ("arrested", "doing", "arresting, detaining, arrest of, arrests of, apprehending"),
        ("missing", "state", "missing, unaccounted for"),
        ("missing", "done", "went missing, remain missing, remained missing, still missing"),
        ("displaced", "verb", "displaced"),
        ("displaced", "doing", "displacing"),
        ("displaced", "done", "fled their homes"),
        ("kidnapped", "verb", "kidnapped, abducted"),
        ("kidnapped", "done", "taken hostage"),
        ("kidnapped", "doing", "kidnapping, abducting, abduction of, kidnapping of"),
        ("surrendered", "done", "surrendered, laid down their arms"),
        ("deported", "verb", "deported"),
        ("deported", "doing", "deporting, deportation of"),
    ),
    "ru": (
        ("killed", "both", "погибли, погиб, погибло, убиты, убит, убито, скончались, погибшими"),
        ("killed", "doing", "убили, убил, убийстве, унес жизни, унесла жизни, унесли жизни, унесло жизни"),
        ("killed", "toll", "число погибших, число жертв, количество погибших"),
        ("injured", "both", "ранены, ранен, ранено, пострадали, пострадал, пострадало"),
        ("injured", "done", "получили ранения, получили травмы"),
        ("injured", "doing", "ранили"),
        ("injured", "toll", "число раненых, число пострадавших"),
        ("arrested", "both", "задержаны, задержано, арестованы, арестовано"),
        ("arrested", "doing", "задержали, арестовали, задержании"),
        ("missing", "both", "пропали без вести"),
        ("kidnapped", "both", "похищены, похищено"),
        ("kidnapped", "doing", "похитили"),
        ("surrendered", "both", "сдались"),
        ("deported", "both", "депортированы, депортировано, выдворены"),
        ("deported", "doing", "депортировали, выдворили"),
    ),
    "ur": (
        ("killed", "done", "ہلاک, جاں بحق, جاں بحق ہو, شہید, جان سے گئے, مارے گئے, مارے جا, قتل, لقمہ اجل"),
        ("killed", "done", "کشته, جان باختند, جان خود را از دست دادند, جان باخته, به شهادت رسیدند, جان باختن"),
        ("killed", "done", "وژل شوي, وژل شوی, مړه شوي, مړه, ووژل شول, وژل شوي دي, شهیدان"),
        ("injured", "done", "زخمی, زخمي, مجروح, ټپیان, ټپي, ژوبل"),
        ("arrested", "done", "گرفتار, بازداشت, دستگیر, نیول شوي, ونیول شول"),
        ("missing", "done", "لاپتہ, ناپدید, مفقود, ورک"),
        ("displaced", "done", "بے گھر, نقل مکانی پر مجبور, آواره, بی جا, بې ځایه"),
        ("kidnapped", "done", "اغوا, ربوده شدند, ربوده, تښتول شوي"),
        ("surrendered", "done", "ہتھیار ڈال, تسلیم شدند"),
        ("deported", "done", "ملک بدر, ڈی پورٹ, اخراج"),
    ),
    "hi": (
        ("killed", "done", (
            "मारे गए, मारा गया, मारे गये, मार गिराया, मार गिराए, की मौत, की जान गई, की हत्या, शहीद, ढेर, हलाक"
        )),
        ("injured", "done", "घायल, ज़ख़्मी, ज़ख्मी, जख्मी"),
        ("arrested", "done", "गिरफ़्तार, गिरफ्तार"),
        ("missing", "done", "लापता"),
        ("displaced", "done", "विस्थापित, बेघर"),
        ("kidnapped", "done", "अगवा, का अपहरण, अपहृत"),
        ("surrendered", "done", "ने आत्मसमर्पण"),
        ("deported", "done", "निर्वासित, डिपोर्ट"),
    ),
    "ar": (
        ("killed", "doing", "مقتل, قتل, وقتل, قتلوا, استشهاد, مصرع, وفاة"),
        ("injured", "doing", "إصابة, جرح, وجرح, أصيب"),
        ("arrested", "doing", "اعتقال, اعتقلت, القبض على"),
        ("missing", "doing", "فقدان"),
        ("kidnapped", "doing", "اختطاف, خطف"),
        ("displaced", "doing", "نزوح, تشريد"),
        ("deported", "doing", "ترحيل"),
    ),
}  # fmt: skip

_OF_THINGS_TOO: Final[Mapping[str, tuple[tuple[str, Voice, str], ...]]] = {
    "en": (
        ("killed", "verb", "neutralised, neutralized, eliminated, liquidated"),
        ("killed", "doing", "eliminating, neutralising, neutralizing"),
    ),
    "ru": (
        ("killed", "both", "уничтожены, уничтожено, ликвидированы, нейтрализованы"),
        ("killed", "doing", "уничтожили, ликвидировали"),
    ),
}  # fmt: skip
_PEOPLE: Final = {"en": keys(_PEOPLE_EN), "ru": keys(_PEOPLE_RU)}


def _countings() -> Iterator[Counting]:
    for table, people in ((_COUNTINGS, {}), (_OF_THINGS_TOO, _PEOPLE)):
        for language, groups in table.items():
            for kind, voice, listed in groups:
                for text in listed.split(", "):
                    yield Counting(text, kind, voice, language, people.get(language, frozenset()))


COUNTINGS: Final = tuple(dict.fromkeys(_countings()))
"""What the engine searches for."""
