#!/bin/sh
# A pipeline in plain shell: plan, apply just that plan, and sum up what was done.
#
#   pipeline.sh plan     writes tfplan; exit code 0: nothing to do, 2: there are changes, 1: an error
#   pipeline.sh apply    applies tfplan and lists the events of the run
#
# In between comes whoever reviews: tfplan is what will be done, exactly.
set -eu

case "${1:-}" in
plan)
    iac init -no-color
    iac plan -no-color -input=false -out=tfplan -detailed-exitcode
    ;;
apply)
    iac apply -no-color -input=false --message "${PIPELINE_MESSAGE:-pipeline}" tfplan >apply.log || {
        cat apply.log
        exit 1
    }
    cat apply.log
    run=$(sed -n 's/^To see what was done: iac events --run //p' apply.log)
    if [ -n "$run" ]; then
        printf '\nWhat this run did:\n\n'
        iac events -no-color --run "$run" --reverse
        iac events --run "$run" --reverse --json >events.json
    fi
    iac events verify
    ;;
*)
    echo "usage: pipeline.sh plan|apply" >&2
    exit 1
    ;;
esac
