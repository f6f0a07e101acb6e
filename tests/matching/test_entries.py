from services.matching.entries import Columns, Entries, Entry

ENTRIES = [
    Entry("ttp", "TTP"),
    Entry("kabul", "Kabul", "any"),
    Entry("taliban", "塔利班", "exact"),
    Entry("taliban", "طالبان"),
    Entry("lone", "\ud800 and 🙂"),
    Entry("other", "Kabul", "any"),
]


def test_entries_come_out_as_they_went_in_each_once() -> None:
    entries = Entries(Columns.of([*ENTRIES, *reversed(ENTRIES)]))
    assert list(entries) == ENTRIES
    assert [entries[number] for number in range(len(entries))] == ENTRIES


def test_the_same_words_in_another_case_are_another_entry() -> None:
    entries = [Entry("a", "Swat"), Entry("a", "Swat", "exact"), Entry("a", "Swat")]
    assert list(Entries(Columns.of(entries))) == entries[:2]


def test_what_is_exact_is_known_without_making_the_entries() -> None:
    assert list(Columns.of(ENTRIES).exact()) == [entry.exact for entry in ENTRIES]
