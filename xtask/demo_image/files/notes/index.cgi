#!/bin/sh
# A board of notes: shows them, newest first, and the form that adds one.
export PATH=/usr/sbin:/usr/bin
. /usr/lib/halle/page.sh
page_begins 'Note board'
echo '<h1>Note board</h1><p class="lead">This machine was deployed from <strong>Halle Notes</strong>. What is written here stays on its own disk.</p>'
cat <<'HTML'
<form method="post" action="/cgi-bin/add.cgi"><label for="text">A new note</label>
<textarea id="text" name="text" rows="3" maxlength="500" required></textarea><button>Add the note</button></form>
HTML
echo '<h2>Notes</h2>'
if [ -s /var/lib/halle/notes ]; then
    echo '<ul>'
    tail -n 50 /var/lib/halle/notes | escape | awk -F'\t' '{ line[NR] = "<li class=\"note\">" $2 "<div class=\"time\">" $1 " UTC</div></li>" }
        END { for (n = NR; n > 0; n--) print line[n] }'
    echo '</ul>'
else
    echo '<p class="lead">There are none yet.</p>'
fi
this_machine
page_ends
