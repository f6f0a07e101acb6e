"""mending: XML that is wrong letter by letter becomes well-formed and keeps its words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from services.ingestion.reading.mending import mended


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("<a>&eacute;&nbsp;&amp;&#8217;&nosuch;&</a>", "<a>é\xa0&amp;&#8217;&amp;nosuch;&amp;</a>"),
        ("<a>&copy 2026 R&D &</a>", "<a>&amp;copy 2026 R&amp;D &amp;</a>"),
        ("<a>x\0\x0b&#0;&#xD800;&#x1F;y</a>", "<a>xy</a>"),
        ("<a>3 < 4 <!ENTITY x></a>", "<a>3 &lt; 4 &lt;!ENTITY x></a>"),
        ("<a><![CDATA[&eacute; <br> 3 < 4]]>&lt;</a>", "<a><![CDATA[&eacute; <br> 3 < 4]]>&lt;</a>"),
        ("<a>b<!-- & < &eacute; -->c</a>", "<a>bc</a>"),
        ("<a>b<br>c<BR/><img src=x.jpg alt='y'></a>", "<a>b<br/>c<BR/><img src=\"x.jpg\" alt='y'/></a>"),
        ("<a b=1 c = '2'>d=e</a>", "<a b=\"1\" c = '2'>d=e</a>"),
        ("<a>b</a>\n<script>c</script>", "<a>b</a>"),
        ("<a><dc:b>c</dc:b></a>", '<a xmlns:dc="http://purl.org/dc/elements/1.1"><dc:b>c</dc:b></a>'),
        ("<a xmlns:dc='u'><dc:b>c</dc:b></a>", "<a xmlns:dc='u'><dc:b>c</dc:b></a>"),
    ],
)
def test_what_is_wrong_is_mended(text: str, whole: str) -> None:
    assert mended(text) == whole
    etree.fromstring(whole)


@settings(deadline=None)
@given(st.text("ab<>&;#x19= '\"/![]-CDATA\0\né", max_size=50))
def test_it_never_fails_and_keeps_letters(text: str) -> None:
    assert mended(f"<a><![CDATA[{text.replace(']]>', '')}]]></a>") == f"<a><![CDATA[{_plain(text)}]]></a>"
    mended(text)


def _plain(text: str) -> str:
    return text.replace("]]>", "").replace("\0", "")
