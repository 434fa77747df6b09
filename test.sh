#!/usr/bin/env bash
# Builds and tests everything. The build also checks the format; `dotnet format SuperheroOrleans.sln` corrects it.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
Usage: ./test.sh [fast | containers]

  ./test.sh             installs missing test tools, builds, and runs all tests except those of the containers
  ./test.sh fast        builds, and runs the tests that start no server, browser or silo process
  ./test.sh containers  builds, and runs the tests of the deployment in containers; they need a container engine with Compose

The last line is "N passed, N failed, N skipped". The exit code is 0 if no test failed.
TEXT
}

mode=${1:-all}
case "$#:$mode" in
    0:all | 1:fast | 1:containers) ;;
    1:-h | 1:--help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac

# Installs the Debian packages whose programs are missing. Each argument is program=package.
install() {
    local missing=() pair sudo=
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi

    if ! command -v apt-get >/dev/null; then
        echo "Install ${missing[*]} first; this script can only use apt-get." >&2
        exit 1
    fi

    if [[ " ${missing[*]} " == *" chromium "* ]] && grep -q '^ID=ubuntu' /etc/os-release; then
        echo "Put a Chromium at /usr/bin/chromium first; Ubuntu has it only as a snap, which the tests cannot start." >&2
        exit 1
    fi

    echo "Installing ${missing[*]} ..."
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq

    # Run level 1 keeps the packages from starting servers of their own.
    $sudo env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# One compiler serves all projects. Some machines turn that off by a variable, which doubles the time of the build.
build() {
    dotnet build "$@" -c Release -v quiet --nologo -p:UseSharedCompilation=true
}

# Most silos of the tests live for seconds, in which optimized code does not pay (the number is hexadecimal).
export DOTNET_TC_CallCountThreshold=2000

# A test that hangs ends the run with a list of the tests that were running; so does a suite that takes far too long.
suites=(
    --test-modules 'tests/*.Tests/bin/Release/net10.0/Superhero.*.Tests.dll' --no-progress
    --timeout 20m --hangdump --hangdump-timeout 5m --hangdump-type Mini
)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
case "$mode" in
    all)
        install redis-server=redis-server chromium=chromium strace=strace ip=iproute2 faketime=faketime openssl=openssl npm=npm node=nodejs
        npm install --prefix tests/Servers --no-package-lock --no-audit --no-fund --loglevel error >/dev/null &
        npm=$!
        build SuperheroOrleans.sln
        wait "$npm"
        dotnet test "${suites[@]}" --max-parallel-test-modules 2 2>&1 | tee "$log" || status=$?
        ;;
    fast)
        build SuperheroOrleans.sln

        # Without a PATH, a test that starts a program although it is not marked as one that does fails. Some suites have only tests
        # that start programs: exit code 8 says that none was left to run.
        env PATH= "$(command -v dotnet)" test "${suites[@]}" --filter-not-trait Category=Integration --ignore-exit-code 8 2>&1 \
            | tee "$log" || status=$?
        ;;
    containers)
        install prometheus=prometheus
        build tests/Containers
        dotnet tests/Containers/bin/Release/net10.0/Superhero.Containers.dll --output Detailed --progress off --no-ansi --ignore-exit-code 8 \
            2>&1 | tee "$log" || status=$?
        ;;
esac

# An error is a suite whose process crashed or hung.
awk '/^ *succeeded:/ { passed = $2 } /^ *(failed|error):/ { failed[$1] = $2 } /^ *skipped:/ { skipped = $2 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed["failed:"] + failed["error:"], skipped }' "$log"
exit "$status"
