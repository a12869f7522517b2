import type { CommandModel, Kind, OptionModel } from './model.ts';

/** For a folder of `fish_complete_path`, where the file is `lxplain.fish`, or to be sourced. For fish 3.1 and later. */
export function fishCompletion(models: readonly CommandModel[]): string {
  const named = models.filter(({ name }) => name !== '');
  const bare = models.filter(({ name }) => name === '').flatMap(({ options }) => options);
  return `# fish completion for lxplain, made by 'lxplain completion fish'

# Whether the cursor is in this command; with a number, at this operand of it.
function __lxplain_at --argument-names command place
    set -l words (commandline -opc)
    test (count $words) -ge 2; or return 1
    test $words[2] = $command; or return 1
    test -n "$place"; or return 0
    set -e words[1..2]
    set -l operands 1
    set -l is_value 0
    for word in $words
        if test $is_value = 1
            set is_value 0
        else if __lxplain_has_value $command $word
            set is_value 1
        else if not string match -q -- '-?*' $word
            set operands (math $operands + 1)
        end
    end
    if string match -q -- '*+' $place
        test $operands -ge (string replace + '' $place)
    else
        test $operands -eq $place
    end
end

function __lxplain_has_value --argument-names command word
    switch "$command $word"
        case ${named.flatMap((model) => valued(model).map((name) => `'${model.name} ${name}'`)).join(' ')}
            return 0
    end
    return 1
end

function __lxplain_names
    for path in $LXPLAIN_ROOT/run/lxplain/*/
        string replace -r '.*/([^/]+)/$' '$1' $path
    end
end

# Patterns for the last part of the path; 'programs' among them stands for what can be executed.
function __lxplain_files
    for path in (__fish_complete_path (commandline -ct | string replace -r '^--[a-z-]+=' '') | string replace -r '\\t.*' '')
        if string match -q '*/' -- $path
            echo $path
            continue
        end
        for pattern in $argv
            if test $pattern = programs; and test -x (string unescape -- $path)
                echo $path
                break
            else if string match -q -- $pattern (string replace -r '.*/' '' -- $path)
                echo $path
                break
            end
        end
    end
end

complete -c lxplain -f
${named.map(({ name, description }) => `complete -c lxplain -n __fish_use_subcommand -a ${name} -d ${quote(description)}`).join('\n')}
${bare.map((option) => `complete -c lxplain -n __fish_use_subcommand ${optionWords(option)}`).join('\n')}
${named.flatMap(commandLines).join('\n')}
`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const valued = ({ options }: CommandModel): readonly string[] =>
  options.filter(({ value }) => value !== undefined).flatMap((option) => option.names);

function commandLines({ name, operands, options }: CommandModel): readonly string[] {
  const line = (condition: string, rest: string) =>
    `complete -c lxplain -n ${quote(condition)} ${rest}`;
  return [
    ...options.map((option) => line(`__lxplain_at ${name}`, optionWords(option))),
    ...operands.flatMap(({ kinds, variadic }, index) =>
      kinds
        .filter(({ kind }) => kind !== 'free')
        .map((kind) =>
          line(`__lxplain_at ${name} ${index + 1}${variadic ? '+' : ''}`, `-a ${list(kind)}`),
        ),
    ),
  ];
}

function optionWords({ names, description, value }: OptionModel): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const lists = (value?.kinds ?? []).filter(({ kind }) => kind !== 'free').map(list);
  return [
    ...flags,
    ...(value === undefined ? [] : ['-x']),
    ...lists.map((each) => `-a ${each}`),
    `-d ${quote(description)}`,
  ].join(' ');
}

function list(kind: Kind): string {
  switch (kind.kind) {
    case 'words':
      return quote(kind.words.join(' '));
    case 'names':
      return quote('(__lxplain_names)');
    case 'files':
      return quote(
        `(__lxplain_files ${[...kind.patterns.map((pattern) => `"${pattern}"`), ...(kind.programs ? ['programs'] : [])].join(' ')})`,
      );
    case 'folders':
      return quote('(__lxplain_files)');
    case 'free':
      return quote('');
  }
}
