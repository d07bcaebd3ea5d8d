#!/bin/sh
# The state of this host: load, memory, disk, network. Renews itself every ten seconds.
export PATH=/usr/sbin:/usr/bin
. /usr/lib/halle/page.sh

memory() {
    awk '/^MemTotal/ { total = $2 } /^MemAvailable/ { free = $2 }
        END { used = total - free
              printf "%d of %d MiB used <meter min=\"0\" max=\"%d\" value=\"%d\">%d %%</meter>",
                     used / 1024, total / 1024, total, used, 100 * used / total }' /proc/meminfo
}

disk() {
    df -k / | awk 'NR == 2 { printf "%d of %d MiB used <meter min=\"0\" max=\"%d\" value=\"%d\">%s</meter>", $3 / 1024, $2 / 1024, $2, $3, $5 }'
}

traffic() {
    awk -F'[: ]+' '/eth0/ { printf "%d KiB in, %d KiB out", $3 / 1024, $11 / 1024 }' /proc/net/dev
}

page_begins 'Host status' '<meta http-equiv="refresh" content="10">'
echo '<h1>Host status</h1><p class="lead">This machine was deployed from <strong>Halle Status</strong>. The page renews itself every ten seconds.</p>'
echo '<h2>Now</h2><section><table>'
row 'Load' "$(cut -d' ' -f1-3 /proc/loadavg)"
row 'Processors' "$(nproc)"
row 'Memory' "$(memory)"
row 'Disk' "$(disk)"
row 'Network' "$(traffic)"
row 'Address' "$(ip -4 addr show eth0 2>/dev/null | awk '/inet / { print $2; exit }')"
row 'Kernel' "$(uname -sr | escape)"
row 'System' "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release | escape)"
echo '</table></section>'
this_machine
page_ends
