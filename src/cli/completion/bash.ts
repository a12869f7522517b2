import type { CommandModel, Kind, OptionModel } from './model.ts';

/** For bash 4.4 and later; the package bash-completion is not needed. */
export function bashCompletion(models: readonly CommandModel[]): string {
  const named = models.filter(({ name }) => name !== '');
  const bare = models.filter(({ name }) => name === '');
  return `${HEAD}
_lxplain() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' operands=0 values='' options='' i word
  COMPREPLY=()
  # bash takes --facts=a.json for three words.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $before == '=' ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $command == '' ]]; then
      [[ $word == -* ]] || command=$word
      case $command in
${named.map((model) => `        ${model.name}) values=' ${valued(model).join(' ')} ' ;;`).join('\n')}
      esac
    elif [[ $values == *" $word "* ]]; then
      i=$((i + 1))
      if [[ \${COMP_WORDS[i]} == '=' ]]; then i=$((i + 1)); fi
    elif [[ $word != -* || $word == - ]]; then
      operands=$((operands + 1))
    fi
  done
  case $command in
    '')
      options=${quote(bare.flatMap(names).join(' '))}
      _lxplain_words ${named.map(({ name }) => name).join(' ')}
      ;;
${named.map(commandCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=()
    _lxplain_words $options
  fi
}

complete -F _lxplain lxplain
`;
}

const HEAD = `# bash completion for lxplain, made by 'lxplain completion bash'

# Each of these adds what starts like the word at the cursor.
_lxplain_words() {
  local word
  for word in "$@"; do
    if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
  done
}

_lxplain_names() {
  local path name
  for path in "\${LXPLAIN_ROOT:-}"/run/lxplain/*/; do
    name=\${path%/}
    name=\${name##*/}
    if [[ $name != '*' && $name == "$current"* ]]; then
      printf -v name %q "$name"
      COMPREPLY+=("$name")
    fi
  done
}

# Patterns for the last part of the path; 'programs' among them stands for what can be executed.
_lxplain_files() {
  local path pattern
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do
    if [[ -d $path ]]; then
      COMPREPLY+=("$path")
      continue
    fi
    for pattern in "$@"; do
      if [[ $pattern == programs && -x $path || \${path##*/} == $pattern ]]; then
        COMPREPLY+=("$path")
        break
      fi
    done
  done < <(compgen -f -- "$current")
}
`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const names = ({ options }: CommandModel): readonly string[] =>
  options.flatMap((option) => option.names);

const valued = ({ options }: CommandModel): readonly string[] =>
  options.filter(({ value }) => value !== undefined).flatMap((option) => option.names);

function commandCase(model: CommandModel): string {
  const values = model.options.filter(({ value }) => value !== undefined);
  const last = model.operands.length - 1;
  const operands = model.operands.map(({ kinds, variadic }, index) => {
    const pattern = variadic && index === last ? '*' : String(index);
    return `        ${pattern}) ${kinds.map(call).join('; ')} ;;`;
  });
  return [
    `    ${model.name})`,
    `      options=${quote(names(model).join(' '))}`,
    ...(values.length === 0
      ? []
      : ['      case $before in', ...values.map(valueCase), '      esac']),
    ...(operands.length === 0 ? [] : ['      case $operands in', ...operands, '      esac']),
    '      ;;',
  ].join('\n');
}

const valueCase = ({ names, value }: OptionModel): string =>
  `        ${names.join(' | ')}) ${[...(value?.kinds ?? []).map(call), 'return'].join('; ')} ;;`;

function call(kind: Kind): string {
  switch (kind.kind) {
    case 'words':
      return `_lxplain_words ${kind.words.join(' ')}`;
    case 'names':
      return '_lxplain_names';
    case 'files':
      return `_lxplain_files ${[...kind.patterns.map(quote), ...(kind.programs ? ['programs'] : [])].join(' ')}`;
    case 'folders':
      return '_lxplain_files';
    case 'free':
      return ':';
  }
}
