#!/bin/sh
# Leave out of a virtual environment what no process runs: tests, sources of compiled modules, symbols for debuggers.
set -eu
packages=$(echo "$1"/lib/python3*/site-packages)
find "$packages" -type d \( -name tests -o -name include \) -path '*/numpy/*' -prune -exec rm -r {} +
find "$packages" -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.pyi' -o -name '*.c' -o -name '*.h' \) -delete
rm -f "$packages"/zstandard/_cffi.*.so # for PyPy; CPython takes the backend in C
# Some wheels carry more debug information than code. Libraries that were moved into a wheel (*.libs) are not touched:
# their offsets were changed by hand, which strip does not expect.
find "$packages" -type f -name '*.so' ! -path '*.libs/*' | while read -r library; do
    if readelf --section-headers "$library" | grep -q '\.debug_info'; then strip --strip-debug "$library"; fi
done
