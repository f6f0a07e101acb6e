#!/bin/sh
# layer.sh FOLDER PATH...: move what will be one layer of the image under FOLDER, so that each build makes it alike.
set -eu
folder=$1
shift
for path in "$@"; do
    mkdir -p "$folder$(dirname "$path")"
    # Compiled here, checked against no clock: a container's root is read-only, and would compile at each start.
    find "$path" -name __pycache__ -prune -exec rm -r {} +
    if [ -d "$path" ]; then python -m compileall -q --invalidation-mode unchecked-hash "$path" > /dev/null || true; fi
    cp -a "$path" "$folder$path"
done
find "$folder" ! -perm -1000 -exec chmod u=rwX,go=rX {} + # whatever the umask of the checkout
find "$folder" -exec touch --no-dereference --date=@315532800 {} +
