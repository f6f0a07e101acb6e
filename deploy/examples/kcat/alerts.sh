#!/bin/sh
# Every committed record of the topic `alerts` from now on, held ones too: the watch's id and the JSON, a line each.
# Arguments are kcat's own:  alerts.sh -b kafka.example:9092 -o beginning -e | cut -f 2 | jq -r .article.title
exec kcat -C -q -u -t alerts -o end -X isolation.level=read_committed -f '%k\t%s\n' "$@"
