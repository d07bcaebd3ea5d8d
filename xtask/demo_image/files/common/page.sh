# What both pages share: who this machine is, and the frame around what it shows. Sourced by the pages in /var/www/cgi-bin.

# Text, made safe to stand in HTML.
escape() {
    sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

fact() {
    cat "/run/halle/$1" 2>/dev/null | escape
}

row() {
    printf '<tr><th scope="row">%s</th><td>%s</td></tr>\n' "$1" "${2:-–}"
}

up_since() {
    cut -d. -f1 /proc/uptime | awk '{ printf "%d h %02d min %02d s", $1 / 3600, $1 % 3600 / 60, $1 % 60 }'
}

page_begins() {
    printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
    cat <<HTML
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">$2
<title>$1</title><style>
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--ground:#f4f1ea;--card:#fff;--line:#dcd6c8;--mark:#0b6e4f}
@media(prefers-color-scheme:dark){:root{--ink:#e8e6e0;--soft:#a3acb8;--ground:#14181d;--card:#1d232a;--line:#343c46;--mark:#5fcfa5}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
main{max-width:44rem;margin:0 auto;padding:2.5rem 1.25rem}h1{font-size:1.9rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem}.lead{color:var(--soft);margin:0 0 1.5rem}
section,li.note{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.25rem}
table{width:100%;border-collapse:collapse}th,td{text-align:left;padding:.4rem 0;border-top:1px solid var(--line);vertical-align:top}
tr:first-child>*{border-top:0}th{width:11rem;font-weight:600;color:var(--soft)}td{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
code{font:.9em ui-monospace,monospace}ul{list-style:none;padding:0;margin:0;display:grid;gap:.6rem}
textarea{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.4rem;padding:.6rem}
button{font:inherit;font-weight:600;color:var(--card);background:var(--mark);border:0;border-radius:.4rem;padding:.5rem 1.1rem;margin-top:.6rem}
.time{color:var(--soft);font-size:.85rem}meter{width:100%;height:.8rem}
</style></head><body><main>
HTML
}

this_machine() {
    echo '<h2>This machine</h2><section><table>'
    row 'Host name' "$(hostname | escape)"
    row 'User' "$(fact user)"
    row 'Deployment token' "<code>$(fact token)</code>"
    row 'Instance' "<code>$(fact instance)</code>"
    row 'Up for' "$(up_since)"
    echo '</table></section>'
}

page_ends() {
    echo '</main></body></html>'
}
