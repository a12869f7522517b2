# What bash offers for the last word: capture.bash SCRIPT WORD…. The words as readline cuts a line.
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lxplain
printf '%s\n' "${COMPREPLY[@]}"
