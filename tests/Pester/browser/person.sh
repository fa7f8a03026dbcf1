#!/bin/sh
# Named in $BROWSER: like xdg-open it ends at once, and the browser goes on.
node "$(dirname "$0")/person.mjs" "$1" >"$NOTIONAUTH_TEST_PERSON/log" 2>&1 </dev/null &
