import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Libvirtd, noLibvirtd, startLibvirtd } from '../test/peers/libvirtd.ts';
import { budgets } from './budgets.ts';
import { cold, EMPTY_NODE, warm } from './compile-time.ts';
import { contestants, FLOOR, LXPLAIN, SAME_CALLS, VIRSH } from './contestants.ts';
import { conversions, HOT } from './conversion.ts';
import { formats, VIRSH_WARM } from './domain-xml.ts';
import { describeMachine } from './machine.ts';
import { many } from './many.ts';
import { budgetsMarkdown, budgetsText, type Table, tableMarkdown, tableText } from './report.ts';
import { measure } from './rounds.ts';
import { monitors, programSize } from './weight.ts';
import { makeFolder, planOf, removeFolder, type Work, work } from './work.ts';

const usage = `npm run bench -- [options]
  --only ID[,ID…]   some of: w1 w1-hot w1-peers w2 w2-hot many pss size warm cold convert format
  --rounds N        isolated samples of each contestant (default 40); back to back it is up to five times as many
  --json            all samples as JSON
  --markdown FILE   write the numbers into FILE, between its two marks`;

/** The measurements, in their order. Each makes its table when its turn comes. */
function sections(folder: string, libvirtd: Libvirtd | string, rounds: number) {
  const plain = work(folder, false, '/bin/true');
  const mapped = work(folder, true, '/bin/true');
  const sleeping = work(folder, false, '/bin/sleep', '1000');
  const { facts } = planOf('bench-facts', plain);
  const native = [LXPLAIN, SAME_CALLS, FLOOR];
  const start = (of: Work) => () =>
    measure(contestants(of, facts, libvirtd), { rounds, pace: 'isolated' });
  const hot = (of: Work, times: number, takesPart: (name: string) => boolean) => () =>
    measure(
      contestants(of, facts, libvirtd).filter(({ name }) => takesPart(name)),
      { rounds: rounds * times, pace: 'hot' },
    );
  const isNative = (name: string) => native.includes(name);
  const ms = { unit: 'ms', digits: 2, references: [FLOOR, LXPLAIN] };
  const tables: readonly (Omit<Table, 'rows'> & { rows: () => Table['rows'] })[] = [
    {
      id: 'w1',
      title: 'W1: a container from start to teardown, isolated',
      ...ms,
      rows: start(plain),
    },
    {
      id: 'w1-hot',
      title: 'W1, back to back',
      ...ms,
      references: [FLOOR, SAME_CALLS],
      rows: hot(plain, 5, isNative),
    },
    {
      id: 'w1-peers',
      title:
        'W1, back to back beside the peers (not libvirt: it loses track of ends that come so fast)',
      ...ms,
      rows: hot(plain, 2, (name) => name !== SAME_CALLS && name !== VIRSH),
    },
    {
      id: 'w2',
      title: 'W2: the same with a user namespace, isolated',
      ...ms,
      rows: start(mapped),
    },
    {
      id: 'w2-hot',
      title: 'W2, back to back',
      ...ms,
      references: [FLOOR, SAME_CALLS],
      rows: hot(mapped, 5, isNative),
    },
    {
      id: 'many',
      title: 'W4: 100 containers at once, until all inits run',
      ...ms,
      references: [FLOOR],
      rows: () => measure(many(sleeping, facts), { rounds: 5, pace: 'isolated' }),
    },
    {
      id: 'pss',
      title: 'Memory of the process that stays (PSS)',
      unit: 'KiB',
      digits: 0,
      references: [],
      rows: () => monitors(sleeping, libvirtd),
    },
    {
      id: 'size',
      title: 'Size of a compiled program',
      unit: 'bytes',
      digits: 0,
      references: [],
      rows: () =>
        new Map([
          ['W1', programSize(plain)],
          ['W2', programSize(mapped)],
        ]),
    },
    {
      id: 'warm',
      title: 'XML → ELF in a warm process (one value per case)',
      unit: 'ms',
      digits: 2,
      references: [],
      rows: () => new Map([['golden cases', warm()]]),
    },
    {
      id: 'cold',
      title: 'The command line, each time a new process',
      ...ms,
      digits: 1,
      references: [EMPTY_NODE],
      rows: () => measure(cold(sleeping), { rounds, pace: 'isolated' }),
    },
    {
      id: 'convert',
      title: 'lxc configs to domain XML, over the recorded ones, per file',
      unit: 'ms',
      digits: 3,
      references: [HOT],
      rows: () => measure(conversions(folder, libvirtd), { rounds, pace: 'hot' }),
    },
    {
      id: 'format',
      title: 'Domain XML read, completed and printed again, per domain of the corpus',
      unit: 'ms',
      digits: 3,
      references: [VIRSH_WARM],
      rows: () => measure(formats(libvirtd), { rounds, pace: 'hot' }),
    },
  ];
  return { facts, tables };
}

const [BEGIN, END] = ['<!-- numbers: written by npm run bench -->', '<!-- end of numbers -->'];

function writeMarkdown(file: string, text: string): void {
  const old = readFileSync(file, 'utf8');
  const [from, to] = [old.indexOf(BEGIN), old.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${file} has no marks for the numbers`);
  writeFileSync(file, `${old.slice(0, from)}${BEGIN}\n\n${text}\n${old.slice(to)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '40' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds}`);
  if (values.help) {
    console.log(usage);
    return;
  }
  const only = values.only?.split(',');
  const say = (text: string) => (values.json ? undefined : console.log(text));
  const folder = makeFolder();
  const needsLibvirtd =
    only === undefined || only.some((id) => ['w1', 'w2', 'pss', 'convert', 'format'].includes(id));
  const libvirtd: Libvirtd | string =
    noLibvirtd ??
    (needsLibvirtd ? await startLibvirtd().catch((cause: Error) => cause.message) : 'not needed');
  try {
    const { facts, tables } = sections(folder, libvirtd, rounds);
    const unknown = only?.find((id) => !tables.some((table) => table.id === id));
    if (unknown !== undefined) throw new Error(`--only ${unknown}\n\n${usage}`);
    const measured = tables
      .filter(({ id }) => only === undefined || only.includes(id))
      .map((table): Table => {
        const done = { ...table, rows: table.rows() };
        say(tableText(done));
        return done;
      });
    const promised = budgets(measured);
    const machine = describeMachine(facts);
    say(budgetsText(promised));
    say(machine.map((line) => `  ${line}`).join('\n'));
    if (values.json) {
      const rows = measured.map((table) => ({ ...table, rows: Object.fromEntries(table.rows) }));
      console.log(JSON.stringify({ machine, budgets: promised, tables: rows }, undefined, 1));
    }
    if (values.markdown !== undefined) {
      writeMarkdown(
        values.markdown,
        [
          `${machine.map((line) => `- ${line}`).join('\n')}\n`,
          `## Budgets\n\n${budgetsMarkdown(promised)}`,
          `## Measurements\n`,
          ...measured.map(tableMarkdown),
        ].join('\n'),
      );
    }
  } finally {
    if (typeof libvirtd !== 'string') await libvirtd.stop();
    removeFolder(folder);
  }
}

try {
  await main();
} catch (cause) {
  console.error(`error: ${(cause as Error).message}`);
  process.exitCode = 1;
}
