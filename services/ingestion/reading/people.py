"""Who wrote it, as feeds say it in one line: `ed@news.example (A. Reporter)`, `A. Reporter <ed@news.example>`."""

import re

MAX_AUTHORS = 20
MAX_CHARACTERS = 200

_MAIL = re.compile(r"[^\s()<>@,;:]{1,64}@[^\s()<>@,;:]{1,190}")


def name_of_person(text: str) -> str:
    """The name without the mail address; the address where there is no name."""
    text = " ".join(text[: 2 * MAX_CHARACTERS].split())
    mail = _MAIL.search(text)
    if mail is None:
        return text[:MAX_CHARACTERS]
    name = f"{text[: mail.start()]} {text[mail.end() :]}".replace("mailto:", "")
    name = re.sub(r"\(\s*\)|<\s*>|&lt;\s*&gt;", "", name).strip()
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip()
    name = name.strip(" ,;:-")
    return (name if name and "@" not in name else mail[0])[:MAX_CHARACTERS]
