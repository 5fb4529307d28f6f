#!/usr/bin/env bash
# Test in several processes, one a GPU, or on the CPU where there is none: tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options]
set -euo pipefail
if [ $# -lt 3 ]; then
    echo "usage: $0 CONFIG CHECKPOINT PROCESSES [options of tools/test.py]" >&2
    exit 2
fi
here="$(dirname "$0")"
exec "${PYTHON:-python}" "$here/processes.py" "$3" "$here/test.py" "$1" "$2" --launcher pytorch "${@:4}"
