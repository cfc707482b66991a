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

# count_ctest OUTPUT STATUS DETAILS: adds what ctest's summary in OUTPUT says. A test that is a
# doctest suite counts by its cases, as DETAILS (ctest's LastTest.log) holds them. No summary, or no
# test in it, is a failure.
count_ctest() {
  local broke=0 total=0 told=0 cases=0 more_broke=0
  read -r broke total < <(
    sed -n 's/.*tests passed, \([0-9]*\) tests* failed out of \([0-9]*\)$/\1 \2/p' "$1"
    echo 0 0
  )
  read -r told cases more_broke < <(awk '
    /^[0-9]+\/[0-9]+ Testing: / { ran = 0; wrong = 0 }
    /^\[doctest\] test cases: / { split($0, part, "|"); ran = part[2] + 0; wrong = part[3] + 0 }
    /^Test (Passed\.|Pass Reason:)/ { told += 1; cases += ran > 0 ? ran : 1 }
    /^Test (Failed\.|Fail Reason:)/ { cases += ran; more_broke += wrong > 0 ? wrong - 1 : 0 }
    END { print told + 0, cases + 0, more_broke + 0 }' "$3")
  count $((cases + total - broke - told)) $((broke + more_broke))
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
