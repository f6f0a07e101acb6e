"""The words with which the silent parts of an article begin, by language: small letters, ی and ک for ي and ك, ا "
"for أ."""

from __future__ import annotations

from typing import Final

_LINKS: Final = {
    "en": (
        "read more:|read more |read more\n|read more…|read also|also read|also, read|also see|see also|also watch"
        "|see more:|more on this"
        "|related:|related story|related stories|related article|related news|related topics|related coverage"
        "|related content"
        "|related posts|recommended for you|recommended stories|recommended:|recommended reading|watch:|watch now"
        "|watch live|listen:|must read"
        "|must-read|trending now|don't miss|don’t miss|more from|more news|more stories|read the full|read full"
        "|full story:|full report:"
        "|read next|up next|you may also like|you might also like|also in this|in case you missed|further reading"
        "|editor's picks"
        "|editor’s picks|editors' picks|most read|top stories|latest news:|read: |explore more|live updates:"
        "|follow live"
    ),
    "ru": (
        "читайте также|читайте ещё|читайте еще|читать также|читать далее|читать полностью|читать:|подробнее:"
        "|подробнее о|подробнее на|подробнее в материале"
        "|смотрите также|см. также|по теме:|по теме\n|материалы по теме|ещё по теме|еще по теме|новости по теме"
        "|главное за|также по теме|рекомендуем"
    ),
    "ur": (
        "مزید پڑھیں|مزید پڑھئے|مزید پڑھیے|یہ بھی پڑھیں|یہ بھی پڑھیے|یہ بھی پڑھئے|یہ بھی دیکھیں|یہ بھی دیکھیے"
        "|مزید خبریں|متعلقہ خبریں|اسی بارے میں|ویڈیو دیکھیں"
    ),
    "fa": (
        "بیشتر بخوانید|بیشتر بخوان|همچنین بخوانید|بخوانید:|مطالب مرتبط|مطلب مرتبط|اخبار مرتبط|خبرهای مرتبط|خبر "
        "مرتبط|در همین زمینه|پیشنهاد خواندنی|ادامه مطلب|مطالب پیشنهادی"
        "|گزارش مرتبط"
    ),
    "ps": "نور ولولئ|نور ولولی|دا هم ولولئ|دا هم ولولی|همدا راز ولولئ|اړوند خبرونه|اړوندې لیکنې",
    "ar": (
        "اقرا ایضا|اقرا المزید|اقرا ایضاً|شاهد ایضا|مواضیع ذات صله|اخبار ذات صله|مواضیع متعلقه|للمزید|قد یهمک"
        "|طالع ایضا|اقروا ایضا|اقرا الیضا"
    ),
    "hi": ("ये भी पढ़ें|यह भी पढ़ें|ये भी पढ़ें|यह भी पढ़ें|इसे भी पढ़ें|इसे भी पढ़ें|और पढ़ें|और पढ़ें|ये भी देखें|संबंधित खबरें|पढ़ें:|पढ़ें:"),
    "zh": (
        "延伸阅读|延伸閱讀|相关阅读|相關閱讀|相关新闻|相關新聞|相关报道|相關報導|相关链接|相關連結|更多阅读"
        "|阅读更多|閱讀更多|推荐阅读|推薦閱讀|更多新闻|点击阅读|点击查看|点击进入"
    ),
}
_ADVERTS: Final = {
    "en": (
        "subscribe to|subscribe now|subscribe for|subscribe today|sign up for|sign up to|signup for|follow us"
        "|follow our|follow @|join our|join us on|join the conversation|download the|download our"
        "|get the latest|get our|click here|tap here|our newsletter|newsletter:|tags:|tag:|topics:|keywords:"
        "|filed under|categories:|category:|share this"
        "|advertisement|copyright|all rights reserved"
        ""
        "|originally published|first published|republished|reprinted|published in |published with permission"
        "|about the author|about us|disclaimer|views expressed"
        "|support our journalism|donate |become a member|register for"
    ),
    "ru": (
        "подписывайтесь|подпишитесь|подписаться|теги:|тэги:|метки:|ключевые слова|все права защищены|перепечатка"
        "|при использовании материалов|следите за нами"
        "|следите за новостями|присоединяйтесь|наш канал|наш телеграм|наш telegram|реклама"
    ),
    "ur": "ٹیگز|سبسکرائب|ہمیں فالو|ہمارے چینل|جملہ حقوق|ہمارا واٹس",
    "fa": (
        "برچسب:|برچسبها:|برچسب ها:|کلیدواژه|کلید واژه|کلیدواژگان|ما را در|انتهای پیام|بازنشر|لینک کوتاه|کد خبر"
        "|تگ ها|عضو کانال|تمام حقوق|تمامی حقوق|اشتراک گذاری"
    ),
    "ps": "زموږ سره|ټګونه",
    "ar": "وسوم|الوسوم|کلمات دلیلیه|کلمات داله|الکلمات المفتاحیه|تابعونا|تابعنا|تابعوا|اشترک|جمیع الحقوق|حقوق النشر",
    "hi": "सब्सक्राइब|हमें फॉलो|टैग|फॉलो करें|देश और दुनिया की",
    "zh": (
        "关注我们|關注我們|扫码关|掃碼關|扫描二维码|版权所|版權所|版权归|标签：|標籤：|关键词：|關鍵字|关键字："
        "|声明：|免责声明|订阅我|訂閱我"
    ),
}
_AT_THE_END: Final = {
    "en": (
        "this article was originally|this article originally|this article was first|this article first|this "
        "story was originally"
        "|this story originally|this story was first|this story first|this story has been published|this piece "
        "was|this piece originally"
        "|the views expressed|the writer is|the author is|the writer can|the author can|the writer tweets|the "
        "author tweets"
    ),
}
_CREDITS: Final = {
    "en": (
        "photo:|photo by|photos by|photos:|photo credit|photograph:|photograph by|file photo:|file photo by"
        "|image:|image credit|image source|image by|picture:|picture credit|credit:|credits:|source:"
        "|courtesy:|courtesy of|video:|graphic:|illustration:|reporting by|additional reporting|with additional "
        "reporting|writing by|edited by|editing by|written by"
        "|(reporting by|with inputs|with input from|with agency input|(with inputs|compiled by|translated by"
        "|byline:|reported by|author:|reporter:|our correspondent"
    ),
    "ru": (
        "фото:|фото ©|фотография:|фото /|источник:|автор:|авторы:|видео:|иллюстрация:|редактор:|перевод:"
        "|корреспондент:|текст:"
    ),
    "ur": "تصویر:|فوٹو:|تحریر:|رپورٹ:|بشکریہ|ماخذ:|تصویر کا ذریعہ|ترجمہ:|مصنف:",
    "fa": "عکس:|عکس از|تصویر:|منبع:|نویسنده:|خبرنگار:|ترجمه:|مترجم:|ویدیو:|عکاس:|منابع:",
    "ps": "انځور:|عکس:|سرچینه:|لیکوال:|ژباړه:|ژباړن:",
    "ar": "المصدر:|المصدر :|تصویر:|الصوره:|صوره:|تحریر:|کتب:|کتبت:|ترجمه:|مصدر الصوره",
    "hi": "फोटो:|फ़ोटो:|तस्वीर:|इमेज स्रोत|स्रोत:|लेखक:|रिपोर्ट:|संपादन:",
    "zh": (
        "责任编辑|責任編輯|责编：|责编:|編輯：|编辑：|来源：|來源：|图片来源|圖片來源|摄影：|摄影:|攝影：|记者："
        "|記者：|作者：|（来源|(来源|（责任"
    ),
}


_SIGNS: Final = " :,…\n@/()（）：©"


_SHORTEST_JOINED: Final = 4


def _all(words: dict[str, str]) -> tuple[str, ...]:
    return tuple(cue for cues in words.values() for cue in cues.split("|"))


def _searched(cue: str) -> str:
    """With a wildcard where headlines are often joined to it: "Related articleOpinion"."""
    return f"{cue}*" if cue.isascii() and cue[-1].isalpha() and len(cue.split()[-1]) > _SHORTEST_JOINED else cue


LINKS: Final = _all(_LINKS)
"""What leads to other articles: the whole line, and headlines under it."""
ADVERTS: Final = _all(_ADVERTS)
"""What outlets say of themselves, and lists of keywords."""
AT_THE_END: Final = _all(_AT_THE_END)
"""The same, in words that mean it only at the end of an article."""
CREDITS: Final = _all(_CREDITS)
"""Who made text or pictures."""

_BARE: Final = [cue.strip(_SIGNS) for cue in (*LINKS, *ADVERTS, *AT_THE_END, *CREDITS)]
CUES: Final = ("http*", "https*", "www", *dict.fromkeys(_searched(cue) for cue in _BARE if cue))
"""What to look for in the lexicon: a part that speaks of no one has one of these."""
