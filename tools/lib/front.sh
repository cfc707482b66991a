# shellcheck shell=bash
# What the front door's scripts share: headlines, counting, and how many compilers fit in memory.

# headline TEXT: opens a stage of the output.
headline() { printf '\n\033[1m== %s ==\033[0m\n' "$*"; }
if [[ ! -t 1 || -n ${NO_COLOR:-} ]]; then
  headline() { printf '\n== %s ==\n' "$*"; }
fi

passed=0
failed=0

# count PASSED FAILED: adds to what the closing line says.
count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
}

# check NAME COMMAND…: runs a command as one check; its failure is counted, not fatal.
check() {
  local name=$1
  shift
  if "$@"; then
    count 1 0
  else
    printf 'FAILED: %s\n' "$name"
    count 0 1
  fi
}

# count_closing_line LOG STATUS: adds what a runner's last `N passed, N failed` says. A runner that
# failed without saying of what, or never said anything, is one failure.
count_closing_line() {
  local line ran=0 broke=0
  line=$(sed -nE '/^[0-9]+ passed, [0-9]+ failed$/p' "$1" | tail -n 1)
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    ran=${BASH_REMATCH[1]} broke=${BASH_REMATCH[2]}
  fi
  count "$ran" "$broke"
  if ((broke == 0 && ($2 != 0 || ran == 0))); then
    count 0 1
  fi
}

# count_ctest OUTPUT STATUS DETAILS: adds what ctest says. A test that is a doctest suite counts by
# its cases, as DETAILS (ctest's LastTest.log) holds them. No summary in OUTPUT, or no test in it, is
# a failure, and so is every test that DETAILS does not call passed.
count_ctest() {
  local sum total=0 succeeded=0 cases=0 broke=0
  sum=$(sed -n 's/.*tests passed, [0-9]* tests* failed out of \([0-9]*\)$/\1/p' "$1")
  read -r succeeded cases broke < <(awk '
    /^[0-9]+\/[0-9]+ Testing: / { ran = 0; wrong = 0 }
    /^\[doctest\] test cases: / { split($0, part, "|"); ran = part[2] + 0; wrong = part[3] + 0 }
    /^Test (Passed\.|Pass Reason:)/ { succeeded += 1; cases += ran > 0 ? ran : 1 }
    /^Test Failed\./ { cases += ran; broke += wrong > 0 ? wrong - 1 : 0 }
    END { print succeeded + 0, cases + 0, broke + 0 }' "$3")
  total=${sum:-0}
  broke=$((broke + total - succeeded))
  count "$cases" "$broke"
  if ((broke == 0 && ($2 != 0 || total == 0))); then
    count 0 1
  fi
}

# closing_line: says the sum; its status is the whole run's.
closing_line() {
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0 && passed > 0))
}

# jobs: as many compilers as there are processors, but no more than one per 1.5 GB of memory, the
# most that a file with Asio and Beast takes under the sanitizers.
jobs() {
  local processors gigabytes
  processors=$(nproc)
  gigabytes=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  echo $((gigabytes < 1 ? 1 : gigabytes < processors ? gigabytes : processors))
}
