import schema from '../../../plans/plan.schema.json' with { type: 'json' };
import { opNames, ops, placesOf } from '../../plan/ops.ts';
import { phases } from '../../plan/plan.ts';
import { purpose } from '../../plan/print.ts';
import { bold, example, italic, item, page, plain } from './roff.ts';

const common: readonly (readonly [member: string, text: string])[] = [
  ['id', 'The place in the plan, from 1: messages, symbols of the program and explain name it.'],
  [
    'key',
    'The operation and what it is done to, such as mount.attach /srv/data: what stays the same where numbers move. No other step of the plan has it.',
  ],
  ['phase', 'When: see PHASES.'],
  [
    'actor',
    'By which process: supervisor, on the host, or init, which becomes the init of the container.',
  ],
  ['per', 'How often: once for the name of the container, or in each life of it.'],
  ['op', 'What is done: see OPERATIONS. The members beside these say to what.'],
  ['origin', "Who asked for it: file, line and column of the input, or the driver's rule."],
  [
    'tolerates',
    'Errors that may be skipped. Without it every error ends the start, and what was done is undone.',
  ],
  ['undo', 'The step of release that takes a lasting effect back.'],
];

/** lxplain-plan(5): every operation with its synopsis and its members. */
export function planPage(version: string): string {
  return page('lxplain-plan', 5, version, [
    ['NAME', ['lxplain\\-plan \\- what starting a container will do to the host, in order']],
    [
      'DESCRIPTION',
      [
        `A plan is JSON in UTF\\-8. ${bold('lxplain plan')} ${italic('file')} ${bold('--json')} writes one; what reads a domain reads a plan, too.`,
        'It is self\\-contained: neither the domain nor the facts of the machine are read again.',
        'A plan that is read is checked twice: its shape, and by rules which step has to come before which.',
        'One that is not safe is refused with the rule that it breaks.',
        '.PP',
        `Its members are ${bold('version')} (2), ${bold('name')} and ${bold('uuid')} of the container, ${bold('arch')} (${bold('x86_64')} or ${bold('aarch64')}) and ${bold('steps')}.`,
      ],
    ],
    ['STEPS', common.flatMap(([member, text]) => item(bold(member), plain(text)))],
    [
      'PHASES',
      phases.flatMap((phase) =>
        item(
          bold(phase),
          plain(`${purpose[phase].charAt(0).toUpperCase()}${purpose[phase].slice(1)}.`),
        ),
      ),
    ],
    [
      'OPERATIONS',
      phases.flatMap((phase) => [
        `.SS ${phase}`,
        ...opNames
          .filter((op) => placesOf(op).some((place) => place.phase === phase))
          .flatMap((op) =>
            item(bold(op), `${plain(`${ops[op].what} ${ops[op].why}`)}${membersText(op)}`),
          ),
      ]),
    ],
    [
      'EXAMPLES',
      example([
        '{"id":6,"key":"cgroup.create /sys/fs/cgroup/memory/lxplain-vm1","phase":"prepare",',
        ' "actor":"supervisor","per":"life","op":"cgroup.create",',
        ' "path":"/sys/fs/cgroup/memory/lxplain-vm1",',
        ' "origin":{"file":"vm1.xml","line":4,"column":3},"tolerates":["EEXIST"],"undo":66}',
      ]),
    ],
    [
      'SEE ALSO',
      [`${bold('lxplain')}(1), ${bold('lxplain-plan')}(1), ${bold('lxplain-explain')}(1)`],
    ],
  ]);
}

/** The members that only this operation has. */
function membersText(op: string): string {
  const shape = schema.$defs.step.oneOf.find(({ properties }) => properties.op.const === op);
  const members = Object.keys(shape?.properties ?? {}).filter((name) => name !== 'op');
  const own = members.filter((name) => !common.some(([each]) => each === name));
  if (own.length === 0) return '';
  const required: readonly string[] = shape?.required ?? [];
  return ` Members: ${own.map((name) => `${bold(name)}${required.includes(name) ? '' : ' (may be left out)'}`).join(', ')}.`;
}
