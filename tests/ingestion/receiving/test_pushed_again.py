"""`POST /articles` of what was sent before: edited, taken back, there again."""

import httpx

from tests.ingestion.receiving.newsroom import OTHER_TOKEN, TOKEN, Newsroom, Served

TALKS = {"id": "w-1", "title": "Talks begin", "text": "In Kabul."}


async def test_what_is_pushed_again_edited_says_what_it_replaces(sender: httpx.AsyncClient, newsroom: Newsroom) -> None:
    for text in ("In Kabul.", "In Kabul.", "In Doha."):
        await sender.post("/articles", json=TALKS | {"text": text})
    [(_, first), (_, edited)] = newsroom.published
    assert (first.replaces, edited.replaces) == (None, first.revision)


async def test_what_its_sender_takes_back_is_published_as_withdrawn_once_and_may_come_again(
    sender: httpx.AsyncClient, newsroom: Newsroom
) -> None:
    await sender.post("/articles", json=TALKS)
    for _ in range(2):
        answer = await sender.post("/articles", json={"id": "w-1", "withdrawn": True})
    await sender.post("/articles", json=TALKS)
    [first, gone, back] = [article for _, article in newsroom.published]

    assert answer.status_code == 202
    [item] = answer.json()["items"]
    assert (item["id"], item["revision"], item["marks"]) == (first.id, gone.revision, ["withdrawn", "pushed"])
    assert (gone.id, gone.replaces, gone.title, gone.text) == (first.id, first.revision, "", "")
    assert (back.revision, back.replaces, back.marks) == (first.revision, gone.revision, first.marks)


async def test_a_sender_takes_back_nothing_of_another(push: Served, newsroom: Newsroom) -> None:
    async with httpx.AsyncClient(base_url=push.url, trust_env=False) as client:
        told = []
        for token, item in ((TOKEN, TALKS), (OTHER_TOKEN, {"id": "w-1", "withdrawn": True})):
            answer = await client.post("/articles", json=item, headers={"Authorization": f"Bearer {token}"})
            told.append(answer.status_code)
        refused = await client.post("/articles", json={"id": "w-1", "withdrawn": True})
    [(_, article), (source_id, theirs)] = newsroom.published
    assert (told, refused.status_code) == ([202, 202], 401)
    assert source_id == "bridge"
    assert theirs.id != article.id
