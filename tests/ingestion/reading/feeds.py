"""Feeds of our own wording."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
URL = "https://news.example/feeds/asia.xml"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>Example News</title><link>https://news.example/</link><language>ur-PK</language><ttl>30</ttl>
  <item>
    <title>کابل میں مذاکرات کا دوسرا دور</title>
    <link>https://news.example/ur/2026/11/talks?utm_source=rss</link>
    <guid isPermaLink="false">talks-2</guid>
    <dc:creator>نامہ نگار</dc:creator>
    <pubDate>Tue, 24 Nov 2026 09:30:00 +0500</pubDate>
    <description>حکام نے منگل کو بات چیت کی۔</description>
    <content:encoded><![CDATA[<p>حکام نے منگل کو بات چیت کی۔</p>
      <p>طالبان&nbsp;وفد نے تحریک طالبان پاکستان پر بات نہیں کی۔</p>]]></content:encoded>
  </item>
  <item>
    <title>Tea &amp;amp; talks: the minister&amp;#8217;s day</title>
    <link>/en/2026/11/tea</link>
    <description>&lt;b&gt;Tea&lt;/b&gt; was served.</description>
  </item>
</channel></rss>
""".encode()

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <title>Example Wire</title><id>urn:example:wire</id><updated>2026-11-24T05:00:00Z</updated>
  <entry>
    <title type="html">Border post &lt;em&gt;reopens&lt;/em&gt;</title>
    <id>urn:example:1</id>
    <link rel="self" href="https://wire.example/1.atom"/>
    <link rel="alternate" type="text/html" href="https://wire.example/1"/>
    <author><name>A. Reporter</name></author><author><name>B. Reporter</name></author>
    <published>2026-11-24T04:00:00+04:30</published><updated>2026-11-24T05:00:00Z</updated>
    <summary>Short.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Lorries queued.</p>
      <p>They passed.</p></div></content>
  </entry>
  <entry xml:lang="ru">
    <title>\xd0\x9f\xd0\xb5\xd1\x80\xd0\xb5\xd0\xb3\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x80\xd1\x8b</title>
    <id>urn:example:2</id><link href="https://wire.example/2"/><updated>2026-11-23T22:00:00Z</updated>
    <summary type="text">3 &lt; 4</summary>
  </entry>
</feed>
"""


def rss(items: str, prolog: str = "") -> bytes:
    """A feed of these items."""
    return f"<?xml version='1.0'?>{prolog}<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
