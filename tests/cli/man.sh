#!/bin/sh
# The manual pages come out of the table of commands: groff must have nothing to say about them, and
# what they show must hold every option. man.sh MAILLON; exit 77 (skipped) without groff.
set -eu
command -v groff >/dev/null || { echo "skipped: there is no groff"; exit 77; }
maillon=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$maillon" --help | sed -n '/^Commands:/,/^$/p' | sed -n 's/^  \([a-z].*[a-z]\)   *[a-z].*/\1/p' >"$dir/commands"
[ "$(wc -l <"$dir/commands")" -ge 13 ]
echo "" >>"$dir/commands" # the whole program
failed=0
while read -r command; do
    # shellcheck disable=SC2086
    "$maillon" help --man $command >"$dir/page.1"
    groff -man -ww -Tutf8 "$dir/page.1" >"$dir/shown" 2>"$dir/said"
    if [ -s "$dir/said" ]; then
        echo "maillon $command:"
        cat "$dir/said"
        failed=1
    fi
    sed 's/\x1b\[[0-9;]*m//g; s/.\x08//g; s/[−‐]/-/g' "$dir/shown" >"$dir/plain"
    # shellcheck disable=SC2086
    "$maillon" $command --help | sed -n 's/^  \(--[a-z]*\).*/\1/p' >"$dir/options"
    [ -s "$dir/options" ]
    while read -r option; do
        grep -q -e "$option" "$dir/plain" || { echo "maillon $command: its page lacks $option"; failed=1; }
    done <"$dir/options"
done <"$dir/commands"
exit $failed
