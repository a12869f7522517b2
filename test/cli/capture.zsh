# What zsh offers for a line: capture.zsh SCRIPT LINE. Completion needs zle, and zle a terminal: a shell of its own has
# one, in which compadd prints what fits of all that it is given.
zmodload zsh/zpty
setup=$(mktemp)
cat >$setup <<'END'
PROMPT=
autoload -Uz compinit
compinit -D -u
bindkey '^M' undefined
bindkey '^J' undefined
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false
finished() { print '<end>' }
comppostfuncs=(finished exit)
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  local hit
  builtin compadd -A hits "$@"
  for hit in $hits; do print -r -- "<hit>$hit</hit>"; done
  builtin compadd "$@"
}
END
print -r -- "source ${(q)1}; print ready" >>$setup
zpty shell zsh -f -i
zpty -w shell "source $setup"
zpty -r -m shell chunk '*ready*'
zpty -w -n shell "$2"$'\t'
all=
while [[ $all != *'<end>'* ]] && zpty -r shell chunk; do all+=$chunk; done
rm $setup
print -r -- $all
