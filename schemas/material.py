"""What of an article's words is material: what must be equal for two readings to be the same revision. Pure.

In this order:
1. compatibility forms become plain (Unicode, NFKC); marks that only steer the display go, the non-joiner parts words;
2. of each line the parts between | · • that only count go ("12 comments", "3 min read", "Updated 5 minutes ago": all
   their words are numbers and words of counting), also in brackets at the end of a line; a line that leads elsewhere
   goes ("Read more: ...");
3. punctuation and symbols part words and are nothing else, but between two digits they stay (1.5 is not 1/5), and so do
   a minus before a number, the plus, per cent, degree and currency signs;
4. blanks are one blank, and none beside scripts that are written without them.

Case stays, digits stay, every word of a sentence stays: a changed name or figure is another revision.
"""

import re
import unicodedata
from functools import cache
from typing import Final

_NON_JOINER: Final = "\u200c"
_TATWEEL: Final = "ـ"
_DASHES: Final = re.compile("[‐‑‒–—―−]")
_STOPS: Final = re.compile(r"(?:[.,:/٫٬-](?<!\d.(?=\d))(?<!(?<!\S)-(?=\d)))+")
"""Punctuation that parts words unless it stands between two digits, or is the minus before a number."""
_PARTING_ASCII: Final = dict.fromkeys(map(ord, "\"#&'()*;<=>?@[\\]^`{|}~!"), " ")
_LONGEST_COUNTER: Final = 120
_LONGEST_LINK: Final = 160
"""In characters: feeds also glue such a link and a paragraph into one line."""
_PARTS: Final = re.compile(r"[|·•]")
_BRACKETED: Final = re.compile(r"[(\[]([^()\[\]]{1,60})[)\]]\s*$")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u064b-\u0652])*|\d+")
_UNSPACED: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_NEEDLESS_BLANK: Final = re.compile(f"(?<=[{_UNSPACED}]) | (?=[{_UNSPACED}])")


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


_COUNTED: Final = _words("""
    comment comments reply replies view views share shares like likes read reads reading ago updated update published
    комментарий комментария комментариев комментарии просмотр просмотра просмотров просмотры лайк лайка лайков репост
    репоста репостов назад обновлено опубликовано чтения чтение
    تبصرہ تبصرے ویوز شیئر شیئرز لائیکس پہلے اپڈیٹ پڑھنے
    نظر دیدگاه بازدید پیش مطالعه بروزرسانی
    تبصرې مخکې
    تعليق تعليقا تعليقات مشاهدة مشاهدات مشاركة مشاركات منذ تحديث للقراءة قراءة
    टिप्पणी टिप्पणियाँ टिप्पणियां व्यू व्यूज शेयर लाइक पहले अपडेट अपडेटेड पढ़ने
    评论 条评论 浏览 浏览量 次浏览 阅读 阅读量 次阅读 点赞 转发 分享 更新 更新于 分钟前 小时前 天前
""")
"""What is counted, or says that a time is told."""
_AROUND_COUNTS: Final = _words("""
    no a an one last on at to of and time min mins minute minutes hour hours hr hrs day days week weeks month months
    second seconds just now k m am pm gmt utc est edt ist pkt
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    нет время на минута минуту минуты минут мин час часа часов день дня дней неделю недели недель тыс в
    منٹ گھنٹہ گھنٹے گھنٹوں دن آخری اپ ڈیٹ کا وقت کوئی نہیں
    دقیقه ساعت روز هفته ماه آخرین زمان هزار
    دقیقې ساعته ورځې
    دقيقة دقائق ساعة ساعات يوم أيام آخر مدة لا توجد
    मिनट घंटा घंटे दिन का समय कोई नहीं
    次 条 年 月 日 分钟 小时 时间 万 暂无
""")
"""What may stand around that and says nothing else."""
_LEADS_ELSEWHERE: Final = re.compile(
    r"""\W* (?: (?:read|see|watch) \s (?:more|also|next) | also \s read | related (?:\s (?:articles?|stories|news))?
    | more \s on \s this | recommended | читайте \s (?:также|ещё|еще) | читать \s также | смотрите \s также | по \s теме
    | مزید \s پڑھیں | یہ \s بھی \s پڑھیں | بیشتر \s بخوانید | همچنین \s بخوانید | مطالب \s مرتبط | دا \s هم \s ولولئ
    | اقرأ \s (?:أيضا|أيضاً|المزيد) | شاهد \s أيضا | (?:यह|ये|इसे) \s भी \s पढ़ें
    | 延伸阅读 | 相关(?:阅读|报道|新闻) ) \s* [:：|]""",
    re.VERBOSE | re.IGNORECASE,
)
"""Outlets' own words before a link to another article."""


def material(text: str) -> str:
    """The material words of a title or a text, between single blanks."""
    plain = text if text.isascii() else _plain(text)
    lines = [_without_counters(line) for line in plain.splitlines() if not _leads_elsewhere(line)]
    words = " ".join(_parted("\n".join(lines)).split())
    for stop in (", ", ". ", ": "):  # nearly all of them, at once
        words = words.replace(stop, " ")
    words = " ".join(_STOPS.sub(" ", words).split())
    return _NEEDLESS_BLANK.sub("", words) if _IS_UNSPACED.search(words) else words


def _plain(text: str) -> str:
    marks = _display_marks()
    return _DASHES.sub("-", marks.sub("", unicodedata.normalize("NFKC", text).replace(_NON_JOINER, " ")))


def _parted(text: str) -> str:
    return text.translate(_PARTING_ASCII) if text.isascii() else _parting().sub(" ", text)


def _leads_elsewhere(line: str) -> bool:
    return len(line) <= _LONGEST_LINK and _LEADS_ELSEWHERE.match(line) is not None


def _without_counters(line: str) -> str:
    if line.endswith((")", "]")) and (bracketed := _BRACKETED.search(line)) and _only_counts(bracketed.group(1)):
        line = line[: bracketed.start()]
    if len(line) > _LONGEST_COUNTER:
        return line
    return " ".join(part for part in _PARTS.split(line) if not _only_counts(part))


def _only_counts(part: str) -> bool:
    words = [word for word in _WORD.findall(part.casefold()) if not word.isdigit()]
    return any(word in _COUNTED for word in words) and all(word in _COUNTED or word in _AROUND_COUNTS for word in words)


def _of_category(*categories: str) -> str:
    """All characters of the basic plane of these kinds; none of them has a meaning of its own in a pattern."""
    return "".join(chr(code) for code in range(0x80, 0x10000) if unicodedata.category(chr(code)) in categories)


@cache
def _display_marks() -> re.Pattern[str]:
    """Format characters (soft hyphen, joiner, direction marks) and the tatweel."""
    return re.compile(f"[{_TATWEEL}{_of_category('Cf')}]")


@cache
def _parting() -> re.Pattern[str]:
    """What parts words and belongs to no figure."""
    return re.compile(rf"[^\w\s.,:/\-٫٬+±%‰٪°${_of_category('Mn', 'Mc', 'Sc')}]+")
