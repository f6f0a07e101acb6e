"""Hypothesis strategies that several tests share."""

from hypothesis import settings
from hypothesis import strategies as st

settings.register_profile("tocsin", deadline=None)  # a deadline would measure how busy the machine is
settings.load_profile("tocsin")

_SNIPPETS = (
    "Kabul", "TTP", "IS-K", "al-Qa’ida", "U.S.", "Straße", "ﬁn", "ﻻﻻ", "é", "e\u0301", "İ", "ǆ", "½",
    "Пакистане", "ёлка", "й", "طالبان‌ها", "ټولنه", "مُحَمَّد", "كـابل", "पाकिस्तान", "क़", "塔利班", "ไทย", "カブール",
    ".", "!", "?", "…", "۔", "。", "؟", ",", "(", "»", "\n", "\n\n", "\t", " ", "  ", "—", "-", "’s",
    "\u200f", "\u00ad",
    "😀", "𝐊𝐚𝐛𝐮𝐥", "𠀀", "\ud800", "\udfff", "\ue000", "\uf000", "*", "\x00",
)  # fmt: skip

news_text = st.lists(
    st.one_of(st.sampled_from(_SNIPPETS), st.text(st.characters(exclude_categories=()), max_size=3)), max_size=30
).map("".join)
"""Text as it comes: many scripts, marks, bidirectional controls, code points that fold to several, lone surrogates."""
