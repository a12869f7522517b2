import type { CommandModel, Kind, OptionModel, Place } from './model.ts';

/** For a folder of `fpath`, where the file is `_lxplain`, or to be sourced. */
export function zshCompletion(models: readonly CommandModel[]): string {
  const named = models.filter(({ name }) => name !== '');
  const bare = models.filter(({ name }) => name === '').flatMap(({ options }) => options);
  return `#compdef lxplain
# zsh completion for lxplain, made by 'lxplain completion zsh'

_lxplain_names() {
  local -a names
  names=(\${LXPLAIN_ROOT:-}/run/lxplain/*(/N:t))
  _describe -t domains 'running container' names
}

_lxplain() {
  local -a commands
  commands=(
${named.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _arguments ${bare.flatMap(optionSpecs).join(' ')} \\
      '1: :{_describe -t commands command commands}'
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${named.map(commandCase).join('\n')}
  esac
}

# As a function of fpath it is called at once; sourced, it says for what it is.
if [[ $funcstack[1] == _lxplain ]]; then
  _lxplain "$@"
else
  compdef _lxplain lxplain
fi
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function commandCase({ name, operands, options }: CommandModel): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...operands.map((operand, index) =>
      quote(`${operand.variadic ? '*' : index + 1}:${place(operand)}`),
    ),
  ];
  return `    ${name})\n      _arguments -s -S ${specs.map((spec) => `\\\n        ${spec}`).join(' ')}\n      ;;`;
}

/** One for each of its names; a name that was typed takes all of them off the list. */
function optionSpecs({ names, description, value }: OptionModel): readonly string[] {
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  return names.map((name) => {
    const sign = value === undefined ? '' : name.startsWith('--') ? '=' : '+';
    const what = value === undefined ? '' : `:${place(value)}`;
    return quote(`${others}${name}${sign}[${description.replaceAll(/[\\[\]]/g, '\\$&')}]${what}`);
  });
}

const place = ({ name, kinds }: Place): string =>
  kinds.length === 1 && kinds[0] !== undefined
    ? `${name}:${action(kinds[0])}`
    : `${name}: _alternative ${kinds.map((kind, index) => quote(`${index}\\:${name}\\:${action(kind).replaceAll(':', '\\:')}`)).join(' ')}`;

function action(kind: Kind): string {
  switch (kind.kind) {
    case 'words':
      return `(${kind.words.join(' ')})`;
    case 'names':
      return '_lxplain_names';
    case 'files': {
      // Without a wildcard the word itself would be offered, file or not.
      const patterns = kind.patterns.map((each) => (each.includes('*') ? each : `${each}(-.)`));
      if (kind.programs) patterns.push('*(-*)');
      return patterns[0] === '*' ? '_files' : `_files -g "${patterns.join(' ')}"`;
    }
    case 'folders':
      return '_files -/';
    case 'free':
      return ' ';
  }
}
