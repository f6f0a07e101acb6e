"""Pages of our own wording, built as outlets of the region build theirs; the words are no one's news."""

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class RegionalPage:
    """A page as served, and what a reader of it would say that it says."""

    body: bytes
    content_type: str | None
    title: str
    paragraphs: tuple[str, ...]
    date: str
    elsewhere: tuple[str, ...]
    """Names that stand only in menus, lists and boxes."""


def _filled(markup: str, title: str, paragraphs: tuple[str, ...]) -> str:
    for name, value in {"TITLE": title, **{f"P{n}": p for n, p in enumerate(paragraphs, 1)}}.items():
        markup = markup.replace(f"[{name}]", value)
    return dedent(markup)


_URDU = (
    "کابل اور اسلام آباد کے حکام کی دوحہ میں ملاقات",
    (
        "کابل اور اسلام آباد کے اعلیٰ حکام نے منگل کے روز دوحہ میں ملاقات کی اور سرحدی تجارت پر بات چیت کی۔",
        "ترجمان کے مطابق دونوں فریقوں نے اگلے ماہ دوبارہ ملنے پر اتفاق کیا ہے تاکہ گزرگاہ کے اوقات طے کیے جا سکیں۔",
        "تاجروں کا کہنا ہے کہ گزرگاہ کی بندش سے پھل اور سبزی کی ترسیل متاثر ہوئی ہے اور ان کا نقصان بڑھ رہا ہے۔",
    ),
)
URDU_TABLES = RegionalPage(
    body=_filled(
        """\
        <html dir="rtl" lang="ur"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
        <title>[TITLE] - روزنامہ مثال</title></head><body>
        <table width="980" dir="rtl"><tr><td colspan="2"><table><tr>
          <td><a href="/">صفحہ اول</a></td><td><a href="/w">دنیا</a></td><td><a href="/t">تحریک طالبان پاکستان</a></td>
        </tr></table></td></tr>
        <tr><td width="200"><a href="/1">لشکر مثال کے خلاف کارروائی</a><br><a href="/2">موسم کا حال</a><br></td>
        <td><table><tr><td><font face="Jameel Noori Nastaleeq" size="6"><h1>[TITLE]</h1></font></td></tr>
        <tr><td><font size="2">24 نومبر 2026</font></td></tr>
        <tr><td align="right" dir="rtl"><font face="Jameel Noori Nastaleeq, Urdu Typesetting" size="5">
        [P1]<br><br>[P2]<br><br>
        <font color="#333333">[P3]</td></tr></table></td></tr>
        <tr><td colspan="2"><a href="/c">ہم سے رابطہ</a> | <a href="/a">ہمارے بارے میں</a></td></tr></table>
        </body></html>
        """,
        *_URDU,
    ).encode(),
    content_type="text/html",
    title=_URDU[0],
    paragraphs=_URDU[1],
    date="2026-11-24",
    elsewhere=("تحریک طالبان پاکستان", "لشکر مثال"),
)

_PASHTO = (
    "په ننګرهار کې د اوبو د یوه بند کار پیل شو",
    (
        "په ننګرهار کې چارواکو د اوبو د یوه نوي بند د جوړولو کار پیل کړ او ویې ویل چې کار به یې دوه کاله وخت ونیسي.",
        "د کلي مشران وايي چې بند به زرګونه جریبه ځمکه خړوبه کړي او د سیمې ځوانانو ته به د کار زمینه برابره کړي.",
        "د ولایت ویاند خبریالانو ته وویل چې د پروژې لګښت د مرکز له بودیجې څخه ورکول کېږي.",
    ),
)
PASHTO_BLOG = RegionalPage(
    body=_filled(
        """\
        <!DOCTYPE html><html dir="rtl" lang="ps-AF"><head><meta charset="utf-8"><title>[TITLE] – بېلګه ورځپاڼه</title>
        <meta property="og:site_name" content="بېلګه ورځپاڼه">
        <meta property="og:title" content="[TITLE] – بېلګه ورځپاڼه">
        <meta property="article:published_time" content="2026-11-23T21:40:00+04:30"></head>
        <body class="rtl single single-post"><header class="site-header"><nav><ul><li><a href="/">کور</a></li>
        <li><a href="/p">د طالبانو تحریک</a></li></ul></nav></header>
        <main><article class="post hentry"><header class="entry-header"><h1 class="entry-title">[TITLE]</h1>
        <div class="entry-meta"><time datetime="2026-11-23T21:40:00+04:30">۲ لیندۍ ۱۴۰۵</time></div></header>
        <div class="entry-content"><p dir="rtl" style="text-align: justify;">[P1]</p>
        <p style="text-align: justify;"><span style="font-family: Bahij Zar;">[P2]</span></p>
        <div class="sharedaddy"><ul class="share"><li><a href="#">شریک یې کړئ</a></li></ul></div>
        <p>[P3]</p></div>
        <div class="related-posts"><h3>تړلي خبرونه</h3>
        <ul><li><a href="/x">د داعش خراسان په اړه څېړنه</a></li></ul></div>
        </article></main><footer><p>د بېلګې ټول حقونه خوندي دي</p></footer></body></html>
        """,
        *_PASHTO,
    ).encode(),
    content_type="text/html; charset=UTF-8",
    title=_PASHTO[0],
    paragraphs=_PASHTO[1],
    date="2026-11-23",
    elsewhere=("داعش خراسان", "طالبانو تحریک", "شریک یې کړئ"),
)

_DARI = (
    "وزیر خارجه در هرات با بازرگانان دیدار کرد",
    (
        "وزیر خارجه روز چهارشنبه در هرات با بازرگانان دیدار کرد و گفت که راه‌های ترانزیتی تا پایان سال باز می‌ماند.",
        "بازرگانان می‌گویند که هزینه‌های گمرکی بالا رفته است و لاری‌ها روزها در مرز می‌مانند.",
        "مقام‌ها وعده دادند که در هفته‌های آینده کارشناسان تازه‌ای به گمرک بفرستند.",
    ),
)
DARI_BREAKS = RegionalPage(
    body=_filled(
        """\
        <!DOCTYPE html><html lang="fa" dir="rtl"><head><meta charset="utf-8"><title>خبرگزاری نمونه | [TITLE]</title>
        <meta property="og:title" content="[TITLE]"><meta name="dc.date" content="2026-11-18"></head><body>
        <div id="topmenu" role="navigation"><a href="/">خانه</a> <a href="/1">جنبش نمونه</a></div>
        <div class="news-container"><div class="rutitr">گزارش</div><h1 class="title"><a href="/n">[TITLE]</a></h1>
        <div class="body" id="news-text"><b>کابل (نمونه)</b> [P1]<br />&nbsp;<br />[P2]<br /><br />
        [P3]<div class="read-more">بیشتر بخوانید: <a href="/y">بازداشت دو عضو جبهه نمونه</a></div></div></div>
        <div style="display: none">القاعده</div><div aria-hidden="true">شورای پنهان</div></body></html>
        """,
        *_DARI,
    ).encode("utf-8-sig"),
    content_type="text/html; charset=windows-1256",
    title=_DARI[0],
    paragraphs=(f"کابل (نمونه) {_DARI[1][0]}", *_DARI[1][1:]),
    date="2026-11-18",
    elsewhere=("جبهه نمونه", "جنبش نمونه", "القاعده", "شورای پنهان"),
)

_BENGALI = (
    "চট্টগ্রামে নতুন জেটির নির্মাণকাজ শুরু",
    (
        "চট্টগ্রাম বন্দরে মঙ্গলবার নতুন একটি জেটির নির্মাণকাজ শুরু হয়েছে, যা শেষ হতে প্রায় তিন বছর লাগবে বলে কর্মকর্তারা জানান।",
        "বন্দর কর্তৃপক্ষ বলছে, জেটিটি চালু হলে বড় জাহাজ সরাসরি ভিড়তে পারবে এবং পণ্য খালাসের সময় অনেক কমে আসবে।",
        "স্থানীয় ব্যবসায়ীরা কাজটিকে স্বাগত জানালেও সড়কের যানজট নিয়ে উদ্বেগ প্রকাশ করেছেন।",
    ),
)
BENGALI_APP = RegionalPage(
    body=_filled(
        """\
        <!doctype html><html lang="bn"><head><meta charset="utf-8"><title>[TITLE] | দৈনিক নমুনা</title>
        <script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
          {"@type": "NewsMediaOrganization", "name": "দৈনিক নমুনা"},
          {"@type": "NewsArticle", "headline": "[TITLE]", "datePublished": "2026-11-24T08:15:00+06:00",
           "author": [{"@type": "Person", "name": "নমুনা প্রতিবেদক"}],}]}</script></head><body><div id="root">
        <div class="css-1x menu_x"><a href="/">প্রচ্ছদ</a><a href="/j">জেএমবি</a></div>
        <div class="story"><h1>[TITLE]</h1><div class="chunk"><div><p>[P1]</p></div></div>
        <div class="chunk"><p><a href="/z">আরও পড়ুন: নমুনা দলের সম্মেলন</a></p></div>
        <div class="chunk"><div><p>[P2]</p></div></div><div class="chunk"><div><p>[P3]</p></div></div></div>
        <div class="popular"><h2>সর্বাধিক পঠিত</h2><p>নমুনা জোটের নেতাদের নিয়ে একটি দীর্ঘ প্রতিবেদন যা সবাই পড়ছেন।</p></div>
        </div></body></html>
        """,
        *_BENGALI,
    ).encode(),
    content_type=None,
    title=_BENGALI[0],
    paragraphs=_BENGALI[1],
    date="2026-11-24",
    elsewhere=("জেএমবি", "নমুনা দলের", "নমুনা জোটের"),
)

_RUSSIAN = (
    "Пограничники двух стран договорились об обмене сведениями",
    (
        "Душанбе, 17 ноября. Начальники пограничных служб встретились во вторник и договорились об обмене сведениями.",
        "По словам представителя ведомства, первая общая смена заступит в начале года, а посты свяжут прямой линией.",
        "Жители приграничных сёл просят открыть ещё один мост: сейчас объезд занимает почти целый день.",
        "Эксперты считают, что договорённость облегчит торговлю, но потребует новых дорог и складов.",
    ),
)
RUSSIAN_OLD = RegionalPage(
    body=_filled(
        """\
        <HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=windows-1251">
        <TITLE>Агентство Образец :: [TITLE]</TITLE></HEAD><BODY BGCOLOR=#FFFFFF>
        <TABLE WIDTH=100%><TR><TD WIDTH=150 VALIGN=top>
        <A HREF=/>Главная</A><BR><A HREF=/w>Движение Образец</A><BR><A HREF=/s>Спорт</A><BR></TD><TD VALIGN=top>
        <FONT SIZE=+1><B>[TITLE]</B></FONT><BR><FONT SIZE=-2>17.11.2026 09:30</FONT><BR><BR>
        <NOINDEX><FONT FACE=Arial>[P1]<BR><BR>&nbsp;&nbsp;<FONT FACE=Arial>[P2]<BR><BR>&nbsp;&nbsp;<FONT FACE=Arial>[P3]
        <BR><BR>&nbsp;&nbsp;<FONT FACE=Arial>[P4]</NOINDEX></TD><TD WIDTH=200 VALIGN=top><B>Читайте также</B><BR>
        <A HREF=/5>Задержаны участники группы Пример</A><BR><A HREF=/6>Погода на завтра</A></TD></TR></TABLE>
        </BODY></HTML>
        """,
        *_RUSSIAN,
    ).encode("cp1251"),
    content_type="text/html",
    title=_RUSSIAN[0],
    paragraphs=_RUSSIAN[1],
    date="2026-11-17",
    elsewhere=("Движение Образец", "группы Пример", "Погода"),
)

REGIONAL = {
    "Urdu, nested tables and fonts": URDU_TABLES,
    "Pashto, a blog's theme": PASHTO_BLOG,
    "Dari, bare text and breaks": DARI_BREAKS,
    "Bengali, split by a framework": BENGALI_APP,
    "Russian, before CSS": RUSSIAN_OLD,
}
