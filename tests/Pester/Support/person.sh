#!/bin/sh
# Stands in for the browser and the person at it: NotionAuth starts it by $BROWSER with the sign-in's address. The file "plan" in the folder
# $NOTIONAUTH_TEST_PERSON says what the person does, a step a line:
#   visit            goes to the address and wherever it leads (the simulated Notion approves at once)
#   allow | deny     goes to the consent page and presses the button
#   callback <query> calls the redirect URI with this query; {state} stands for the sign-in's state
#   path <path>      asks the listener for another path
#   nothing          closes the tab
# Each step leaves page-N.html and head-N.txt; "done" says that all steps are over.
folder=$NOTIONAUTH_TEST_PERSON
address=$1
printf '%s\n' "$address" >"$folder/address"
tr '\0' '\n' </proc/$$/environ >"$folder/environment" 2>/dev/null
# Test files run side by side: what another one's processes are told is its own affair.
commands=/proc/[0-9]*/cmdline
if [ -n "$NOTIONAUTH_TEST_FILE" ]; then
    commands=$(grep -lzsxF "NOTIONAUTH_TEST_FILE=$NOTIONAUTH_TEST_FILE" /proc/[0-9]*/environ | sed 's/environ$/cmdline/')
fi
cat /dev/null $commands 2>/dev/null | tr '\0' ' ' >"$folder/processes"

decode() { printf '%s' "$1" | sed 's/%3[Aa]/:/g; s|%2[Ff]|/|g'; }
parameter() { printf '%s' "$address" | tr '?&' '\n\n' | sed -n "s/^$1=//p" | head -n 1; }
get() { curl --silent --show-error --location --max-time 30 --dump-header "$folder/head-$number.txt" --output "$folder/page-$number.html" "$@"; }
press() {
    get "$address"
    nonce=$(sed -n 's/.*name="nonce" value="\([^"]*\)".*/\1/p' "$folder/page-$number.html")
    get --data-urlencode "nonce=$nonce" --data-urlencode "decision=$1" "${address%%/v1/*}/_consent"
}

play() {
    redirect=$(decode "$(parameter redirect_uri)")
    state=$(parameter state)
    number=0
    while read -r step rest; do
        number=$((number + 1))
        case $step in
            visit) get "$address" ;;
            allow | deny) press "$step" ;;
            callback) get "$redirect?$(printf '%s' "$rest" | sed "s/{state}/$state/g")" ;;
            path) get "$(printf '%s' "$redirect" | sed 's|^\(http://[^/]*\).*|\1|')$rest" ;;
            nothing) ;;
        esac
    done <"$folder/plan"
    : >"$folder/done"
}

# Like xdg-open: it ends at once, and what it started goes on.
play >/dev/null 2>"$folder/errors" &
