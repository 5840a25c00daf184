#!/bin/sh
# tied.sh SIGNAL COMMAND [ARGUMENT…]
# Becomes COMMAND, under this process's own number, and sends it SIGNAL once file descriptor 3 closes. That is a pipe to whoever
# started it: it closes when that process dies, of SIGKILL too. A line on it means that COMMAND has ended and nothing is left to do.
signal=$1
shift
(read -r _ <&3 || kill -s "$signal" $$) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-
