#!/bin/sh
# watchdog PROGRAM [ARG...]: runs a program until it ends, or until our standard input closes because whoever started us is gone.
# Nothing that it runs has anything to save, so it is killed at once.
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( read -r _ <&3; kill -KILL "$child" ) >/dev/null 2>&1 &
guard=$!
wait "$child"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
