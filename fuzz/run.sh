#!/bin/sh
# Fuzzes every target, one after the other, each for so many seconds.
#
#     fuzz/run.sh SECONDS [TARGET...]
#
# Needs a nightly toolchain and cargo-fuzz. What is found lies in
# fuzz/artifacts; what is learnt in fuzz/corpus, and is used the next time.
set -eu

seconds=${1:?how many seconds for each target?}
shift
cd "$(dirname "$0")/.."
targets=${*:-export conninfo config theme keys plan scope}

for target in $targets; do
    seeds=fuzz/seeds/$target
    options="-timeout=10 -rss_limit_mb=2048 -max_total_time=$seconds -print_final_stats=1"
    case $target in
        export)
            seeds=fixtures/broken
            options="$options -max_len=65536 -dict=fuzz/export.dict"
            ;;
        plan) options="$options -max_len=65536" ;;
        *) options="$options -max_len=4096" ;;
    esac
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus"
    echo "== $target"
    # No sanitizer: there is no unsafe code to look after, and it is faster without.
    # shellcheck disable=SC2086
    nice cargo +nightly fuzz run --sanitizer none "$target" "$corpus" "$seeds" -- $options
done
