#!/bin/sh
# The main job, step by step, on a copy of the quickstart: plan, apply, a change, plan and apply again, and the
# questions that the audit log answers. Needs iac on the PATH; `make demo` sees to that.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/quickstart/main.tf" "$work/"
cd "$work"
unset IAC_DATABASE # the demo has a database of its own

comment='' bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    comment=$(printf '\033[1;36m') bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

say() {
    printf '\n%s# %s%s\n' "$comment" "$1" "$plain"
}

step() {
    say "$1"
    shift
    shown=
    for word in "$@"; do
        case $word in *' '*) word="\"$word\"" ;; esac
        shown="$shown $word"
    done
    printf '%s$%s%s\n' "$bold" "$shown" "$plain"
    "$@"
}

step "The directory: one cluster, one environment, two services." ls
step "Prepare it." iac init
step "What would be created?" iac plan
step "Create it." iac apply -auto-approve --message "first rollout"

sed -i.bak -e 's/1\.4\.2/1.5.0/' -e 's/    internal_port = 8080/    internal_port = 9090/' main.tf && rm -f main.tf.bak
say "Somebody releases a new version that listens on another port."

step "What would that change?" iac plan
step "Change it." iac apply -auto-approve --message "release 1.5.0"
step "Nothing is left to do." iac plan -detailed-exitcode
step "Who did what, where and when?" iac events
step "And to the service api alone?" iac events --target service:api
last=$(iac events --target service:api --limit 1 --json 2>/dev/null | sed -n 's/^ *"id": "\([^"]*\)".*/\1/p' | head -n 1)
step "The last of them, whole: what changed, and the object after it." iac events show "$last"
step "Was the log touched by anybody?" iac events verify
