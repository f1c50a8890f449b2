#!/bin/sh
# Refresh requirements.txt: every version and hash, for installing without uv. No file of ours names
# a package registry's host, which uv's own lock file would.
set -e
cd "$(dirname "$0")/.."
python -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
    pyproject.toml --output-file "${1:-requirements.txt}"
