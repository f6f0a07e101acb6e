#!/bin/sh
# Alerts over HTTP as they ring, a line of JSON each; without a gap or a repeat when the line breaks.
#
#   TOCSIN_TOKEN=tcs_... stream.sh [http://127.0.0.1:8070] ['watch=ttp&severity=high']
#
# The last position is kept in the file `last-event-id`: another start goes on there.
url="${1:-http://127.0.0.1:8070}/alerts/stream?$2"
while true; do
    printf 'header = "Authorization: Bearer %s"\nheader = "Last-Event-ID: %s"\n' \
        "$TOCSIN_TOKEN" "$(cat last-event-id 2>/dev/null)" |
        curl --silent --show-error --fail --no-buffer --config - "$url" |
        while IFS= read -r line; do
            case "$line" in
                "id: "*) id="${line#id: }" ;;
                "data: "*) printf '%s\n' "${line#data: }" ;;
                "") [ -z "$id" ] || printf '%s' "$id" >last-event-id ;;
            esac
        done
    sleep 2
done
