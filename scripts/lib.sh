# Shared by scripts/run, scripts/test and scripts/soak; sourced, not started.
# shellcheck shell=bash

# What every build needs besides Swift.
readonly build_packages=(libsqlite3-dev libyaml-dev libcurl4-openssl-dev)
# What the tests of the binary from outside need besides Python packages.
# shellcheck disable=SC2034 # those who source this use it
readonly outside_packages=(sqlite3 openssl python3-venv procps prometheus strace util-linux)
# The Python with the packages of Tests/Outside.
readonly python=.venv/bin/python
# One file that runs without Swift on the machine; see Decisions in ARCHITECTURE.md.
readonly release_flags=(--static-swift-stdlib)

say() { printf '%s\n' "$*"; }

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Runs a command as root: as it is for root, through sudo for others.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root and there is no sudo: $*"
    fi
}

# Installs those Debian packages that are missing; says nothing when none is.
need_packages() {
    local missing=() package status
    for package in "$@"; do
        status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || true
        [[ $status == *'install ok installed'* ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    say "Installing ${missing[*]} ..."
    as_root apt-get -qq update
    # No service may start because of an installation.
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
}

need_swift() {
    local version
    command -v swift >/dev/null || die "Swift 6.3 is not installed (or not in PATH): see swift.org"
    version=$(swift --version 2>/dev/null)
    [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || die "swift --version says: $version"
    ((BASH_REMATCH[1] > 6 || (BASH_REMATCH[1] == 6 && BASH_REMATCH[2] >= 3))) ||
        die "Till needs Swift 6.3 or newer, this is ${BASH_REMATCH[0]}"
}

need_python() {
    if [[ ! -x $python ]]; then python3 -m venv .venv || return; fi
    "$python" -m pip install --quiet --disable-pip-version-check -r Tests/Outside/requirements.txt
}

# simulate FROM COUNT: plays that many worlds from a seed on, a share on each processor; 0 if no
# promise was broken. What is printed names the seeds that broke one, and the next to go on from.
simulate() {
    local from=$1 count=$2 shards share shard pid pids=() pinned result=0
    shards=$(nproc)
    share=$(((count + shards - 1) / shards))
    for ((shard = 0; shard < shards; shard++)); do
        # A world and its store's thread take turns; on two processors they only wait for each other.
        pinned=(taskset --cpu-list "$shard")
        "${pinned[@]}" true 2>/dev/null || pinned=(env)
        "${pinned[@]}" .build/release/Simulation --from "$((from + shard * share))" --count "$share" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || result=1; done
    return "$result"
}

need_simulation() { swift build -c release --product Simulation "${release_flags[@]}"; }

# Where the debug build is, what makes its sanitizer see Foundation's locks, and what it must not report.
readonly debug=.build/tsan mutex=.build/tsan-mutex.so
export TSAN_OPTIONS="suppressions='$PWD/Tests/Sanitizers/thread.supp' print_suppressions=0"

# The debug build has ThreadSanitizer in it: one build, and every unit test is a test for races too.
debug_build() { swift build --build-tests --sanitize=thread --scratch-path "$debug"; }
mutex_for_sanitizer() {
    clang -std=c17 -Wall -Wextra -Werror -O2 -shared -fPIC -fuse-ld=lld Tests/Sanitizers/mutex.c -o "$mutex" &&
        printf '#!/bin/sh\nTSAN_OPTIONS="%s" LD_PRELOAD=%s exec %s "$@"\n' \
            "$TSAN_OPTIONS" "$PWD/$mutex" "$PWD/$debug/debug/till" >"$debug/till" &&
        chmod +x "$debug/till"
}
# sanitized_tests SECONDS ARGUMENT...: runs unit tests, and ends them when they take longer.
sanitized_tests() {
    local limit=$1 result=0
    shift
    LD_PRELOAD=$PWD/$mutex TILL_TEST_PYTHON=$PWD/$python timeout --signal=KILL "$limit" \
        swift test --skip-build --sanitize=thread --scratch-path "$debug" "$@" || result=$?
    if [[ $result -eq 137 ]]; then
        say "not over after $limit seconds"
        # They are in a process group of their own.
        pkill -KILL -f "^$PWD/$debug/.*/tillPackageTests.xctest"
    fi
    return "$result"
}
