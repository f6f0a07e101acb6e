"""What the configuration reference says beside the models: what no field can say."""

from collections.abc import Mapping
from typing import Final

from services.alerting.watching.clauses import DEEPEST, NEAR, WIDEST
from services.alerting.watching.terms import FORMS, MOST_CHARACTERS

ABOUT: Final = """\
# Configuration

The configuration is one folder, named by `--config` or `TOCSIN_CONFIG`. What a process must know before it reads a file
stands in [environment variables](#environment). This page is made from the models that read both.

| part | files | what it says |
| --- | --- | --- |
| [settings](#tocsinyaml) | `tocsin.yaml` | channels, routes, what holds for all watches |
| [sources](#sources) | `sources/*.yaml` | what is read |
| [watches](#watches) | `watches/**/*.yaml` | what rings |
| [silences](#silences) | `silences/**/*.yaml` | what is held back for a while |
| [access](#access) | `access/**/*.yaml` | who may ask over HTTP |
| [pack](#pack) | `pack/**/*.yaml` | who and what is recognised |

Each file is a mapping of lists. The lists of all files of a part are read as one, so how you divide them is up to you.
Files whose name begins with a dot are passed over. Running processes take an edit over within seconds. A broken edit is
refused with file, line, path and fix; the last good version stays in force. Check before you save:

```console
tocsin check
```

A key that no part knows is an error, with the nearest key that is known. An id holds lower case letters, digits and
hyphens. Put times of day and numbers that are meant as text in quotes.
"""

OF_SECTION: Final[Mapping[str, tuple[str, str]]] = {
    "tocsin.yaml": (
        "tocsin.yaml",
        (
            "Read by `notify` (channels, routes), `match` and `decide` (`watch_folders`, `inhibitions`). "
            "[channels.md](channels.md) explains it."
        ),
    ),
    "sources": ("Sources", "Read by `ingestion`. [sources.md](sources.md) explains it."),
    "watches": (
        "Watches",
        (
            "Read by `match`, `decide`, `notify` and `api`. A broken watch stops no other. [watches.md](watches.md) "
            "explains it."
        ),
    ),
    "silences": ("Silences", "Read by `decide`. `tocsin silence add` writes them."),
    "access": ("Access", "Read by `api`. `tocsin token add` writes them; in the file stands only a hash."),
    "pack": (
        "Pack",
        "Read by `tagging`. `extends: default` in any one file lays the folder over the pack that ships with Tocsin.",
    ),
    "environment": (
        "Environment",
        (
            "Every process reads these once, at its start. Where a variable ends in `_FILE`, the secret stands in that "
            "file, which is how Compose and Kubernetes hand it over."
        ),
    ),
    "Durations": (
        "Durations",
        "A number with `s`, `m`, `h`, `d` or `w` (`30s`, `15m`, `6h`, `7d`, `2w`), or a number of seconds.",
    ),
    "Secrets": (
        "Secrets",
        (
            "Where a key takes a secret, write `{env: NAME}` or `{file: PATH}`. The secret itself never stands in the "
            "configuration, in a log or in a message."
        ),
    ),
    "Kinds of sources": ("Kinds of sources", "A key that the kind has no use for is an error."),
    "Terms and clauses": (
        "Terms and clauses",
        f"""\
A term is one of these, of at most {MOST_CHARACTERS} characters:

| term | what it finds |
| --- | --- |
| `"Bagram air base"` | these words, in any inflection that the engine knows; `*` after a letter: any ending |
| `{FORMS["name"]}` | a name that the pack does not have, with its usual transliterations; `variants: false` without |
| `{FORMS["actor"]}` | an actor of the pack; `{{actor: taliban, parts: true}}` with its parts and members |
| `{FORMS["kind"]}` | any actor of a kind |
| `{FORMS["topic"]}` | a topic of the pack |

A clause goes around terms and clauses, at most {DEEPEST} deep:

| clause | when it holds |
| --- | --- |
| `{{all: [...]}}` | each of these holds |
| `{{any: [...]}}` | one of these holds |
| `{{none: [...]}}` | none of these holds |
| `{{near: [...], within: 10}}` | terms inside so many words, 2 to {WIDEST:,}; {NEAR} where left out |
| `{{same_sentence: [...]}}` | these hold in one sentence, or in the title |

A bare acronym (TIP) is found in its own capitals only.""",
    ),
    "Terms of rules": (
        "Terms of rules",
        (
            "A phrase, `{actor: id}`, `{kind: armed-group}`, `{kind: state, distinct: 2}` (so many different ones) or "
            "`{concept: id}`."
        ),
    ),
    "What a silence holds": (
        "What a silence holds",
        "Each key takes a value, or a list of which one must be it. One key at least must stand there.",
    ),
    "Templates": ("Templates", "Jinja templates, in a sandbox. [channels.md](channels.md#templates) has their names."),
}
"""By part or title: its heading, and what stands under it."""

OPENTELEMETRY: Final = """\
### Traces

Tocsin reads the usual `OTEL_*` variables of OpenTelemetry. Traces are off until one of
`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_TRACES_EXPORTER` asks for them.
[tracing.md](tracing.md) names those that matter.
"""
