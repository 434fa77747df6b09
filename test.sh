#!/usr/bin/env bash
# The build checks the format, too; `dotnet format SuperheroOrleans.sln` puts it right.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
Usage: ./test.sh [fast]

  ./test.sh       installs what the tests need where it is missing, builds, and runs all tests
  ./test.sh fast  builds, and runs the tests that need no server, browser or process of their own

Either ends with a line "N passed, N failed", and with 0 where none has failed.
TEXT
}

fast=
case "$*" in
    "") ;;
    fast) fast=yes ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac

install() {
    local missing=()
    # Where there is no such package, the tests on it are skipped.
    if ! command -v valkey-server >/dev/null && apt-cache show valkey-server >/dev/null 2>&1; then
        missing+=(valkey-server)
    fi

    command -v redis-server >/dev/null || missing+=(redis-server)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v strace >/dev/null || missing+=(strace)
    command -v ip >/dev/null || missing+=(iproute2)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v npm >/dev/null || missing+=(nodejs npm)
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi

    if ! command -v apt-get >/dev/null; then
        echo "Install ${missing[*]} first; this script does so by apt-get alone." >&2
        exit 1
    fi

    if [[ " ${missing[*]} " == *" chromium "* ]] && grep -q '^ID=ubuntu' /etc/os-release; then
        echo "Put a Chromium at /usr/bin/chromium first; Ubuntu has it as a snap alone, which the tests can't start." >&2
        exit 1
    fi

    echo "Installing ${missing[*]} ..."
    local sudo
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Without a path, a test that starts a program and is not marked as one that does fails. Some suites have none but such tests,
# which is no failure (8).
run=(dotnet test)
options=()
if [ -n "$fast" ]; then
    run=(env PATH= "$(command -v dotnet)" test)
    options=(--filter-not-trait Category=Integration --ignore-exit-code 8)
    dotnet build SuperheroOrleans.sln -c Release -v quiet
else
    install
    npm install --prefix tests/Servers --no-package-lock --no-audit --no-fund --loglevel error >/dev/null &
    servers=$!
    dotnet build SuperheroOrleans.sln -c Release -v quiet
    wait "$servers"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"${run[@]}" --solution SuperheroOrleans.sln -c Release --no-build --max-parallel-test-modules 2 --no-progress "${options[@]}" \
    | tee "$log" || status=$?
awk '/^ *succeeded:/ { passed = $2 } /^ *failed:/ { failed = $2 } END { printf "%d passed, %d failed\n", passed, failed }' "$log"
exit "$status"
