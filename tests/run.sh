#!/usr/bin/env bash
# Installs what is needed, builds, and passes all tests.
#
#   tests/run.sh                    everything: about 20 minutes on two cores
#   tests/run.sh --sanitize         only the two sanitizer builds and their tests
#   tests/run.sh --long [MINUTES]   as the first, but takes all real media where that takes every
#                                   fifteenth file, fuzzes for MINUTES (60), runs the tests of the
#                                   sanitizer builds over and over for as long again, and sends ten
#                                   million items, and new seeds of the simulation for about as
#                                   long, through the release build's engine (phase soak)
#   tests/run.sh PHASE...           only these of: release lint quickstart clang tidy fuzz asan tsan soak
#
# One line per phase, a summary of what failed, and at the very end the count of all tests. Build
# folders: build/ (release, shared with packaging/quickstart.sh) and build-tests/. Logs of the
# phases: build-tests/logs/. $CAPSTAN_MEDIA may name a folder of further real media.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
logs=$top/build-tests/logs
n_passed=0
n_failed=0
n_skipped=0
failures=()

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
}

# phase NAME FUNCTION [ARGUMENT...]: runs it into a log and prints one line. The function reports its
# tests through count_meson_tests; without any, the phase itself counts as one test.
phase() {
  local name=$1 start=$SECONDS status=0 failed_before=$n_failed counted_before=$((n_passed + n_failed))
  shift
  log=$logs/$name.log
  phase_notes=()
  # Not in a subshell: it counts. `|| status` would switch `set -e` off inside, so functions join
  # their steps by `&&`.
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0 && n_failed == failed_before)); then
    n_failed=$((n_failed + 1))
    failures+=("$name: exit code $status; the log ends with:"$'\n'"$(tail -n 25 "$log")")
  elif ((status == 0 && n_passed + n_failed == counted_before)); then
    n_passed=$((n_passed + 1))
  fi
  local verdict=ok
  ((status == 0)) || verdict=FAILED
  printf '%-8s %-6s %4d s  %s\n' "$name" "$verdict" $((SECONDS - start)) "${phase_notes[*]-}"
}

# Adds the tests of the last `meson test` in a build folder to the counts.
count_meson_tests() {
  local build=$1 label=$2 passed failed skipped line
  read -r passed failed skipped < <(python3 tests/count_tests.py "$build/meson-logs/testlog.json")
  n_passed=$((n_passed + passed))
  n_failed=$((n_failed + failed))
  n_skipped=$((n_skipped + skipped))
  phase_notes+=("$passed passed, $failed failed, $skipped skipped")
  while IFS= read -r line; do
    [[ -z $line ]] || failures+=("$label: $line (see $build/meson-logs/testlog.txt)")
  done < <(python3 tests/count_tests.py --failures "$build/meson-logs/testlog.json")
}

# Built once and from scratch: the product as few large units, which share the reading of headers.
fresh=(-Dunity=on -Dunity_size=1000)

# Checked builds: asserts, readable stack traces, and as fast to compile as they can be, which is
# most of their time. GCC's sanitizers bring false warnings, so those two leave -Werror to the rest.
checked=(--buildtype=debug -Ddebug=false -Doptimization=0 "${fresh[@]}")

configure() {
  local build=$1
  shift
  # Only once: a second run compiles what has changed.
  [[ -f $build/build.ninja ]] || meson setup "$build" "$top" "$@"
}

run_tests() {
  local build=$1 label=$2 status=0
  shift 2
  rm -f "$build/meson-logs/testlog.json"
  # Builds what these tests need, if that has not been done.
  "${test_prefix[@]}" meson test -C "$build" --print-errorlogs "$@" || status=$?
  if [[ -f $build/meson-logs/testlog.json ]]; then count_meson_tests "$build" "$label"; fi
  return "$status"
}

test_release() {
  configure build --buildtype=release "${fresh[@]}" -Dbench=true && meson compile -C build &&
    CAPSTAN_MEDIA_STEP=${CAPSTAN_MEDIA_STEP:-$media_step} run_tests build release --no-suite lint
}

test_lint() {
  configure build --buildtype=release "${fresh[@]}" -Dbench=true && meson compile -C build &&
    run_tests build lint --suite lint
}

# What a newcomer types first, from another folder and without an argument.
test_quickstart() {
  local folder=build-tests/quickstart
  rm -rf "$folder" && mkdir -p "$folder" && (cd "$folder" && "$top/packaging/quickstart.sh") &&
    [[ $(find "$folder/thumbnails" -type f -name '*.jpg' | wc -l) -gt 10 ]] &&
    [[ -s $folder/thumbnails/sheet-000.jpg ]]
}

configure_clang() {
  CC=clang CXX=clang++ configure build-tests/clang "${checked[@]}" -Dfuzz=true \
    -Db_lundef=false -Dcpp_args='-g1 -Wthread-safety'
}

# Everything by the second compiler. Not part of a normal run: clang-tidy reads the product with the
# same warnings, and only the fuzz targets have to be built.
build_clang() {
  configure_clang && meson compile -C build-tests/clang
}

# With clang's warnings, its analysis of which thread each object lives on among them.
test_tidy() {
  configure_clang && tests/lint/clang_tidy.sh build-tests/clang
}

# run_fuzz TARGET MAX_LEN SEEDS...: for half of the time. Findings stay in build-tests/, the corpus
# grows over the runs.
run_fuzz() {
  local name=$1 max_len=$2 target
  shift 2
  target=$(find build-tests/clang -type f -name "$name" -perm -u+x | head -n 1)
  [[ -n $target ]] || { echo "no $name was built"; return 1; }
  mkdir -p "build-tests/corpus/$name"
  (cd build-tests && "../$target" -max_total_time=$((fuzz_seconds / 2)) -timeout=20 \
    -rss_limit_mb=2048 -max_len="$max_len" -print_final_stats=1 "corpus/$name" "$@")
}

# Shipped configurations and small samples of media are the seeds.
test_fuzz() {
  configure_clang && meson compile -C build-tests/clang config_fuzz decode_fuzz || return 1
  tests/media/make_samples.sh build-tests/samples && mkdir -p build-tests/media_seeds &&
    find build-tests/samples -maxdepth 1 -type f -size -64k -exec cp {} build-tests/media_seeds/ \; &&
    run_fuzz config_fuzz 4096 ../tests/fuzz/config_corpus ../config &&
    run_fuzz decode_fuzz 65536 media_seeds
}

# The soaks at their full size, every allocation of a run failing once, and the engine's simulation
# from seeds that no run has seen, some thousands a second.
test_soak() {
  local first
  first=$(($(date +%s) * 1000))
  export CAPSTAN_SOAK_ITEMS=${CAPSTAN_SOAK_ITEMS:-10000000} CAPSTAN_FAULT_STEP=${CAPSTAN_FAULT_STEP:-1}
  configure build --buildtype=release "${fresh[@]}" && meson compile -C build &&
    run_tests build soak --suite soak --timeout-multiplier 60 &&
    CAPSTAN_SEEDS=$first-$((first + fuzz_seconds * 4000)) build/daemon/simulation_test
  local status=$?
  unset CAPSTAN_SOAK_ITEMS CAPSTAN_FAULT_STEP
  return "$status"
}

# LeakSanitizer stops the process with ptrace, which some containers forbid: look, then decide.
leak_check_works() {
  local probe=build-tests/leak_probe
  echo 'int main() {}' >"$probe.cpp" && g++ -fsanitize=address "$probe.cpp" -o "$probe" &&
    ASAN_OPTIONS=detect_leaks=1 "$probe"
}

# Paths stand in quotes, since a space or colon would end a sanitizer's option.
test_asan() {
  local leaks=1
  leak_check_works || { leaks=0; phase_notes+=("no leak check: ptrace is forbidden here;"); }
  export ASAN_OPTIONS=detect_leaks=$leaks:detect_stack_use_after_return=1:abort_on_error=0
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  configure build-tests/asan "${checked[@]}" -Dcpp_args=-g1 -Db_lundef=false \
    -Dwerror=false -Db_sanitize=address,undefined && meson compile -C build-tests/asan &&
    repeat_tests asan --no-suite lint --no-suite e2e --no-suite quality
}

# ThreadSanitizer needs its shadow addresses free, which a kernel with strong address randomisation
# does not leave; without randomisation it runs everywhere.
choose_tsan_prefix() {
  local probe=build-tests/tsan_probe
  echo 'int main() {}' >"$probe.cpp" && g++ -fsanitize=thread "$probe.cpp" -o "$probe" || return 1
  "$probe" && return 0
  test_prefix=(setarch "$(uname -m)" -R)
  "${test_prefix[@]}" "$probe"
}

test_tsan() {
  export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=\"$top/tests/tsan.supp\""
  if ! choose_tsan_prefix; then
    phase_notes+=("ThreadSanitizer cannot run on this kernel")
    return 1
  fi
  configure build-tests/tsan "${checked[@]}" -Dcpp_args=-g1 -Db_lundef=false \
    -Dwerror=false -Db_sanitize=thread &&
    meson compile -C build-tests/tsan programs && repeat_tests tsan --suite threads
  local status=$?
  test_prefix=()
  return "$status"
}

# repeat_tests BUILD SELECTION...: the selected tests, then those of the programs. Lint looks at the
# sources, which a sanitizer does not change; most unit tests have one thread, where there is no
# race; the quality of scaling is a matter of numbers alone. Of further real media a small sample is
# enough here. Leaks are looked for in the unit tests: in programs that load plugins the leak checker
# of GCC 12 now and then crashes itself at their end (it reads thread-local memory of a loaded
# library: "Tracer caught signal 11").
repeat_tests() {
  local build=build-tests/$1 label=$1
  shift
  export CAPSTAN_MEDIA_STEP=${CAPSTAN_MEDIA_STEP:-60}
  local end=$((SECONDS + long_seconds))
  while
    run_tests "$build" "$label" "$@" --timeout-multiplier 5 &&
      ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" \
        run_tests "$build" "$label" --suite e2e --timeout-multiplier 5
  do
    ((SECONDS < end)) || return 0
  done
  return 1
}

test_prefix=()
fuzz_seconds=40
media_step=15
long_seconds=0
is_long=0
phases=()
while (($# > 0)); do
  case $1 in
    --sanitize) phases+=(asan tsan) ;;
    --long)
      minutes=60
      if [[ ${2:-} =~ ^[0-9]+$ ]]; then
        minutes=$2
        shift
      fi
      fuzz_seconds=$((minutes * 60))
      long_seconds=$((minutes * 60))
      is_long=1
      media_step=1
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    release | lint | quickstart | clang | tidy | asan | tsan | fuzz | soak) phases+=("$1") ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done
((${#phases[@]} > 0)) || phases=(release lint quickstart tidy fuzz asan tsan)
if ((is_long)) && [[ " ${phases[*]} " != *" soak "* ]]; then phases+=(soak); fi

packaging/dependencies.sh build tests
mkdir -p "$logs"
for name in "${phases[@]}"; do
  case $name in
    clang) phase clang build_clang ;;
    *) phase "$name" "test_$name" ;;
  esac
done

if ((${#failures[@]} > 0)); then
  echo
  echo "What failed (logs in $logs):"
  printf '%s\n' "${failures[@]}"
fi
echo
if ((n_skipped > 0)); then
  echo "$n_passed passed, $n_failed failed, $n_skipped skipped"
else
  echo "$n_passed passed, $n_failed failed"
fi
((n_failed == 0))
