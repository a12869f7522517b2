import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS } from '../../tools.ts';
import { compileTo, domainXml, foreground, ID, noContainer, skipped } from '../domains.ts';
import { type Cgroups, withCgroups } from './containers.ts';
import { type Host, hostNow, leftOf, sweep } from './host.ts';
import {
  domainOf,
  fingerprint,
  linkKinds,
  linkPath,
  makeHost,
  makeHostileRoot,
  makeParts,
  type PlaceName,
  places,
  SECRET,
  STATUS,
  TOKEN,
} from './roots.ts';
import { Tally } from './tally.ts';
import { compileTool, noTools } from './tools.ts';

// Root file systems whose owner wants to get out: links where the start expects something else, and names that change
// while it looks. All of them: npm run test:hostile.

const whole = process.env.LXPLAIN_WHOLE !== undefined;
const reason = noTools ?? noContainer;
const why = skipped(reason);

let folder: string;
let before: Host;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-roots-'));
  makeParts(folder);
  before = hostNow();
});
afterAll(() => {
  if (reason === undefined) rmSync(folder, { recursive: true });
});

const NAME = 'lxplain-roots';

/** How a start ended, if that is an end that a hostile root may bring about. */
type End = 'worked' | 'refused';

function endOf(program: string): { readonly end: End | undefined; readonly text: string } {
  const run = spawnSync(program, {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
  });
  const { status, stdout, stderr } = run;
  const left = leftOf(NAME, before);
  sweep(NAME);
  const text = `status ${status}, '${stdout.slice(0, 200)}', '${stderr.trim()}', left: ${left.join(', ')}`;
  const told = /^(?:\S+:\d+:\d+: )?error: \S+: step \d+ .*: E\w+\n(?: *note: .*\n)?$/.test(stderr);
  const right = left.length === 0 && !stdout.includes(SECRET);
  if (right && status === STATUS && stderr === '') return { end: 'worked', text };
  if (right && status === 1 && told && stdout === '') return { end: 'refused', text };
  return { end: undefined, text };
}

/** Compiled while the root is not hostile: what is there when a domain is looked at may be gone when it is started. */
async function programFor(place: PlaceName, mapped: boolean, cgroups: Cgroups): Promise<string> {
  makeHostileRoot(folder, place, undefined, mapped);
  const program = join(folder, 'program');
  const xml = domainXml(NAME, domainOf(folder, place, mapped));
  await compileTo(program, xml, foreground, withCgroups(cgroups));
  return program;
}

/** What the containers could have made on the host, anywhere: all of their names have the token in them. */
function strays(): string[] {
  const { stdout } = spawnSync(
    'find',
    [
      '/',
      '/run',
      '/dev',
      '/tmp',
      '-xdev',
      '-path',
      folder,
      '-prune',
      '-o',
      '-name',
      `*${TOKEN}*`,
      '-print',
    ],
    { encoding: 'utf8' },
  );
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))];
}

const names = Object.keys(places) as PlaceName[];
const variants = [false, true].flatMap((mapped) =>
  (['v1', 'v2'] as const).map((cgroups) => ({ mapped, cgroups })),
);

/** What got out before it was mended is tried each time, and of the others a part. */
const isTried = (
  index: number,
  place: PlaceName,
  kind: string,
  { mapped, cgroups }: { readonly mapped: boolean; readonly cgroups: Cgroups },
): boolean =>
  whole ||
  index % 29 === 0 ||
  (mapped && place === 'a file target' && ['absolute', 'nothing'].includes(kind)) ||
  (!mapped &&
    cgroups === 'v2' &&
    ['the directory of init', 'a directory of another file system'].includes(place) &&
    kind.startsWith('above descriptor'));

test.skipIf(reason !== undefined)(
  `links in place of what is expected: the host stays as it is${why}`,
  async () => {
    const host = join(folder, 'host');
    const kinds = linkKinds(host);
    const tally = new Tally();
    let print = fingerprint(host);
    let index = 0;
    let cases = 0;
    for (const place of names) {
      for (const variant of variants) {
        const { mapped, cgroups } = variant;
        const chosen = [...kinds].filter(([kind]) => isTried(index++, place, kind, variant));
        const program = await programFor(place, mapped, cgroups);
        for (const [kind, link] of chosen) {
          makeHostileRoot(folder, place, link, mapped);
          const { end, text } = endOf(program);
          const now = fingerprint(host);
          const what = `${place}: ${kind}, ${mapped ? 'id map' : 'no id map'}, ${cgroups}: ${text}`;
          if (now !== print) tally.wrong('escape', `the host has changed: ${what}`);
          else if (end === undefined) tally.wrong('unclear', what);
          else tally.add(end);
          cases++;
          if (now === print) continue;
          rmSync(host, { recursive: true });
          makeHost(host);
          print = fingerprint(host);
        }
      }
    }
    console.log(tally.summary(`links: ${cases} roots`, ['worked', 'refused', 'unclear', 'escape']));
    expect(cases).toBeGreaterThan(whole ? 3000 : 150);
    expect(tally.problems).toEqual([]);
    expect(strays()).toEqual([]);
  },
  3_600_000,
);

/** What is exchanged with a link to the host: all that a start looks up, and that must be what it was taken for. */
const raced: readonly PlaceName[] = [
  'a target',
  'a directory on the way',
  'a file target',
  'the directory of a file target',
  'the source of a bind',
  'the directory of init',
  'a directory of another file system',
  '/dev',
  '/proc',
];

test.skipIf(reason !== undefined)(
  `names that are exchanged with links all the time: the host stays as it is${why}`,
  async () => {
    const host = join(folder, 'host');
    const tally = new Tally();
    const starts = whole ? 130 : 3;
    const print = fingerprint(host);
    for (const place of raced) {
      for (const mapped of [false, true]) {
        const program = await programFor(place, mapped, mapped ? 'v1' : 'v2');
        makeHostileRoot(folder, place, join(host, 'directory'), mapped);
        const link = linkPath(folder, place);
        const other = `${link}.other`;
        if (place === 'a file target') writeFileSync(other, '');
        else mkdirSync(other);
        if (mapped) chownSync(other, ID, ID);
        const exchange = spawn(compileTool(folder, 'exchange'), [link, other], { stdio: 'ignore' });
        try {
          for (let count = 0; count < starts; count++) {
            const { end, text } = endOf(program);
            if (end === undefined) tally.wrong('unclear', `${place}, ${mapped}: ${text}`);
            else tally.add(end);
          }
          expect(exchange.exitCode).toBe(null);
        } finally {
          exchange.kill('SIGKILL');
        }
        if (fingerprint(host) !== print) tally.wrong('escape', `${place}, id map ${mapped}`);
      }
    }
    const kinds = ['worked', 'refused', 'unclear', 'escape'];
    console.log(
      tally.summary(
        `exchanged names: ${raced.length} names, ${starts} starts each with and without id map`,
        kinds,
      ),
    );
    expect(tally.problems).toEqual([]);
    expect(strays()).toEqual([]);
  },
  3_600_000,
);

/** The one end of a container whose init would be the program that starts it. */
const told = /error: \S+: step \d+ exec \S+: ELOOP\n/;

const own = ['/proc/self/exe', '/proc/1/exe', '/proc/thread-self/exe'];

test.skipIf(reason !== undefined).each([false, true])(
  `the program of a container cannot be run inside it, nor changed (id map: %s)${why}`,
  async (mapped) => {
    const ends: string[] = [];
    const expected: string[] = [];
    for (const cgroups of ['v1', 'v2'] as const) {
      for (const path of own) {
        for (const how of ['init', 'a link', 'an interpreter'] as const) {
          makeHostileRoot(folder, 'init', how === 'a link' ? path : undefined, mapped);
          const script = join(folder, 'root/bin/own');
          writeFileSync(script, `#!${path}\n`, { mode: 0o755 });
          const init = { init: path, 'a link': '/bin/init', 'an interpreter': '/bin/own' }[how];
          const contents = { ...domainOf(folder, 'init', mapped), init: [init] };
          const program = join(folder, 'own');
          await compileTo(program, domainXml(NAME, contents), foreground, withCgroups(cgroups));
          const content = readFileSync(program);
          const { end, text } = endOf(program);
          const what = `${how}, ${path}, ${cgroups}`;
          expect(readFileSync(program).equals(content), what).toBe(true);
          ends.push(`${what}: ${end === 'refused' && told.test(text) ? end : text}`);
          expected.push(`${what}: refused`);
        }
      }
    }
    expect(ends).toEqual(expected);
  },
);
