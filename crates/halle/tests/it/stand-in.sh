#!/bin/sh
# Stands in for the program: says that it listens, counts its starts, and stays until it is ended.
echo started >> "$3/starts"
echo "a line of the log" >&2
echo "listening on http://127.0.0.1:$$"
exec sleep 600
