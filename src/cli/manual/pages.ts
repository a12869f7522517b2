import type { Command, Option } from 'commander';
import { commandTree } from '../tree.ts';
import { version } from '../version.ts';
import { planPage } from './plan-page.ts';
import { bold, example, flags, italic, item, page, plain } from './roff.ts';

/** The manual by the names of its files: lxplain.1, a page for each command, and the format of plans. */
export function manual(): ReadonlyMap<string, string> {
  const program = commandTree();
  return new Map([
    ['lxplain.1', programPage(program)],
    ...program.commands.map(
      (command) => [`lxplain-${command.name()}.1`, commandPage(program, command)] as const,
    ),
    ['lxplain-plan.5', planPage(version)],
  ]);
}

function programPage(program: Command): string {
  return page('lxplain', 1, version, [
    ['NAME', [`lxplain \\- ${plain(program.description())}`]],
    ['SYNOPSIS', [`${bold('lxplain')} ${italic('command')} [${italic('argument')} ...]`]],
    [
      'DESCRIPTION',
      [
        plain(
          'lxplain reads domain XML of libvirt and configs of lxc-tools. It shows what starting the container will do to the host, step by step and each with the line that asked for it, compiles these steps to a small program, and runs it. There is no daemon.',
        ),
      ],
    ],
    [
      'COMMANDS',
      program.commands.flatMap((command) =>
        item(
          `${bold(command.name())} ${operands(command)}`.trimEnd(),
          sentence(command.description()),
        ),
      ),
    ],
    ['OPTIONS', options(program)],
    ['EXIT STATUS', exitStatus],
    [
      'ENVIRONMENT',
      item(
        bold('LXPLAIN_ROOT'),
        sentence(
          'the folder below which run/lxplain, etc/lxplain and var/lib/lxplain are, instead of /: for tests',
        ),
      ),
    ],
    [
      'FILES',
      [
        ...item(
          italic('/run/lxplain/NAME/lock'),
          sentence(
            'is locked while the container runs; what is in it tells what clean would have to undo',
          ),
        ),
        ...item(
          italic('/etc/lxplain/NAME.xml'),
          sentence('a defined domain; a link in autostart/ marks it'),
        ),
        ...item(
          italic('/var/lib/lxplain/NAME/program'),
          sentence('what it was compiled to, which start runs'),
        ),
      ],
    ],
    [
      'EXAMPLES',
      example([
        'lxplain plan vm1.xml',
        'lxplain explain vm1.xml 31',
        'lxplain create vm1.xml --console',
        'lxplain domxml-from-native lxc-tools /var/lib/lxc/box/config',
      ]),
    ],
    [
      'SEE ALSO',
      seeAlso([
        ...program.commands.map((command) => [`lxplain-${command.name()}`, 1] as const),
        ['lxplain-plan', 5],
        ['virsh', 1],
        ['lxc.container.conf', 5],
      ]),
    ],
  ]);
}

function commandPage(program: Command, command: Command): string {
  const name = `lxplain-${command.name()}`;
  const more = textBehind(command);
  return page(name, 1, version, [
    ['NAME', [`${plain(name)} \\- ${plain(command.description())}`]],
    [
      'SYNOPSIS',
      [
        `${bold(`lxplain ${command.name()}`)} [${italic('option')} ...] ${operands(command)}`.trimEnd(),
      ],
    ],
    ['DESCRIPTION', [sentence(command.description())]],
    ['OPTIONS', options(command)],
    ['NOTES', more.length === 0 ? [] : example(more)],
    ['EXIT STATUS', exitStatus],
    [
      'SEE ALSO',
      seeAlso([
        ['lxplain', 1],
        ...program.commands
          .filter((each) => each !== command && each.helpGroup() === command.helpGroup())
          .map((each) => [`lxplain-${each.name()}`, 1] as const),
        ['lxplain-plan', 5],
      ]),
    ],
  ]);
}

const exitStatus = [
  '0 on success, 1 after an error, which is told on standard error; 70 for a fault of lxplain itself.',
  plain("'create --console' and a compiled program end with the status of init."),
];

const operands = (command: Command): string =>
  command.registeredArguments
    .map((argument) => {
      const name = `${italic(argument.name())}${argument.variadic ? ' ...' : ''}`;
      return argument.required ? name : `[${name}]`;
    })
    .join(' ');

const options = (command: Command): readonly string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) =>
      item(flags(option.flags), `${sentence(option.description)}${facts(option)}`),
    );

/** What else help would say of an option. */
function facts({ argChoices, defaultValue, mandatory }: Option): string {
  return [
    argChoices === undefined ? '' : ` One of ${argChoices.map(bold).join(', ')}.`,
    typeof defaultValue === 'string' ? ` By default ${bold(defaultValue)}.` : '',
    mandatory ? ' Has to be given.' : '',
  ].join('');
}

/** What help says behind the list of options. */
function textBehind(command: Command): readonly string[] {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text
    .slice(command.helpInformation().length)
    .trim()
    .split('\n')
    .filter((line) => line !== '');
}

const sentence = (text: string): string =>
  plain(`${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`);

const seeAlso = (
  pages: readonly (readonly [name: string, section: number])[],
): readonly string[] => [pages.map(([name, section]) => `${bold(name)}(${section})`).join(', ')];
