# shellcheck shell=bash
# What the scripts share: the folders, the environment, messages. Each script sources it first.

# The repository's root: every script lives one level below it, and this file two.
home="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
venv="$home/.venv"

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

# prepare does the set-up where it is needed (in about a second where it is not) and sets the environment in which the
# project's Go programs, notebooks and tests run.
prepare() {
  "$home/scripts/setup" --quiet
  enter_environment
}

# has_plugin tells whether XLA's plugin of that name (cpu, cuda) is installed.
has_plugin() { [[ -e "$venv/lib/pjrt/pjrt_c_api_$1_plugin.so" ]]; }

# default_backend prints the backend to use where nobody asked for another.
default_backend() { if has_plugin cpu; then echo xla:cpu; else echo go; fi; }

# go_environment makes Go build what the repository says, wherever it lies: no workspace around it has a say, and a checkout
# that belongs to somebody else, where git refuses to answer, is no obstacle.
go_environment() {
  export GOWORK=off GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
}

# shattered runs the project's own command line, built anew where its code has changed, in the folder it is called from.
shattered() {
  go build -C "$home" -o "$venv/bin/shattered" ./cmd/shattered
  "$venv/bin/shattered" "$@"
}

# run_notebook runs a notebook on our kernel (scripts/lib/run_notebook.py).
run_notebook() { "$venv/bin/python" "$home/scripts/lib/run_notebook.py" "$@"; }

# enter_environment exports what the kernel's own environment holds (scripts/lib/kernelspec.py), for programs outside of it.
enter_environment() {
  export PATH="$venv/bin:$PATH"
  export SHATTERED_HOME="$home"
  export SHATTERED_RESULTS="${SHATTERED_RESULTS:-$home/results}"
  export PJRT_PLUGIN_LIBRARY_PATH="$venv/lib/pjrt" GOMLX_NO_AUTO_INSTALL=1
  GOMLX_BACKEND="$(default_backend)"
  export GOMLX_BACKEND
  if has_plugin cuda; then
    export XLA_FLAGS="${XLA_FLAGS:-"--xla_gpu_cuda_data_dir='$venv/lib/nvidia/cu13'"}"
  fi
  go_environment
  # Our kernel and no other of that name, whatever the user's own Jupyter has.
  export JUPYTER_PREFER_ENV_PATH=1 JUPYTER_PATH="$venv/share/jupyter"
  unset PYTHONHOME PYTHONPATH
}
