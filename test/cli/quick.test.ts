import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actions } from '../../src/cli/actions.ts';
import { type QuickCall, readQuickly } from '../../src/cli/quick.ts';
import { quickTable } from '../../src/cli/quick-table.ts';
import { commandTree } from '../../src/cli/tree.ts';

const table = quickTable(commandTree());

/** How commander calls the action; undefined if it refuses the line or answers by itself. */
function byCommander(name: string, args: readonly string[]): QuickCall | undefined {
  const program = commandTree(name);
  let call: QuickCall | undefined;
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  }
  const command = program.commands[0];
  command?.action((...given: unknown[]) => {
    const operands = given.slice(0, -2) as QuickCall['operands'];
    call = { operands, options: given.at(-2) as QuickCall['options'] };
  });
  try {
    program.parse([name, ...args], { from: 'user' });
  } catch {
    return undefined;
  }
  return call;
}

/** Lines of what may stand in them: options of the command, their choices, values, and what is none of these. */
const lineOf = (name: string) => {
  const { options = {}, operands = [] } = table[name] ?? {};
  const choices = [...Object.values(options), ...operands].flatMap(({ choices = [] }) => choices);
  const typed = fc.constantFrom(
    ...Object.keys(options),
    ...(commandTree(name).commands[0]?.options ?? []).map(({ long }) => long ?? '--none'),
    ...choices,
    ...['vm1.xml', 'v', '-', '--', '--nope', '-x', '-1', '', '--arch=aarch64', '-oout', '--help'],
  );
  return fc.array(typed, { maxLength: 6 });
};

test.each(Object.keys(table))(
  '%s: what is read without commander is what commander reads',
  (name) => {
    fc.assert(
      fc.property(lineOf(name), (args) => {
        const command = table[name];
        const quick = command === undefined ? undefined : readQuickly(command, args);
        if (quick !== undefined) expect(quick).toEqual(byCommander(name, args));
      }),
      { numRuns: 300 },
    );
  },
);

test.each([
  ['plan', 'vm1.xml'],
  ['plan', 'vm1.xml', '--json'],
  ['check', '--strict', '-'],
  ['create', 'vm1.xml', '--console'],
  ['compile', 'vm1.xml', '-o', 'vm1'],
  ['domxml-from-native', 'lxc-tools', 'a.conf', 'b.conf', '--full'],
  ['list'],
  ['destroy', 'vm1'],
])('the usual lines need no commander: %s %s %s', (name, ...args) => {
  const command = table[name];
  const given = args.filter((arg) => arg !== undefined);
  expect(command === undefined ? undefined : readQuickly(command, given)).toEqual(
    byCommander(name, given),
  );
  expect(byCommander(name, given)).toBeDefined();
});

test('every command of the tree has its action; help is that of commander', () => {
  expect([...Object.keys(actions), 'help'].sort()).toEqual(
    commandTree()
      .commands.map((command) => command.name())
      .sort(),
  );
});
