#!/usr/bin/env bash
# Train in several processes, one a GPU, or on the CPU where there is none: tools/dist_train.sh CONFIG PROCESSES [options]
set -euo pipefail
if [ $# -lt 2 ]; then
    echo "usage: $0 CONFIG PROCESSES [options of tools/train.py]" >&2
    exit 2
fi
here="$(dirname "$0")"
exec "${PYTHON:-python}" "$here/processes.py" "$2" "$here/train.py" "$1" --launcher pytorch "${@:3}"
