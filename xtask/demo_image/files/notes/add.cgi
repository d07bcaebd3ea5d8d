#!/bin/sh
# Adds one note of at most 500 characters, and goes back to the board. The board keeps its last 1000 notes.
export PATH=/usr/sbin:/usr/bin
back() {
    printf 'Status: 303 See Other\r\nLocation: /\r\nContent-Type: text/plain\r\n\r\n'
    exit 0
}
[ "$REQUEST_METHOD" = POST ] || back
text=$(head -c 4000 | sed -n 's/^text=\([^&]*\).*/\1/p')
text=$(httpd -d "$text" | tr -s '\r\n\t' '   ' | tr -d '\000-\037' | cut -c1-500)
[ -n "$text" ] || back
printf '%s\t%s\n' "$(date -u '+%Y-%m-%d %H:%M')" "$text" >>/var/lib/halle/notes
if [ "$(wc -l </var/lib/halle/notes)" -gt 1000 ]; then
    tail -n 1000 /var/lib/halle/notes >/var/lib/halle/notes.new && mv /var/lib/halle/notes.new /var/lib/halle/notes
fi
back
