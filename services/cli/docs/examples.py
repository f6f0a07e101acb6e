"""One example of each part of the configuration; tests load every one of them, together, as one folder."""

from collections.abc import Mapping
from typing import Final

EXAMPLES: Final[Mapping[str, str]] = {
    "tocsin.yaml": """
channels:
  - {id: desk-hook, type: webhook, url: "https://desk.example/hook", secret: {env: DESK_HOOK_SECRET}}
  - id: desk-mail
    type: mail
    server: smtp.desk.example
    user: tocsin
    password: {file: /run/secrets/smtp}
    from: Tocsin <tocsin@desk.example>
    to: [desk@desk.example]
  - {id: desk-chat, type: chat, url: {env: DESK_CHAT_URL}, ceiling: {alerts: 30, per: 1h}}
  - {id: log, type: file, path: alerts.jsonl}
  - {id: pager, type: command, command: [/bin/cat]}
  - {id: other-desk, type: kafka, topic: desk.alerts, bootstrap_servers: "kafka.other.example:9092"}
  - {id: terminal, type: terminal}
default_channels: [terminal]
trouble_channels: [desk-mail]
routes:
  - name: kabul
    match: {owner: kabul-desk, severity: [high, critical]}
    unless: {country: IN}
    channels: [desk-mail, desk-chat]
    quiet: {from: "22:00", to: "06:00", zone: Asia/Kabul, through: critical}
    escalate: {after: 15m, channels: [pager]}
inhibitions:
  - {source: {severity: critical}, target: {severity: [low, normal]}, equal: [owner]}
""",
    "sources": """
sources:
  - {id: example-news, name: Example News, url: "https://news.example/rss.xml", language: en, country: AF}
  - {id: example-map, name: Example Map, kind: sitemap, url: "https://map.example/sitemap.xml", enabled: false}
  - {id: example-list, name: Example List, kind: page, url: "https://list.example/news", select: main article h2 a}
  - {id: example-files, name: Example Files, kind: folder, path: /var/lib/tocsin/articles, enabled: false}
  - {id: wire, name: Wire, kind: push, token: {env: WIRE_TOKEN}, tier: 1}
  - id: inside
    name: Inside
    url: https://feeds.inside.example/rss.xml
    headers: {X-Api-Key: {env: INSIDE_KEY}}
    allow_networks: [10.1.0.0/16]
    full_text: true
    ring_last: 6h
""",
    "watches": """
owner: kabul-desk
defaults: {limit: {alerts: 20, per: 1h}}
watches:
  - id: border
    name: Border crossings
    names: [{text: Bagram Airfield, variants: true}]
    any: [{actor: ttp}, {all: [{kind: armed-group}, {near: [crossing, closed*], within: 10}]}]
    none: [{same_sentence: [cricket, {kind: state}]}]
    filters: {languages: [ur, ps, en], tiers: [1, 2], countries: [AF, PK], salience: 0.3}
    severity: high
    max_age: 7d
    group: {by: story, wait: 30s, interval: 5m}
    cooldown: 1h
    hours: {days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00", zone: Asia/Kabul, through: critical}
  - {id: front-daily, actors: [example-front], digest: daily, topic: example-desk}
""",
    "silences": """
silences:
  - id: talks
    match: {watch: border, entity: [ttp, actor/iskp]}
    from: 2026-11-24T08:00+04:30
    until: 2026-11-24T18:00+04:30
    by: Zarmina
    why: talks are on
""",
    "access": """
tokens:
  - id: kabul-reader
    sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    scopes: [read, respond]
    owners: [kabul-desk]
    expires: 2027-06-30T00:00:00Z
    note: dashboard of the Kabul desk
""",
    "pack": """
extends: default
actors:
  - id: example-front
    name: Example Front
    kind: armed-group
    aliases:
      en: [Example Front, {text: ExF, requires: [front, {kind: armed-group}], within: 30}]
      ur: [مثالی محاذ]
decoys: {en: [Example Front Street]}
concepts:
  - {id: example-idea, phrases: {en: [ceasefire line*], ru: [линия прекращения огня]}}
topics:
  - id: example-topic
    name: Example topic
    threshold: 2
    rules:
      - {id: of-the-idea, weight: 2, any: [{concept: example-idea}]}
      - {weight: 1, all: [{concept: example-idea}, {kind: armed-group}], within: 20}
""",
}
"""By the part of the folder."""
