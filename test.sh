#!/usr/bin/env bash
# The build checks the format, too; `dotnet format SuperheroOrleans.sln` puts it right.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
Usage: ./test.sh [fast | containers]

  ./test.sh             installs what the tests need where it is missing, builds, and runs all tests but those of the containers
  ./test.sh fast        builds, and runs the tests that need no server, browser or process of their own
  ./test.sh containers  builds, and runs the tests of the deployment in containers, which need a container engine and Compose

Each ends with a line "N passed, N failed", and with 0 where none has failed.
TEXT
}

case "$*" in
    "" | fast | containers) ;;
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
    compgen -G "/usr/lib*/*/faketime/libfaketimeMT.so.1" >/dev/null || missing+=(libfaketime)
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

# Most silos of the tests live for seconds, in which optimized code does not pay (the number is hexadecimal).
export DOTNET_TC_CallCountThreshold=2000

run=(dotnet test -c Release --no-build --no-progress)
case "$*" in
    "")
        install
        npm install --prefix tests/Servers --no-package-lock --no-audit --no-fund --loglevel error >/dev/null &
        servers=$!
        dotnet build SuperheroOrleans.sln -c Release -v quiet
        wait "$servers"
        ;;
    fast)
        # Without a path, a test that starts a program and is not marked as one that does fails. Some suites have none but such
        # tests, which is no failure (8).
        run=(env PATH= "$(command -v dotnet)" "${run[@]:1}" --filter-not-trait Category=Integration --ignore-exit-code 8)
        dotnet build SuperheroOrleans.sln -c Release -v quiet
        ;;
    containers)
        dotnet build tests/Containers -c Release -v quiet
        ;;
esac

# Those of the silo take as long as all others together, which run beside them.
suites() {
    local status=0
    {
        for suite in tests/*.Tests; do
            [ "$suite" = tests/Silo.Tests ] || "${run[@]}" --project "$suite" || status=$?
        done
        exit "$status"
    } &
    local others=$!
    trap 'pkill -P "$others"; kill "$others" 2>/dev/null' EXIT
    "${run[@]}" --project tests/Silo.Tests || status=$?
    wait "$others" || status=$?
    trap - EXIT
    return "$status"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
if [ "$*" = containers ]; then
    # Without an engine all are skipped, which is no failure (8).
    dotnet tests/Containers/bin/Release/net10.0/Superhero.Containers.dll --output Detailed --progress off --ignore-exit-code 8 | tee "$log" || status=$?
else
    suites | tee "$log" || status=$?
fi

awk '/^ *succeeded:/ { passed += $2 } /^ *failed:/ { failed += $2 } END { printf "%d passed, %d failed\n", passed, failed }' "$log"
exit "$status"
