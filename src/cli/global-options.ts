import { optionNeedsValue, quoteOpen, uriUnknown } from '../diagnostics/catalog/cli.ts';
import { Failure } from './failure.ts';

/** What stands before the command, and the commands: virsh takes several in one argument. */
export interface CommandLine {
  readonly isQuiet: boolean;
  readonly uri: string | undefined;
  readonly commands: readonly (readonly string[])[];
}

/**
 * virsh's options before the command, and `'list; uri'`.
 * @throws Failure
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  let [isQuiet, uri]: [boolean, string | undefined] = [false, undefined];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, inside] = /^(?:--connect=|-c(?=[a-z]+:))(.*)$/.exec(arg) ?? [];
    if (arg === '-q' || arg === '--quiet') isQuiet = true;
    else if (inside !== undefined) uri = inside;
    else if (arg === '-c' || arg === '--connect') {
      at++;
      uri = args[at];
      if (uri === undefined) throw new Failure([optionNeedsValue(arg, 'a URI: lxc:///')]);
    } else break;
  }
  const rest = args.slice(at);
  const [only] = rest;
  const isText = rest.length === 1 && only !== undefined && /[\s;]/.test(only);
  return { isQuiet, uri, commands: isText ? commandsIn(only) : [rest] };
}

/** These look at files or at the machine: which driver is meant does not matter to them. */
const anywhere = [
  'plan',
  'explain',
  'diff',
  'check',
  'compile',
  'inspect',
  'facts',
  'format',
  'domxml-from-native',
  'domxml-to-native',
  'completion',
  'help',
];

/** There are no containers but those of this machine. @throws Failure */
export function checkUri(given: string | undefined, command: string | undefined): void {
  const isOption = command === undefined || command.startsWith('-');
  const uri =
    given ?? (isOption || anywhere.includes(command) ? undefined : process.env.LIBVIRT_DEFAULT_URI);
  if (uri === undefined || uri === '' || /^lxc:\/\/(\/(system)?)?$/.test(uri)) return;
  const [, host] = /^lxc\+ssh:\/\/([^/]+)/.exec(uri) ?? [];
  throw new Failure([uriUnknown(uri, host)]);
}

/** As a shell would take them apart: quotes of both kinds and backslashes; a semicolon or a line ends a command. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  let quote = '';
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\' && quote !== "'") {
      at++;
      word = (word ?? '') + (text[at] ?? '');
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= '';
    } else if (char === ';' || char === '\n') {
      endWord();
      commands.push([]);
    } else if (/\s/.test(char)) endWord();
    else word = (word ?? '') + char;
  }
  endWord();
  if (quote !== '') throw new Failure([quoteOpen(quote)]);
  return commands.filter((command) => command.length > 0);
}
