#!/bin/sh
# nightly.sh FILE ROSTER: makes the roster this list. Ends with 0, or with what a person has to look at.
set -u
file=$1
roster=$2

# An export that was cut off in the middle, or none at all, is not a list.
if [ ! -s "$file" ]; then
  echo "There is no export at $file; the roster stays as it is." >&2
  exit 1
fi

flightroster members import "$file" --roster "$roster" --yes --columns "id:Member ID,email:Email,firstName:First,lastName:Last"
code=$?
if [ "$code" -eq 3 ]; then
  echo "More people would leave than the guard allows, so nobody left. Approve or reject it:" >&2
  flightroster plans list --roster "$roster" >&2
fi
exit "$code"
