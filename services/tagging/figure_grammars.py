"""What may stand around the numbers of a language: number words, bounds, auxiliaries, units, and what refuses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from services.tagging.words import key, keys, phrases

Bound = Literal["least", "most", "about"]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What stands around the numbers of a language, as keys of words."""

    numerals: Mapping[str, int]
    """Number words that add up: twenty, five."""
    scales: Mapping[str, int]
    """Number words that multiply: hundred, million."""
    bounds: Mapping[tuple[str, ...], Bound]
    """What a number is given as, before it or after it."""
    ands: frozenset[str]
    """Words that join two of a kind."""
    ranges: frozenset[str]
    """Words between the lowest and the highest: 10 to 15, between 10 and 15."""
    links: frozenset[str]
    """Words between the noun and the word that counts: were, have been."""
    signs: frozenset[str]
    """Words after the word that counts which show that it is complete: in, by."""
    stops: frozenset[str]
    """Words that no noun phrase goes over."""
    units: frozenset[str]
    """Words that make a number one of time, distance or money."""
    refused: frozenset[str]
    """Words before a number that make it a date, a name, a part, or nothing."""
    doubts: frozenset[str]
    """Words up to three before the figure that deny it, or leave it open."""
    denials: frozenset[str]
    """Words anywhere before the figure that deny it."""
    denied: frozenset[str] = frozenset()
    """Words after it that deny it."""
    between: frozenset[str] = frozenset()
    """Words before a range whose two ends an "and" joins."""
    noun: int = 5
    """Words that a noun phrase after a number may have."""
    levels: frozenset[str] = frozenset()
    """Words between "death toll" and its number."""


def _numerals(*listed: str) -> dict[str, int]:
    """`"1 one"`: the value, then the words for it."""
    return {key(word): int(value) for line in listed for value, *words in (line.split(),) for word in words}


def _bounds(least: str, most: str, about: str) -> dict[tuple[str, ...], Bound]:
    named: tuple[tuple[Bound, str], ...] = (("least", least), ("most", most), ("about", about))
    return {phrase: bound for bound, listed in named for phrase in phrases(listed.split(", "))}


_TENS: Final = tuple(enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2))
_DIGITS: Final = tuple(enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), 1))

_ENGLISH: Final = Grammar(
    numerals=_numerals(
        "1 one", "2 two", "3 three", "4 four", "5 five", "6 six", "7 seven", "8 eight", "9 nine", "10 ten",
        "11 eleven", "12 twelve", "13 thirteen", "14 fourteen", "15 fifteen", "16 sixteen", "17 seventeen",
        "18 eighteen", "19 nineteen", "20 twenty", "30 thirty", "40 forty", "50 fifty", "60 sixty", "70 seventy",
        "80 eighty", "90 ninety",
        *(f"{10 * tens + one} {word}-{digit}" for tens, word in _TENS for one, digit in _DIGITS),
    ),
    scales=_numerals("12 dozen", "100 hundred", "1000 thousand", "100000 lakh", "1000000 million mln"),
    bounds=_bounds(
        "at least, more than, over, no fewer than, no less than, not less than, a minimum of, upwards of, atleast",
        "at most, up to, as many as, no more than, not more than, fewer than, less than, a maximum of, under",
        "about, around, nearly, almost, some, approximately, roughly, an estimated, close to, just over, just under",
    ),
    ands=keys("and or"),
    ranges=keys("to and"),
    links=keys(
        "was were is are be been being has have had got reportedly also feared confirmed reported found left lay "
        "subsequently later then brutally already still allegedly officially shot"
    ),
    signs=keys(
        "in on at by to during after when while as near and or from outside inside over since amid following across "
        "around along according with including this last today yesterday tonight so before within at "
        "monday tuesday wednesday thursday friday saturday sunday overnight under for but because due through "
        "throughout between among every each per"
    ),
    stops=keys(
        "a an in on at by to for with during after before when while as near and or but if that which who whom whose "
        "this these those it its he she they we i you is are was were be been being has have had do does did not no "
        "than then over under about into out up off since until between against during including what where so "
        "said says say told killed injured wounded hurt monday tuesday wednesday thursday friday saturday sunday "
        "today yesterday could would may might should must will can also there their his her our amid outside inside "
        "across last this following because due via per dozens hundreds thousands scores several many few "
        "more least through"
    ),
    units=keys(
        "percent per cent pc year years year-old day days month months week weeks hour hours minute minutes "
        "second seconds "
        "km kms kilometre kilometres kilometer kilometers mile miles metre metres meter meters kg kilograms "
        "tonnes tons "
        "dollar dollars rupee rupees euro euros pounds yards feet am pm a.m p.m times points goals runs "
        "wickets crore "
        "billion bn trillion years-old o'clock degrees acres hectares cases incidents attacks occasions rounds "
        "january february march april may june july august september october november december"
    ),
    refused=keys(
        "since year age aged no number article section day week phase group chapter level round rs pkr usd "
        "january february march april june july august september october november december jan feb mar apr "
        "jun jul aug "
        "sep sept oct nov dec every any each first last past next half top highway route flight room unit "
        "battalion brigade division regiment class grade size version season episode several"
    ),
    doubts=keys(
        "no not never n't nobody none neither didn't don't wasn't weren't hasn't haven't could would might "
        "may should if unless"
    ),
    denials=keys("denied denies deny denying refuted refutes disputed disputes dismissed rejected rejects false"),
    denied=keys("false baseless untrue fake fabricated incorrect"),
    between=keys("between"),
    levels=keys(
        "to at of reached reaches reach hit hits hitting passes passed past exceeds exceeded exceed topped "
        "tops crosses crossed surpassed surpasses nears neared now stood was is"
    ),
)  # fmt: skip

_RUSSIAN: Final = Grammar(
    numerals=_numerals(
        "1 один одна одного одну", "2 два две двое двух двоих",
        "3 три трое трех троих", "4 четыре четверо четырех четверых",
        "5 пять пятеро пяти пятерых", "6 шесть шестеро шести шестерых",
        "7 семь семеро семи семерых", "8 восемь восьмеро восьми",
        "9 девять девяти", "10 десять десяти", "11 одиннадцать одиннадцати", "12 двенадцать двенадцати",
        "13 тринадцать тринадцати", "14 четырнадцать четырнадцати",
        "15 пятнадцать пятнадцати", "16 шестнадцать шестнадцати",
        "17 семнадцать семнадцати", "18 восемнадцать восемнадцати",
        "19 девятнадцать девятнадцати", "20 двадцать двадцати",
        "30 тридцать тридцати", "40 сорок сорока", "50 пятьдесят пятидесяти", "60 шестьдесят шестидесяти",
        "70 семьдесят семидесяти", "80 восемьдесят восьмидесяти", "90 девяносто девяноста", "100 сто ста",
    ),
    scales=_numerals("1000 тысяча тысячи тысяч тыс", "1000000 миллион миллиона миллионов млн"),
    bounds=_bounds(
        "по меньшей мере, не менее, более, больше, свыше, как минимум, минимум, не меньше, более чем",
        "до, не более, не больше, менее, максимум",
        "около, почти, примерно, приблизительно, порядка",
    ),
    ands=keys("и"),
    ranges=keys("до"),
    links=keys("были был было была также еще уже оказались оказалось стали сразу"),
    signs=frozenset(),
    stops=keys(
        "в на с и а но из по за у о об от для при после во со к ко что как где когда также под над перед между через "
        "были был было была его ее их который которые которых этом этого это не ни сообщил сообщили сообщает заявил "
        "заявили еще уже том числе если чем более менее до около почти около десятки сотни тысячи несколько "
        "получили были"
    ),
    units=keys(
        "процент процента процентов год года лет годов день дня дней месяц месяца месяцев неделя недели "
        "недель час часа часов "
        "минут минуты минуту км километров километра километрах метров метра рублей рубля долларов доллара "
        "евро тонн раз раза "
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря случаев случая атак"
    ),
    refused=keys(
        "№ номер году года статья статьи статье каждый каждого лет января февраля марта апреля мая июня июля "
        "августа сентября октября ноября декабря"
    ),
    doubts=keys("не ни нет могли мог бы если"),
    denials=keys("опроверг опровергли опровергла опровергает отрицает отрицают отрицал отрицали опровергают"),
    denied=keys("ложь опровергли опроверг опровергла"),
    levels=keys("до составило составляет достигло превысило возросло выросло увеличилось — -"),
)  # fmt: skip

_URDU_PERSIAN_PASHTO: Final = Grammar(
    numerals=_numerals(
        "1 ایک یک یو یوه", "2 دو دوه", "3 تین سه درې",
        "4 چار چهار څلور", "5 پانچ پنج پنځه", "6 چھ شش شپږ", "7 سات هفت اووه",
        "8 آٹھ هشت اته", "9 نهه", "10 دس لس", "11 گیارہ یازده یوولس", "12 بارہ دوازده دولس", "13 تیرہ سیزده دیارلس",
        "14 چودہ چهارده څوارلس", "15 پندرہ پانزده پنځلس",
        "16 سولہ شانزده شپاړس", "17 سترہ هفده اوولس", "18 اٹھارہ هجده اتلس",
        "19 انیس نوزده نولس", "20 بیس بیست شل", "30 تیس دېرش", "40 چالیس چهل څلوېښت", "50 پچاس پنجاه پنځوس",
        "60 ساٹھ شصت شپېته", "70 هفتاد اویا", "80 هشتاد اتیا", "90 نوے نود نوي",
    ),
    scales=_numerals("100 صد", "1000 ہزار هزار زره", "100000 لاکھ", "1000000 ملین میلیون ملیون میلیونه"),
    bounds=_bounds(
        "کم از کم, کم سے کم, دست کم, دستکم, حداقل, لږ تر لږه, لږترلږه, "
        "بیش از, بیشتر از, سے زائد, سے زیادہ, تن زیات, از زیاد, له زیات",
        "حداکثر, کمتر از, سے کم",
        "تقریباً, قریباً, تقریبا, حدود, نزدیک به, قریب, لگ بھگ, نږدې, شاوخوا, در حدود",
    ),
    ands=keys("اور و او"),
    ranges=keys("سے تا الی"),
    links=keys("کو را بھی هم نیز"),
    signs=frozenset(),
    stops=keys(
        "میں پر نے کے کی کا سے تک اور کہ جو جن یہ وہ اس ان ہے ہیں تھا تھے گیا گئے ہو ہوئے بعد لیے "
        "در از به با و که تا بر برای این آن است شد شدند شده اند پس نیز ولی اما "
        "په کې له ته او چې دي وو شو شوي سره پر تر د هلاک زخمی کشته کے مختلف کئی چند دهها صدها "
        "شمېر شمیر تعداد درجنوں سینکڑوں ہزاروں متعدد"
    ),
    units=keys(
        "سال سالہ ساله سالگی کال کلن دن روز ورځې ورځو ماہ ماه میاشت میاشتې ہفتے هفته هفتې اونۍ گھنٹے گھنٹوں "
        "ساعت ساعته منٹ دقیقه "
        "فیصد درصد سلنه فی کلومیٹر کیلومتر کیلومترې میل متر روپے روپیہ دالر ڈالر ڈالرز تومان ریال افغانۍ "
        "افغانی کروڑ ارب میلیارد بار مرتبہ حملے حملوں"
    ),
    refused=keys("سال کال سن نمبر شماره مورخہ تاریخ ساعت هر ہر کوئی هیچ کسی یکی عمر"),
    doubts=keys("نہیں نه نہ هیچ کوئی"),
    denials=keys("تردید رد تکذیب انکار"),
    denied=keys("نہیں نشدند نشده نشد ندي تردید تکذیب"),
)  # fmt: skip

_HINDI: Final = Grammar(
    numerals=_numerals(
        "1 एक", "2 दो", "3 तीन", "4 चार", "5 पांच पाँच", "6 छह छः",
        "7 सात", "8 आठ", "9 नौ", "10 दस", "11 ग्यारह", "12 बारह",
        "13 तेरह", "14 चौदह", "15 पंद्रह पन्द्रह", "16 सोलह", "17 सत्रह",
        "18 अठारह", "19 उन्नीस", "20 बीस", "25 पच्चीस", "30 तीस",
        "40 चालीस", "50 पचास", "60 साठ", "70 सत्तर", "80 अस्सी", "90 नब्बे", "100 सौ",
    ),
    scales=_numerals("1000 हज़ार हजार", "100000 लाख"),
    bounds=_bounds("कम से कम, से ज़्यादा, से ज्यादा, से अधिक", "से कम", "करीब, क़रीब, लगभग, तकरीबन"),
    ands=keys("और"),
    ranges=keys("से"),
    links=keys("को भी ही"),
    signs=frozenset(),
    stops=keys(
        "में पर ने के की का से तक और कि जो यह वह इस उस उन है हैं था थे गया गए हुए हो बाद लिए कई कुछ दर्जनों "
        "सैकड़ों हज़ारों"
    ),
    units=keys(
        "साल वर्ष वर्षीय दिन दिनों महीने महीनों हफ़्ते हफ्ते घंटे घंटों मिनट प्रतिशत फ़ीसदी फीसदी किलोमीटर "
        "रुपये रुपए डॉलर करोड़ अरब बार"
    ),
    refused=keys("सन साल नंबर हर कोई किसी"),
    doubts=keys("नहीं न कोई"),
    denials=keys("इनकार खंडन"),
    denied=keys("नहीं खंडन इनकार"),
)  # fmt: skip

_ARABIC: Final = Grammar(
    numerals=_numerals(
        "3 ثلاثة ثلاث", "4 أربعة أربع", "5 خمسة خمس", "6 ستة ست",
        "7 سبعة سبع", "8 ثمانية ثماني", "9 تسعة تسع", "10 عشرة عشر",
        "20 عشرين عشرون", "30 ثلاثين ثلاثون", "40 أربعين أربعون", "50 خمسين خمسون", "60 ستين ستون", "70 سبعين سبعون",
        "80 ثمانين ثمانون", "90 تسعين تسعون",
    ),
    scales=_numerals("100 مئة مائة", "1000 ألف آلاف", "1000000 مليون"),
    bounds=_bounds(
        "ما لا يقل عن, أكثر من, ما يزيد على, ما يزيد عن",
        "أقل من, ما يصل إلى",
        "نحو, حوالي, قرابة, زهاء, ما يقرب من",
    ),
    ands=keys("و"),
    ranges=keys("إلى"),
    links=frozenset(),
    signs=frozenset(),
    stops=keys(
        "في من على إلى عن أن التي الذي بعد مع بين قبل منذ خلال و أو ما لا لم إن إنه هذا هذه آخرين بجروح جراء "
        "إثر فيما بينهم بينما عشرات مئات"
    ),
    units=keys(
        "سنة سنوات عام عاما أعوام يوم يوما أيام شهر شهرا أشهر أسبوع أسابيع ساعة ساعات دقيقة بالمئة بالمائة "
        "كيلومتر كيلومترا كيلومترات دولار روبية مليار"
    ),
    refused=keys("عام سنة رقم كل أي يوم"),
    doubts=keys("لم لا لن دون"),
    denials=keys("نفى نفت ينفي تنفي نفي"),
    noun=1,
)  # fmt: skip

GRAMMARS: Final[Mapping[str, Grammar]] = {
    "en": _ENGLISH,
    "ru": _RUSSIAN,
    "ur": _URDU_PERSIAN_PASHTO,
    "hi": _HINDI,
    "ar": _ARABIC,
}
