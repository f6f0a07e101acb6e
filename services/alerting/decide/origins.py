"""Who wrote an article, as far as can be told, so that copies of one text count once. Pure.

In the order applied:
1. an article that the story has already, in another feed, is no other text: it has the origin that it had;
2. an article that credits a news agency is the agency's;
3. a text that is nearly verbatim another one of the story has the origin of that one;
4. any other is its source's own.
"""

from schemas import ArticleSummary
from schemas.remembered import StoryMemory
from services.alerting.decide.alike import fingerprint, is_print, likeness


def origin(article: ArticleSummary, story: StoryMemory | None) -> str:
    """The origin of an article that opens a story (None) or joins one: `agency:afp`, `source:example-news`."""
    sources = () if story is None else story.sources
    known = next((source.origin for source in sources if source.article_id == article.id), None)
    if known is not None:
        return known
    if article.agency is not None:
        return f"agency:{article.agency}"
    return _copied_from(article, story) or f"source:{article.source.id}"


def _copied_from(article: ArticleSummary, story: StoryMemory | None) -> str | None:
    """The origin of the text of the story that this one is nearly verbatim, the most similar one."""
    text = fingerprint(article)
    if story is None or not text:
        return None
    likely = [
        (likeness(text, one), -place, story.origins[place])
        for one, place in zip(story.sketches, story.sketch_origins, strict=True)
        if is_print(text, one)
    ]
    return max(likely)[2] if likely else None
