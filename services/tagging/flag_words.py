"""The words that flags rest on, by language.

`NEGATIONS` and `LONG_AGO` are phrases of the lexicon; the others are regular expressions over folded text (in them
r"\\w+" is one word), put right before or right after a mention or a year.
"""

from __future__ import annotations

from typing import Final

_NEGATIONS: Final = {
    "en": (
        "no|not|never|neither|nor|without|denied|denies|deny|denying|rejected|rejects|dismissed|absence of"
        "|nothing to do with|isn't|wasn't|weren't|hasn't|haven't|didn't"
    ),
    "ru": "не|ни|нет|без|отрица*|отверг*|опроверг*|никак*",
    "ur": "نہیں|نہ|کوئی|بغیر|تردید|انکار|مسترد",
    "fa": "هیچ|نیست|نیستند|نبود|نبودند|ندارد|ندارند|نداشت|نداشتند|نشد|بدون|تکذیب|رد کرد|رد کردند|رد کرده|نه",
    "ps": "نشته|نه|هېڅ|هیڅ|پرته",
    "ar": "لا|ليس|ليست|لم|لن|دون|بدون|نفى|نفت|ينفي|تنفي|نفي",
    "hi": "नहीं|कोई|बिना|इनकार|खंडन|न",
    "zh": "没有|沒有|并非|不是|否认|否認|无关|無關|未参与|並未|并未",
}
NEGATIONS: Final = tuple(word for words in _NEGATIONS.values() for word in words.split("|"))

_LONG_AGO: Final = {
    "en": "then|decades ago|centuries ago|a century ago|half a century ago",
    "ru": "тогдашн*|десятилетий назад|десятилетия назад|столетия назад|век назад",
    "ur": "اس وقت کے|دہائیوں پہلے|دہائیاں پہلے|دہائیوں قبل|دہائیاں قبل",
    "fa": "دهه پیش|دهه قبل|دهه‌ها پیش",
    "ar": "قبل عقود|قبل عقدين",
}
LONG_AGO: Final = tuple(word for words in _LONG_AGO.values() for word in words.split("|"))

_LINKS: Final = (
    r"(?:links?|ties|involvement|connections?|role|contacts?|presence|association|relations?|affiliation|hand|part"
    r"|support|relationship|collusion|cooperation)"
)
DENIED_BEFORE: Final = (
    # English
    r"no(?: (?:such|single|known|other|armed|active|more|foreign|new|senior|local|real|direct))?",
    (
        r"no (?:evidence|proof|sign|signs|indication|indications|trace|knowledge|information|question)(?: of| that"
        r"| about| to suggest)?(?: any| the| a| direct)?"
    ),
    rf"no (?:direct |formal |official |known )?{_LINKS} (?:with|to|of|by|between|from|in)(?: the| any)?",
    r"(?<!or )(?<!why )not(?: (?:the|a|an|by|from|with|in|to|of|about|against))*",
    r"(?:neither|nor)(?: the| by| with| in)?",
    r"neither (?:the )?\w+(?: \w+)? nor(?: the)?",
    r"without(?: the| any)?",
    (
        rf"without (?:the |any )?(?:\w+ )?(?:{_LINKS}|help|participation|approval|backing|consent|mention) (?:of"
        rf"|from|by)(?: the)?"
    ),
    (
        rf"(?:denied|denies|deny|denying|rejected|rejects|dismissed) (?:(?:any|all|having|that it has|claims of"
        rf"|reports of|allegations of|accusations of|direct|its|their|the|charges of) )*{_LINKS} (?:with|to|of|by"
        rf"|between|from|in)(?: the| any)?"
    ),
    (
        r"(?:denied|denies|deny|denying) (?:that (?:it|they) (?:has|have|had|was|were|is|are) )?(?:supporting"
        r"|harbouring|harboring|hosting|sheltering|backing|funding|helping|aiding|arming|training|working with"
        r"|being part of|being a member of|belonging to|joining)(?: the| any)?"
    ),
    r"absence of(?: the| any)?",
    r"nothing to do with(?: the)?",
    (
        r"(?:not|never) (?:a |an )?(?:part|member|members|linked|connected|affiliated|associated|involved|allied"
        r"|related)(?: of| to| with| in)?(?: the)?"
    ),
    (
        r"(?:isn|aren|wasn|weren) t(?: \w+)? (?:part|member|members|linked|connected|affiliated|associated|related"
        r"|of|to|with)(?: of| to| with)?(?: the)?"
    ),
    # Russian
    r"не",
    r"нет(?: никаких| ни одного)?",
    r"ни(?: одного| с| со| к| в)?",
    (
        r"не (?:имеет|имеют|имел|имела|имели) (?:никаких |никакого |ничего )?(?:\w+ )?(?:с|со|к|общего с)(?: "
        r"движением| группировкой| организацией)?"
    ),
    (
        r"не (?:связан\w*|причаст\w*|явля\w*|вход\w*|состо\w*|сотруднича\w*|принадлеж\w*|поддержива\w*)(?: "
        r"\w+)?(?: с| со| к| в| из)?(?: движением| группировкой| организацией| группировке| движению)?"
    ),
    (
        r"(?:отрица\w*|отверг\w*|опроверг\w*) (?:\w+ ){0,2}(?:связ\w*|причастност\w*|участи\w*|контакт\w*"
        r"|отношени\w*|присутстви\w*|поддержк\w*|сотрудничеств\w*)(?: с| со| к| в| на)?(?: движением| группировкой"
        r"| организацией)?"
    ),
    r"без(?: участия| поддержки| ведома| помощи| согласия)?",
    # Urdu, Persian, Arabic, Hindi
    r"هیچ",
    r"هیچ (?:\w+ ){0,2}(?:با|از|به)(?: گروه)?",
    r"بدون(?: حضور| حمایت| مشارکت| دخالت| همکاری)?",
    (
        r"(?:نفى|نفت|ينفي|تنفي) (?:\w+ ){0,2}(?:علاقة|علاقته|علاقتها|صلة|تورط|ارتباط|وجود|دور|دعم)(?: \w+)?(?: مع"
        r"| في| ب)?"
    ),
    r"(?:لا علاقة|لا صلة)(?: \w+)?(?: مع)?",
    r"(?:دون|بدون)(?: دعم| مشاركة| علم| موافقة)?",
)
_URDU_THINGS: Final = r"(?:تعلق|کردار|ہاتھ|وجود|ثبوت|رابطہ|رابطے|روابط|موجودگی|ملوث|موجود|شامل|حصہ)"
DENIED_AFTER: Final = (
    (
        r"(?:(?:was|were|is|are|had|has|have|did|does|do|could|would) (?:not|never)|(?:wasn|weren|isn|aren|hadn"
        r"|hasn|haven|didn) t) (?:been )?(?:involved|present|responsible|behind|part|there|linked|connected|named"
        r"|mentioned|among|participat\w*|a party)"
    ),
    r"(?:had|has|have|played|plays) no (?:role|part|hand|involvement|links?|presence|connection)",
    r"не (?:причаст\w*|участв\w*|связан\w*|присутств\w*|стоит|стоят|имеет отношения|имеют отношения)",
    r"(?:там |здесь |в районе )?(?:нет|не было)",
    rf"(?:\w+ ){{0,2}}(?:کا|کی|کے|سے|کے ساتھ|میں) (?:(?!کہ )\w+ ){{0,5}}{_URDU_THINGS} (?:\w+ ){{0,1}}(?:نہیں|نہ )",
    rf"(?:\w+ ){{0,2}}{_URDU_THINGS} (?:نہیں|نہ )",
    r"(?:سے|کے ساتھ) (?:\w+ ){0,4}(?:کی تردید|سے انکار|کو مسترد)",
    r"(?:\w+ ){0,1}(?:کے بغیر|بغیر)",
    (
        r"(?:(?!که )\w+ ){0,4}(?:نقشی|دخالتی|ارتباطی|حضوری|رابطه ای|رابطهای|دستی|پیوندی|وجود) (?:\w+ "
        r"){0,3}(?:ندارد|ندارند|نداشت|نداشته|نداشتند|نبود|نیست)"
    ),
    r"(?:\w+ ){0,1}را (?:\w+ )?(?:تکذیب کرد|تکذیب کرده|تکذیب کردند)",
    r"(?:\w+ ){0,2}(?:حضور|نقش|دست|دخالت|ارتباط) (?:ندارد|ندارند|نداشت|نداشتند|نداشته)",
    r"(?:का|की|के|से) (?:कोई |किसी )?(?:\w+ ){0,2}(?:संबंध|हाथ|भूमिका|लेना देना|संपर्क|मौजूदगी) नहीं",
    r"(?:शामिल|मौजूद) नहीं",
    r"(?:没有参与|沒有參與|并未参与|未参与|與此無關|与此无关)",
)
_MONTHS: Final = (
    r"january|february|march|april|may|june|july|august|september|october|november|december"
    r"|spring|summer|autumn|fall|winter"
)
YEAR_BEFORE: Final = (
    r"(?:in|during|back in|until|till|between|through|by)(?: the)?(?: early| late| mid)?",
    (
        rf"(?:in|on|of|during|until|early|late|mid)(?: early| late| mid)?(?: \d{{1,2}}(?:st|nd|rd|th)?)? "
        rf"(?:{_MONTHS})(?: \d{{1,2}})?(?: of)?"
    ),
    r"(?:early|late|mid|before)(?: early| late| mid)?",
    r"between \d{4} and",
    r"from \d{4} to",
    r"(?:в|до)(?: начале| конце| середине| \w+)?",
    r"(?:سنہ|سن|سال|سالهای|سال های|دهه|دهه های)",
    r"(?:عام|سنة|العام|أعوام|سنوات|عامي)",
    r"(?:सन|साल|वर्ष)",
)
SINCE: Final = (
    r"(?:since|from|after)(?: the)?(?: early| late| mid)?(?: \w+)?(?: \d{1,2})?",
    r"(?:с|со|после)(?: начала| конца| середины)?(?: \d{1,2})?(?: \w+)?",
    r"(?:از|منذ|بعد)(?: \w+)?(?: سال| عام)?",
    r"\w*[自从]",
)
"""Before a year from which something still lasts, or that only begins what is told."""
YEAR_AFTER: Final = (
    r"(?:году|годах|год\b|года|х годах|х годов|е годы|е годах|е\b|х\b)",
    r"(?:میں|کی دہائی|کے عشرے|ء|عیسوی)",
    r"(?:کال|کلونو|مې|م کال)",
    r"(?:में|के दशक)",
    r"年",
)
BREAKS: Final = (
    "who", "which", "that", "when", "since", "after", "before", "but", "and now", "said", "says", "told", "while",
    "because", "который", "которая", "которые", "которое", "что", "когда", "после", "но",
    "جو", "جس", "کہ", "جب", "که", "وقتی", "الذي", "التي", "जो", "कि", "जब",
)  # fmt: skip
"""Words that begin another clause."""
