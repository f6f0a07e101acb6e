"""Phrases that no one should search for: too short, too common, or never to be found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from services.matching.acronyms import is_acronym
from services.matching.fold import code_points, fold_phrases, is_unspaced

_SHORTEST_STEM: Final = 3
_SHORTEST_STEM_IN_COMPANY: Final = 2
_MISPLACED_STAR: Final = re.compile(r"(?:^|\s)\*|\*(?=\w)")

_COMMON: Final = {
    "en": (
        "a about after all also an and any are as at be been before but by can could did do down first for "
        "from had has have he her his how i if in into is it its last like may more most new no not now of "
        "off on one only or other our out over own said say says she so some such than that the their them "
        "then there these they this those three time to two under up was we well were what when where which "
        "while who will with would year years you your"
    ),
    "ru": (
        "а без бы был была были было быть в во вот все всё где да для до его ее если есть ещё же за и из или "
        "их к как ко когда который кто мы на над не нет но о об он она они оно от по под после при с сказал "
        "со так также то только у уже что чтобы эта эти это этот я"
    ),
    "fa": (
        "از است این آن اند او با باید بر برای بود به بین پس پیش تا چه چون خود در دو را شد شده شود که کند کرد "
        "گفت می ما من نیز نه و هم همه هر های یا یک"
    ),
    "ur": (
        "اس اور ان انہوں ایک با بھی پر تو جب جس جو نے نہیں سے کا کو کی کے کر گئی گیا کہ کہا لیے میں مگر ہم ہو "
        "ہوئے ہیں ہے یہ وہ تھا تھی تھے"
    ),
    "ps": "ته تر په پر چې د دا دغه دی ده دي سره شو شي کې له لپاره نه او هم وايي ویل يو يې",
    "ar": ("في من إلى على عن مع هذا هذه ذلك التي الذي أن إن كان كانت قال قد لا ما لم هو هي أو ثم كل بعد قبل بين غير"),
    "hi": "का की के को में से है हैं था थे थी और यह वह ने पर भी नहीं कि एक हो कर",
    "turkic": "bir bu da de için ile olarak olan ve va bilan ham uchun bu shu",
    "zh": "的 了 在 是 我 有 和 不 他 我们 他们 这 那 一个 表示 以及 因为 所以 但是 可以 没有",
}


def objection_to(phrase: str, *, exact: bool) -> str | None:
    """Why a phrase is unfit to be searched for, with the fix; None where it is fit.

    Args:
        phrase: As written, with its wildcards.
        exact: It is found only in the capitals that it is written in.
    """
    return _objection(phrase, fold_phrases([phrase])[0], exact)


def objections(phrases: Sequence[tuple[str, bool]]) -> list[str | None]:
    """The same for many phrases, each with whether it is exact: they are folded all at once."""
    folded = fold_phrases([phrase for phrase, _ in phrases])
    return [_objection(phrase, one, exact) for (phrase, exact), one in zip(phrases, folded, strict=True)]


def _objection(phrase: str, folded: str, exact: bool) -> str | None:
    letters = folded.replace("*", "").strip()
    if not letters:
        return f"{phrase!r} has no letters or digits; write a word"
    if _MISPLACED_STAR.search(phrase):
        return f"{phrase!r}: '*' stands for the ending of a word; put it right after the last letter"
    shortest = _SHORTEST_STEM if " " not in folded else _SHORTEST_STEM_IN_COMPANY
    if any(word.endswith("*") and len(word) <= shortest for word in folded.split()):
        return f"{phrase!r}: a word needs at least {shortest} letters before '*'; write a longer stem"
    if len(letters) == 1:
        return f"{phrase!r} is a single letter; write a longer form"
    if len(letters) == 2 and not is_unspaced(code_points(letters)).all():
        if letters == letters.upper():
            return f"{phrase!r} is too short; write a longer form"
        if not exact:
            return f"{phrase!r} is too short to be found in any case; give it case: exact or write a longer form"
    if letters in _common_words() and not (exact and is_acronym(phrase)):
        return f"{phrase!r} is too common a word; write a longer form"
    return None


@cache
def _common_words() -> frozenset[str]:
    return frozenset(fold_phrases([word for words in _COMMON.values() for word in words.split()]))
