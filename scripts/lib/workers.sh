# shellcheck shell=bash
# Workers of scripts/train in the background: one for each processor, pinned to it and at the lowest priority,
# that share the runs. Each holds the lock of its processor for as long as it lives, however it ends.

# processors prints the numbers of the processors that this shell may run on, one a line.
processors() {
  local range
  for range in $(taskset -cp $$ | sed 's/.*: //; s/,/ /g'); do
    seq "${range%-*}" "${range#*-}"
  done
}

# workers_folder prints where workers keep their locks, process numbers and logs.
workers_folder() { printf '%s\n' "$SHATTERED_RESULTS/workers"; }

# start_workers FLAG... starts a worker on every processor that has none.
start_workers() {
  local folder processor tool started=0
  for tool in taskset flock setsid nice; do
    command -v "$tool" >/dev/null || die "workers in the background need $tool: install util-linux and" \
      "coreutils, or start scripts/train by yourself"
  done
  folder="$(workers_folder)"
  mkdir -p "$folder"
  for processor in $(processors); do
    if ! flock -n "$folder/$processor.lock" true; then
      say "processor $processor has a worker already"
      continue
    fi
    (
      flock -n 9 || exit 1 # another start was faster
      echo "$BASHPID" >"$folder/$processor.pid"
      # Where the kernel shares the processors among sessions first (CONFIG_SCHED_AUTOGROUP), priorities count
      # within a session only, and the session of the worker needs one of its own.
      # shellcheck disable=SC2016 # the inner shell expands it
      exec setsid nice -n 19 bash -c '{ echo 19 >/proc/self/autogroup; } 2>/dev/null || :; exec "$@"' worker \
        taskset -c "$processor" "${program:?}" train "$@"
    ) 9>"$folder/$processor.lock" </dev/null >>"$folder/$processor.log" 2>&1 &
    started=$((started + 1))
  done
  say "$started workers started; they write to $folder, and scripts/train stop ends them"
}

# holder LOCK prints the process number of the worker that holds a lock, or nothing where none does any more.
# It waits for one that is just starting: what the file says until then is the number of the worker before,
# and may be another process's by now.
holder() {
  local lock="$1" pid
  for _ in {1..100}; do
    if flock -n "$lock" true; then return; fi
    pid="$(cat "${lock%.lock}.pid" 2>/dev/null)" || pid=""
    if [[ -n "$pid" && "/proc/$pid/fd/9" -ef "$lock" ]]; then
      printf '%s\n' "$pid"
      return
    fi
    sleep 0.05
  done
  die "who holds $lock is no worker: end the process by kill"
}

# stop_workers ends all workers, each behind the step that it is doing and a checkpoint, and waits for that.
stop_workers() {
  local lock pid stopping=()
  for lock in "$(workers_folder)"/*.lock; do
    [[ -e "$lock" ]] || continue
    if ! flock -n "$lock" true; then
      pid="$(holder "$lock")"
      if [[ -n "$pid" ]] && kill -TERM "$pid" 2>/dev/null; then stopping+=("$lock"); fi
    fi
  done
  for lock in ${stopping[@]+"${stopping[@]}"}; do
    flock -w 60 "$lock" true || die "the worker $(<"${lock%.lock}.pid") has not stopped within a minute:" \
      "look at ${lock%.lock}.log, and end it by kill"
  done
  say "${#stopping[@]} workers stopped; the same scripts/train start goes on from here"
}
