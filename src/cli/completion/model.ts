import type { Command, Option } from 'commander';

/** What may stand at a place of a command line. */
export type Kind =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Of running containers and defined domains. */
  | { readonly kind: 'names' }
  /** Files whose names match one of the patterns, programs if wanted, and the folders on the way to them. */
  | { readonly kind: 'files'; readonly patterns: readonly string[]; readonly programs: boolean }
  | { readonly kind: 'folders' }
  /** What nobody can list: a step, a size. */
  | { readonly kind: 'free' };

export interface Place {
  readonly name: string;
  readonly kinds: readonly Kind[];
}

export interface OptionModel {
  /** As they are typed: `-o` and `--output`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined if it stands for itself. */
  readonly value: Place | undefined;
}

export interface CommandModel {
  readonly name: string;
  readonly description: string;
  readonly operands: readonly (Place & { readonly variadic: boolean })[];
  readonly options: readonly OptionModel[];
}

/** What the tree of commands has no words for: the passes, the codes of diagnostics. */
export interface Vocabulary {
  readonly passes: readonly string[];
  readonly codes: readonly string[];
}

/** The commands as a shell completes them. The last one has no name: the program itself, before a command. */
export function completionModel(
  program: Command,
  vocabulary: Vocabulary,
): readonly [...CommandModel[], CommandModel] {
  const names = program.commands.map((command) => command.name());
  const kinds = kindsOf(vocabulary, names);
  const named = program.commands.map((command) => commandModel(command, kinds));
  return [...named, { ...commandModel(program, kinds), name: '' }];
}

type Kinds = Readonly<Record<string, readonly Kind[]>>;

/** By the name that a place has in the tree, without its brackets. */
function kindsOf({ passes, codes }: Vocabulary, commands: readonly string[]): Kinds {
  const files = (...patterns: readonly string[]): Kind => ({
    kind: 'files',
    patterns,
    programs: false,
  });
  const words = (...list: readonly string[]): Kind => ({ kind: 'words', words: list });
  const inputs: Kind = {
    kind: 'files',
    patterns: ['*.xml', '*.json', '*.conf', 'config'],
    programs: true,
  };
  const free: Kind = { kind: 'free' };
  return {
    file: [inputs],
    'file-or-code': [inputs, words(...codes)],
    before: [inputs, { kind: 'names' }],
    after: [inputs, { kind: 'names' }],
    step: [free],
    numbers: [free],
    cmd: [free],
    columns: [free],
    command: [words(...commands)],
    program: [{ kind: 'files', patterns: [], programs: true }],
    domain: [{ kind: 'names' }],
    network: [words('default')],
    pass: [words(...passes)],
    arch: [words('x86_64', 'aarch64')],
    format: [words('lxc-tools')],
    config: [files('*.conf', 'config')],
    shell: [words('bash', 'zsh', 'fish')],
    folder: [{ kind: 'folders' }],
    versions: [words('v1', 'v2', 'both')],
    path: [files('*')],
    uuid: [free],
    'new-name': [free],
    seconds: [free],
    count: [free],
    address: [free],
    key: [free],
    'new-desc': [free],
    limit: [free],
    value: [free],
    pid: [words('1')],
    'signal-name': [words('SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGUSR1', 'SIGUSR2')],
    device: [words('console0', 'console1')],
    character: [free],
    mode: [words('initctl', 'signal')],
    size: [free],
    expression: [free],
    uri: [free],
    xml: [free],
    prefix: [free],
    interface: [words('eth0')],
    name: [words('lifecycle')],
    number: [free],
    time: [free],
    lines: [free],
    words: [free],
    // Of options: their own names say what the placeholder does not.
    '--facts': [files('*.json')],
    '--to-facts': [files('*.json')],
    '--output': [files('*')],
    '--csv': [files('*')],
    '--xml': [files('*.xml', '*.json')],
    '--emulator': [{ kind: 'files', patterns: [], programs: true }],
  };
}

function commandModel(command: Command, kinds: Kinds): CommandModel {
  return {
    name: command.name(),
    description: command.description(),
    operands: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      kinds: kindsAt(kinds, argument.name(), argument.argChoices),
    })),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => optionModel(option, kinds)),
  };
}

function optionModel(option: Option, kinds: Kinds): OptionModel {
  const placeholder = /[<[]([^>\].]+)/.exec(option.flags)?.[1];
  const own = option.long !== undefined && option.long in kinds ? option.long : placeholder;
  return {
    names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
    description: option.description,
    value:
      placeholder === undefined || own === undefined
        ? undefined
        : { name: placeholder, kinds: kindsAt(kinds, own, option.argChoices) },
  };
}

/** @throws Error for a placeholder that nobody has said anything about */
function kindsAt(
  kinds: Kinds,
  name: string,
  choices: readonly string[] | undefined,
): readonly Kind[] {
  if (choices !== undefined) return [{ kind: 'words', words: choices }];
  const found = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (found === undefined) throw new Error(`what completes <${name}>? src/cli/completion/model.ts`);
  return found;
}
