"""A backup is a moment of a running installation; a restore lets an empty broker go on from there.

What must hold of that moment, for each who reads a topic and writes another. `commit` is how far a group has committed,
`end` how far a topic is taken over. Read in this order: memories, commits, the cut of decide, all other ends.

ingestion    memory `ingestion.state`, output `articles` and `sources.incidents`. It writes its outputs first and what
             it remembers last. The memory's end is read first: whatever it remembers as published is there. What was
             published behind it is found once more in the feeds, under the same ids.
tagging,     input `articles` (`articles.tagged`, `alerts`), output `articles.tagged` (`mentions`, `articles`). They
match,       commit once their outputs are written. Commits are read before ends: of all below a commit the outputs are
recheck      there. What lies above it comes again and gives the same ids; decide knows them.
decide       input `mentions`, output `alerts`, `alerts.<name>` and `dead-letters`, memory `alerting.state`: one
             transaction. So commit, memory and alerts of a partition are taken over at the end of one and the same
             transaction (cut.py). Neither side can be ahead: an alert is neither missing nor decided again.
route        input `alerts`, output `notifications`, which are its memory as well. Its commit is read before their end:
             an alert that comes again finds what was decided of it, and is routed no second time. Its commit is never
             beyond the alerts: they only grow, and their end is read later.
notify       input `notifications`, output `deliveries`, which are its memory as well: as for route. What was delivered
             and not written yet is told again under the same id, as after any kill.
channels     memory `channels.state`, output `channels.incidents` and `notifications`: it remembers last, as ingestion.
people       `watches`, `acknowledgements`, `feedback`: their ends are read last, so that the newest word counts.

Offsets begin anew on the other broker. Commits are translated: what comes next for a group is the record that came
next, counted among those that were taken over. Nothing else on our topics holds an offset but dead letters, and these
are translated as well (letters.py).
"""
