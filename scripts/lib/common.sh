# shellcheck shell=bash
# What the scripts share: the folders, the environment, messages. Each script sources it first.

# Settings of the user's own that change what a script or Python does, and that nobody means for these: where
# cd looks, what Python imports, what it takes for an error.
unset CDPATH PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONWARNINGS PYTHONOPTIMIZE PYTHONDEVMODE PYTHONINSPECT \
  PYTHONSTARTUP \
  PYTHONUSERBASE PYTHONPLATLIBDIR PYTHONEXECUTABLE

# The repository's root: every script lives one level below it, and this file two.
home="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"

# Folders that variables name are seen from where the script was called: cells and tests, which run elsewhere,
# get the same ones.
for variable in SHATTERED_VENV SHATTERED_RESULTS CIFAR10_DIR TMPDIR; do
  if [[ -n "${!variable:-}" && "${!variable}" != /* ]]; then export "$variable=$PWD/${!variable}"; fi
done
unset variable

# The environment that scripts/setup makes. A container that sees the checkout of another system has one of
# its own.
venv="${SHATTERED_VENV:-$home/.venv}"

# What glibc is told of processes that run nets: to keep what they free, in few heaps (docs/bench.md).
memory_settings=glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=4294967296
memory_settings+=:glibc.malloc.arena_max=2:glibc.malloc.top_pad=67108864

# say prints a line of progress, marked so that it stands out between the output of tools.
say() { printf '==> %s\n' "$*"; }

# die ends the script with one sentence: what is wrong and what to do.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# misused ends the script after a wrong command line.
misused() {
  printf 'error: %s (see %s --help)\n' "$*" "$(basename "$0")" >&2
  exit 2
}

# show_help prints the block of comment lines at the top of the script, which is its --help text.
show_help() { sed -n '2,/^$/{s/^# \{0,1\}//;p;}' "$0"; }

# prepare does the set-up where it is needed (in about a second where it is not) and sets the environment in
# which the project's Go programs, notebooks and tests run.
prepare() {
  check_home
  "$home/scripts/setup" --quiet
  enter_environment
}

# check_home gives a user without a home folder (some clusters and containers run programs as a number that
# has no account) one for the caches of Go, pip and Jupyter.
check_home() {
  if [[ -n "${HOME:-}" && -d "$HOME" && -w "$HOME" ]]; then return; fi
  local was="${HOME:-not set}" folder
  for folder in "$home/.venv.home" "${TMPDIR:-/tmp}/shattered-home-$UID"; do
    # Nobody else may have made it.
    if { [[ -d "$folder" ]] || mkdir -m 700 "$folder" 2>/dev/null; } &&
      [[ -O "$folder" && -w "$folder" ]]; then
      export HOME="$folder"
      echo "==> HOME is $was, where nothing can be written: caches and settings go to $folder" >&2
      return
    fi
  done
  die "HOME is $was, where nothing can be written: set HOME to a folder of your own, for caches and settings"
}

# check_tmpdir makes sure that programs can be written to, and run from, the folder for temporary files: cells
# are.
check_tmpdir() {
  local folder="${TMPDIR:-/tmp}" program status=0
  program="$(mktemp "$folder/shattered.XXXXXX" 2>/dev/null)" ||
    die "can't write into $folder, the folder for temporary files: set TMPDIR to one that is there and that" \
      "you can write to"
  if ! printf '#!/bin/sh\n' >"$program" 2>/dev/null; then
    rm -f "$program"
    die "can't write into $folder, the folder for temporary files: make room there, or set TMPDIR to another"
  fi
  chmod u+x "$program"
  "$program" 2>/dev/null || status=$?
  rm -f "$program"
  ((status == 0)) || die "programs can't be run from $folder, the folder for temporary files (noexec): set" \
    "TMPDIR to another"
}

# number makes a version a number: 1.26.5 is 1026005.
number() {
  local major minor patch
  IFS=. read -r major minor patch <<<"$1"
  echo $((10#${major:-0} * 1000000 + 10#${minor:-0} * 1000 + 10#${patch:-0}))
}

# has_wheel tells whether there is a wheel of XLA's CPU plugin for this platform: it is built for Linux on
# x86-64, with glibc 2.27 or newer.
has_wheel() {
  local libc
  [[ "$(uname -sm)" == "Linux x86_64" ]] && libc="$(getconf GNU_LIBC_VERSION 2>/dev/null)" || return
  (($(number "${libc#glibc }") >= $(number 2.27)))
}

# has_release tells whether GoMLX has a build of XLA's CPU plugin for this platform, where there is no wheel:
# for Apple's own processors, and for Linux on Arm with glibc.
has_release() {
  case "$(uname -sm)" in
    "Darwin arm64") ;;
    "Linux aarch64") getconf GNU_LIBC_VERSION >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

# has_plugin tells whether XLA's plugin of that name (cpu, cuda) is installed.
has_plugin() { [[ -e "$venv/lib/pjrt/pjrt_c_api_$1_plugin.so" ]]; }

# cuda_flags prints what XLA must be told of where its CUDA libraries are.
cuda_flags() { printf '%s\n' "--xla_gpu_cuda_data_dir='$venv/lib/nvidia/cu13'"; }

# default_backend prints the backend to use where nobody asked for another.
default_backend() { if has_plugin cpu; then echo xla:cpu; else echo go; fi; }

# go_environment makes Go build what the repository says for this machine, whatever the user's own settings
# (go env -w, too) make it build elsewhere: no workspace around the repository has a say, and a checkout that
# belongs to somebody else, where git refuses to answer, is no obstacle. Of the user's flags those stay that
# change no program.
go_environment() {
  local flag flags=-buildvcs=false own
  for flag in ${GOFLAGS:-}; do
    case "$flag" in -modcacherw | -p=*) flags+=" $flag" ;; esac
  done
  export GOWORK=off GO111MODULE=on GOFLAGS="$flags"
  { read -r GOOS && read -r GOARCH && read -r own; } < <(cd "$home" && go env GOHOSTOS GOHOSTARCH GOMODCACHE)
  export GOOS GOARCH
  # Who shares somebody else's set-up shares its modules too, where they can be read.
  if [[ -f "$venv/.shattered/modules" ]] && ! has_modules "$own" &&
    has_modules "$(head -n 1 "$venv/.shattered/modules")"; then
    GOMODCACHE="$(head -n 1 "$venv/.shattered/modules")"
    export GOMODCACHE
  fi
}

# has_modules CACHE tells whether Go's module cache holds what the set-up found the code to need: caches are
# removed now and then.
has_modules() {
  local module
  while IFS= read -r module; do
    [[ -d "$1/$module" && -r "$1/$module" ]] || return
  done < <(tail -n +2 "$venv/.shattered/modules")
}

# go_do WHAT ARGUMENT... runs go with the arguments; where it fails, its output and the reason are said.
go_do() {
  local what="$1" output
  shift
  output="$(go "$@" 2>&1)" || fail "$what failed" "$output"
}

# fail WHAT OUTPUT ends the script after Go or pip has failed: with their output, and what it means where that
# is known.
fail() {
  printf '%s\n' "$2" | tail -n 25 >&2
  die "$1: $(reason "$2")"
}

# unreachable tells whether an output of Go or pip says that no server answered.
unreachable() {
  local said='dial tcp|no such host|i/o timeout|proxyconnect|TLS handshake timeout|[Nn]etwork is unreachable'
  said+='|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Name or service not known|name resolution'
  grep -Eq "$said" <<<"$1"
}

# reason prints what an output of Go or pip shows to be the matter, and what to do.
reason() {
  case "$1" in
    *"signal: killed"* | *"annot allocate memory"* | *"out of memory"* | *MemoryError*)
      echo "the memory did not suffice (the set-up needs 2 GB): give this machine or container more, and" \
        "run the script again" ;;
    *[Nn]"o space left on device"* | *[Dd]"isk quota exceeded"*)
      echo "the disk is full: make room (the set-up needs 1 GB, and the caches of Go and pip another 2)," \
        "and run the script again" ;;
    *"GOPROXY=off"* | *"GOPROXY list"*)
      echo "it needs a module that Go is told not to fetch: unset GOPROXY, or go env -u GOPROXY" ;;
    *CERTIFICATE_VERIFY_FAILED* | *"certificate signed by unknown authority"* | *SSLError*)
      echo "the server's certificate is not trusted here: behind a proxy that has one of its own, PIP_CERT" \
        "and SSL_CERT_FILE name its file" ;;
    *"DO NOT MATCH THE HASHES"* | *"checksum mismatch"* | *"SECURITY ERROR"*)
      echo "a package is not the one that the list names (see above): use another index or proxy" \
        "(PIP_INDEX_URL, GOPROXY)" ;;
    *)
      if unreachable "$1"; then
        echo "no server answers, and a network is needed, once, for what is not in the caches yet: run the" \
          "script again when it is there, or let PIP_INDEX_URL and GOPROXY name mirrors"
      elif grep -q 'No matching distribution' <<<"$1"; then
        echo "the index has no" \
          "$(sed -n 's/.*No matching distribution found for \([^ ;]*\).*/\1/p' <<<"$1" | head -n 1)" \
          "for this system and Python: docs/platforms.md says which are supported; put another python3" \
          "first in PATH, or use an index that is complete"
      elif grep -Eiq 'permission denied|read-only file system' <<<"$1"; then
        echo "a file or folder can't be written: see the message above"
      else
        echo "see the message above"
      fi
      ;;
  esac
}

# program_folder prints where the project's own programs are built: in the environment, or for who can't write
# there, in a cache.
program_folder() {
  local folder="$venv/bin"
  if [[ ! -w "$folder" ]]; then
    folder="${XDG_CACHE_HOME:-$HOME/.cache}/shattered/bin-$(cksum <<<"$home" | cut -d ' ' -f 1)"
    mkdir -p "$folder" || die "can't write into $folder, where the project's programs are built: set" \
      "XDG_CACHE_HOME to another folder"
  fi
  printf '%s\n' "$folder"
}

# build_program NAME PACKAGE builds one of the project's own programs, anew where its code has changed, and
# names its file in the variable program. It gets its name when it is whole: scripts that begin together don't
# build into one file.
build_program() {
  local folder building
  folder="$(program_folder)" || exit
  building="$(mktemp -d "$folder/.building.XXXXXX")"
  # In a subshell, so that what was begun is removed however it ends.
  (
    trap 'rm -rf "$building"' EXIT
    go_do "building $1" build -C "$home" -o "$building/$1" "$2"
    mv -f "$building/$1" "$folder/$1"
  ) || exit
  # shellcheck disable=SC2034 # the scripts read it
  program="$folder/$1"
}

# shattered runs the project's own command line, in the folder it is called from.
shattered() {
  build_program shattered ./cmd/shattered
  "$program" "$@"
}

# run_notebook runs a notebook on our kernel (scripts/lib/run_notebook.py).
run_notebook() { "$venv/bin/python" "$home/scripts/lib/run_notebook.py" "$@"; }

# enter_environment exports what the kernel's own environment holds (scripts/lib/kernelspec.py), for programs
# outside of it.
enter_environment() {
  export PATH="$venv/bin:$PATH"
  export SHATTERED_HOME="$home" SHATTERED_VENV="$venv"
  export SHATTERED_RESULTS="${SHATTERED_RESULTS:-$home/results}"
  export PJRT_PLUGIN_LIBRARY_PATH="$venv/lib/pjrt" GOMLX_NO_AUTO_INSTALL=1
  GOMLX_BACKEND="$(default_backend)"
  export GOMLX_BACKEND
  if [[ "${GLIBC_TUNABLES:-}" != *glibc.malloc.* ]]; then # a user's own settings of these stay
    export GLIBC_TUNABLES="${GLIBC_TUNABLES:+$GLIBC_TUNABLES:}$memory_settings"
  fi
  if has_plugin cuda; then export XLA_FLAGS="${XLA_FLAGS:-$(cuda_flags)}"; fi
  go_environment
  # Our kernel and no other of that name, whatever the user's own Jupyter has.
  export JUPYTER_PREFER_ENV_PATH=1 JUPYTER_PATH="$venv/share/jupyter"
}
