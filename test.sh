#!/usr/bin/env bash
# Installs what the tests need where it is missing, builds, and runs all tests. The build checks the format, too;
# `dotnet format SuperheroOrleans.sln` puts it right.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
command -v chromium >/dev/null || missing+=(chromium)
command -v ip >/dev/null || missing+=(iproute2)
command -v npm >/dev/null || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing ${missing[*]} ..."
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

npm install --prefix tests/Servers --no-package-lock --no-audit --no-fund --loglevel error >/dev/null &
servers=$!
dotnet build SuperheroOrleans.sln -c Release -v quiet
wait "$servers"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
dotnet test --solution SuperheroOrleans.sln -c Release --no-build --max-parallel-test-modules 2 --no-progress | tee "$log" || status=$?
awk '/^ *succeeded:/ { passed = $2 } /^ *failed:/ { failed = $2 } END { printf "%d passed, %d failed\n", passed, failed }' "$log"
exit "$status"
