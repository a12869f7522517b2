import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS } from '../../tools.ts';
import {
  type Contents,
  compileTo,
  detached,
  domainXml,
  foreground,
  noContainer,
  skipped,
} from '../domains.ts';
import { type Cgroups, kinds, makeFiles, withCgroups } from './containers.ts';
import { type Host, hostNow, isListed, leftOf, sweep } from './host.ts';
import { inject, type Outcome, type Rule } from './injector.ts';
import { Tally } from './tally.ts';
import { noTools } from './tools.ts';

// SIGKILL for each process of a container at each of its system calls. All of them: npm run test:kills.

const whole = process.env.LXPLAIN_WHOLE !== undefined;
const reason = noTools ?? noContainer;
const why = skipped(reason);

let folder: string;
let before: Host;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-kills-'));
  makeFiles(folder);
  before = hostNow();
});
afterAll(() => {
  if (reason === undefined) rmSync(folder, { recursive: true });
});

const STATUS = 7;
const forEver = ['/bin/sleep', '1000'];

/** The programs of a container: one that ends by itself, and one of the same name that does not. */
interface Programs {
  readonly name: string;
  readonly ending: string;
  readonly lasting: string;
  readonly detached: boolean;
  /** The next start, as a user makes it. */
  readonly next: string;
}

async function programsOf(
  name: string,
  contents: Partial<Contents>,
  cgroups: Cgroups,
  asDetached: boolean,
  init: readonly string[] = forEver,
): Promise<Programs> {
  sweep(name); // what a test that was interrupted has left
  const mode = asDetached ? detached : foreground;
  const xml = (script: readonly string[]) => domainXml(name, { init: script, ...contents });
  const exits = ['/bin/sh', '-c', `exit ${STATUS}`];
  const compiled = async (what: string, script: readonly string[], how = mode) => {
    const at = join(folder, `${name}-${cgroups}-${asDetached}-${what}`);
    await compileTo(at, xml(script), how, withCgroups(cgroups));
    return at;
  };
  return {
    name,
    ending: await compiled('ending', exits),
    lasting: await compiled('lasting', init),
    next: await compiled('next', exits, foreground),
    detached: asDetached,
  };
}

interface Case {
  readonly what: string;
  readonly program: string;
  readonly rule?: Rule;
  readonly killLater?: readonly number[];
  /** Nobody of those has been killed without whom there is no container: the supervisor, init. */
  readonly mayGoOn: boolean;
}

/** Who is killed at which call. The processes are those of a run without faults. */
function casesOf({ ending, lasting, detached: asDetached }: Programs): Case[] {
  inject(folder, { program: ending, detached: asDetached }); // makes the mount points
  const dry = inject(folder, { program: ending, list: true, detached: asDetached });
  expect(dry).toMatchObject({ status: STATUS, alive: [] });
  const { calls, bornAt, executed } = dry;
  if (executed === undefined) throw new Error('nothing was executed');
  // A container that does not end is in the supervision, from which only its end leads on.
  const relay = calls.findIndex(({ symbol }) => symbol.endsWith('console.relay'));
  expect(relay).toBeGreaterThan(50);
  const others = bornAt.map((_, index) => index);
  const guards = others.filter((index) => index !== 0 && index !== executed);
  const roles = new Map([
    [0, 'supervisor'],
    [executed, 'init'],
    ...guards.map((index) => [index, 'guard'] as const),
  ]);
  const who = (kill: readonly number[]) => kill.map((index) => roles.get(index)).join(' and ');
  const victims = [[0], [executed], ...guards.map((guard) => [guard]), others];
  const cases = calls.flatMap(({ process, count, name, symbol }, index): Case[] => {
    if (symbol === '?') return []; // the execution of the program itself
    const first = process !== 0 && count === 1;
    return (first ? [0, count] : [count]).flatMap((at) =>
      victims
        .filter((kill) => kill.every((victim) => (bornAt[victim] ?? 0) <= index))
        .map((kill) => ({
          what: `${who(kill)} at call ${at} of ${roles.get(process)} (${symbol} ${name})`,
          program: index > relay ? ending : lasting,
          rule: { process, count: at, kill },
          mayGoOn: kill.every((victim) => guards.includes(victim)),
        })),
    );
  });
  const later = victims.map((killLater) => ({
    what: `${who(killLater)} later`,
    program: lasting,
    killLater,
    mayGoOn: killLater.every((victim) => guards.includes(victim)),
  }));
  return [...cases, ...later];
}

type Verdict =
  | 'gone'
  /** It went on without what was killed, and ended when its supervisor was asked to. */
  | 'went on'
  | 'missed'
  | 'survivor'
  | 'hang'
  | 'unheard'
  | 'listed'
  | 'no next start'
  | 'left';

/** What became of a container of which something was killed. */
function judge(
  { name, next, detached: asDetached }: Programs,
  { rule }: Case,
  outcome: Outcome,
): Verdict {
  const { hit, hang, alive, status, record, stderr } = outcome;
  const listed = isListed(name);
  const again = spawnSync(next, { encoding: 'utf8', input: '', timeout: HANGS_MS });
  const left = leftOf(name, before);
  sweep(name);
  if (hit === undefined) return 'missed';
  if (hang) return 'hang';
  if (alive.length > 0) return 'survivor';
  if (listed) return 'listed';
  if (again.status !== STATUS) return 'no next start';
  if (left.length > 0) return 'left';
  // Who has not been killed has told that it failed.
  const told = asDetached ? record.length > 0 : stderr !== '';
  if (rule?.kill?.includes(0) === false && status === 1 && !told) return 'unheard';
  return outcome.stopped ? 'went on' : 'gone';
}

const kindsOfEnd: readonly Verdict[] = [
  'gone',
  'went on',
  'missed',
  'survivor',
  'hang',
  'unheard',
  'listed',
  'no next start',
  'left',
];

/** Of what is wrong with all, a part is enough. */
const ENOUGH = 20;

function tryAll(title: string, programs: Programs, cases: readonly Case[]): void {
  const tally = new Tally();
  for (const one of cases) {
    if (tally.problems.length >= ENOUGH) break;
    const { program, rule, killLater, mayGoOn } = one;
    const outcome = inject(folder, {
      program,
      mayGoOn,
      detached: programs.detached,
      ...(rule === undefined ? {} : { rule }),
      ...(killLater === undefined ? {} : { killLater }),
    });
    const verdict = judge(programs, one, outcome);
    if (verdict !== 'survivor') tally.took(outcome.cleanMs);
    const right =
      verdict === 'gone' ||
      (verdict === 'went on' && one.mayGoOn) ||
      (verdict === 'missed' && killLater === undefined);
    if (right) tally.add(verdict);
    else
      tally.wrong(
        verdict,
        `${verdict}: ${one.what}: status ${outcome.status}, '${outcome.stderr.trim()}', ${outcome.alive.join(', ')}`,
      );
  }
  console.log(tally.summary(title, kindsOfEnd));
  expect(tally.problems).toEqual([]);
}

const sampled = (cases: readonly Case[]): readonly Case[] =>
  whole
    ? cases
    : cases.filter(({ killLater }, index) => killLater !== undefined || index % 41 === 0);

const combinations = (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) =>
  (['v1', 'v2'] as const).flatMap((cgroups) =>
    (['in the foreground', 'as create runs it'] as const).map(
      (how) => [kind, cgroups, how] as const,
    ),
  ),
);

test.skipIf(reason !== undefined).each(combinations)(
  `%s, %s, %s: whoever is killed, nothing runs, and the next start leaves nothing${why}`,
  async (kind, cgroups, how) => {
    const name = `lxplain-kills-${kind}`;
    const programs = await programsOf(
      name,
      kinds[kind](folder),
      cgroups,
      how !== 'in the foreground',
    );
    tryAll(`${kind}, ${cgroups}, ${how}`, programs, sampled(casesOf(programs)));
  },
  3_600_000,
);

const becoming = '/bin/start-stop-daemon -S -c user -x /bin/sleep -- 1000'.split(' ');

test.skipIf(reason !== undefined).each([
  ['is set-uid', 'plain', ['/set-uid/sleep', '1000']],
  ['is set-uid', 'mapped', ['/set-uid/sleep', '1000']],
  ['becomes another user', 'plain', becoming],
  ['becomes another user', 'mapped', becoming],
] as const)(
  `an init that %s (%s) does not outlive its supervisor${why}`,
  async (how, kind, init) => {
    for (const cgroups of ['v1', 'v2'] as const) {
      const name = 'lxplain-kills-user';
      const programs = await programsOf(name, kinds[kind](folder), cgroups, false, init);
      const one = { what: `supervisor of an init that ${how}`, program: programs.lasting };
      tryAll(`${one.what}, ${kind}, ${cgroups}`, programs, [
        { ...one, killLater: [0], mayGoOn: false },
      ]);
    }
  },
);

const lxplain = join(import.meta.dirname, '../../../bin/lxplain');

test.skipIf(reason !== undefined).each(['plain', 'mapped'] as const)(
  `%s: create does not wait for a container whose supervisor is killed${why}`,
  (kind) => {
    const name = `lxplain-kills-create-${kind}`;
    const file = join(folder, `${name}.xml`);
    const contents = kinds[kind](folder);
    sweep(name); // what a test that was interrupted has left
    const create = (init: readonly string[], rule?: Rule) => {
      writeFileSync(file, domainXml(name, { init, ...contents }));
      const run = {
        program: lxplain,
        args: ['create', file],
        follow: `lxplain: ${name}`,
        list: true,
      };
      return inject(folder, rule === undefined ? run : { ...run, rule });
    };
    create(['/bin/true']); // makes the mount points
    const { calls, driver, stderr } = create(['/bin/true']);
    expect({ driver, stderr }).toMatchObject({ driver: 0 });
    expect(calls.length).toBeGreaterThan(100);
    const problems: string[] = [];
    let killed = 0;
    for (const { process, count, name: call } of calls.filter(
      (_, index) => index % (whole ? 3 : 61) === 2,
    )) {
      const outcome = create(forEver, { process, count, kill: [0] });
      killed += outcome.hit === undefined ? 0 : 1;
      const heard = outcome.driver === 0 || (outcome.driver === 1 && outcome.stderr !== '');
      if (outcome.alive.length > 0 || !heard || isListed(name))
        problems.push(
          `call ${count} of process ${process}, ${call}: ${outcome.driver} '${outcome.stderr}' ${outcome.alive.join(', ')}`,
        );
      sweep(name);
      if (problems.length >= ENOUGH) break;
    }
    console.log(`create, ${kind}: ${killed} kills, ${problems.length} problems`);
    expect(killed).toBeGreaterThan(2);
    expect(problems).toEqual([]);
    expect(leftOf(name, before)).toEqual([]);
  },
  3_600_000,
);
