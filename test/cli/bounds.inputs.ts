import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePlan } from '../../src/assemble.ts';
import { readXml } from '../../src/frontend/xml/read.ts';
import { keysOf } from '../../src/plan/keys.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { printDomainJson } from '../../src/print/domain-json.ts';
import { hello, hybridFacts } from '../frontend/measured.ts';

/** Files that attack a command. */
export interface Input {
  readonly name: string;
  /** Its words, with blanks between. */
  readonly command: string;
  /** Made when they are needed: each is large. */
  readonly files: () => Readonly<Record<string, string | Uint8Array>>;
  /** A code that is told; none if the command succeeds. */
  readonly code: string;
}

/** Of an input that may be taken or refused. */
export const ANY = 'any';
/** The same, of which each is measured also in a sample. */
export const OTHER = 'other';

const LARGEST = 4 * 1024 * 1024;

/** As often as fits into the largest file, with what is around it. */
const filled = (before: string, piece: string, after = '', room = 0): string =>
  before +
  piece.repeat(Math.floor((LARGEST - room - before.length - after.length) / piece.length)) +
  after;

/** The same of pieces that count. */
function numbered(
  before: string,
  make: (index: number) => string,
  after = '',
  { most = Number.POSITIVE_INFINITY, separator = '', room = 0 } = {},
): string {
  const pieces: string[] = [];
  let length = before.length + after.length;
  for (let index = 0; index < most; index++) {
    const piece = make(index);
    length += piece.length + separator.length;
    if (length > LARGEST - room) break;
    pieces.push(piece);
  }
  return before + pieces.join(separator) + after;
}

const golden = join(import.meta.dirname, '../../golden');
const goldenPlan = (name: string): Plan =>
  JSON.parse(readFileSync(join(golden, 'cases', name, 'plan.json'), 'utf8'));
const facts = JSON.parse(readFileSync(hybridFacts(), 'utf8'));

// Plans.

const head =
  '{"version":2,"name":"vm1","uuid":"3c7e5f2a-1d0b-4c9e-8a61-0123456789ab","arch":"x86_64"';
const assemble = '"key":"a","phase":"assemble","actor":"init","per":"life","origin":{"rule":"a"}';
const prepare =
  '"key":"a","phase":"prepare","actor":"supervisor","per":"life","origin":{"rule":"a"}';
const steps = (make: (index: number) => string, most = 1_450) =>
  numbered(`${head},"steps":[`, (index) => `{"id":${index + 1},${make(index)}}`, ']}', {
    most,
    separator: ',',
  });
const deepPath = (index: number): string => `/a${index}${'/b'.repeat(2000)}`;

/** A sound plan with more steps of one kind. */
function grown(
  name: string,
  behind: string,
  make: (index: number) => object,
  count: number,
): string {
  const plan = goldenPlan(name);
  const at = plan.steps.findIndex(({ op }) => op === behind) + 1;
  const more = Array.from({ length: count }, (_, index) => ({
    ...plan.steps[at - 1],
    ...make(index),
  }));
  const added = plan.steps.toSpliced(at, 0, ...(more as Plan['steps'][number][]));
  const keys = keysOf(added);
  const moved = added.map((step, index) => ({
    ...step,
    id: index + 1,
    key: keys[index],
    ...(step.undo === undefined ? {} : { undo: step.undo + count }),
  }));
  return JSON.stringify({ ...plan, steps: moved });
}

const plans: readonly (readonly [name: string, text: () => string, code: string])[] = [
  ['open brackets', () => filled('{"a":', '['), 'json/too-deep'],
  ['nested arrays', () => `{"a":${'['.repeat(2e6)}${']'.repeat(2e6)}}`, 'json/too-deep'],
  ['nested objects', () => `${'{"a":'.repeat(6e5)}1${'}'.repeat(6e5)}`, 'json/too-deep'],
  ['numbers', () => filled('{"a":[', '1,', '1]}'), 'json/too-many-values'],
  ['empty arrays', () => filled('{"a":[', '[],', '[]]}'), 'json/too-many-values'],
  ['39,000 empty arrays', () => `{"a":[${'[],'.repeat(39_000)}1]}`, 'json/shape|cli/wrong-file'],
  [
    '79,000 keys',
    () => numbered('{', (n) => `"k${n}":1`, '}', { most: 79_000, separator: ',' }),
    'json/shape|cli/wrong-file',
  ],
  [
    'one key 79,000 times',
    () => `{${'"version":2,'.repeat(79_000)}"a":1}`,
    'json/shape|cli/wrong-file',
  ],
  [
    'long keys',
    () => numbered('{', (n) => `"${'k'.repeat(1000)}${n}":1`, '}', { separator: ',' }),
    'json/shape|cli/wrong-file',
  ],
  ['a key of 4 MiB', () => filled('{"', 'k', '":1}'), 'json/shape|cli/wrong-file'],
  ['a text of 4 MiB', () => filled('{"version":"', 'a', '"}'), 'json/shape|cli/wrong-file'],
  ['a text that does not end', () => filled('{"version":"', 'a'), 'json/invalid'],
  ['a text of backslashes that does not end', () => filled('{"version":"', '\\\\'), 'json/invalid'],
  ['a text of escapes', () => filled('{"version":"', '\\u001b', '"}'), 'json/shape|cli/wrong-file'],
  [
    'a text of characters beyond the first plane',
    () => filled('{"version":"', '💩', '"}', 3 * 1024 * 1024),
    'json/shape|cli/wrong-file',
  ],
  ['a number of 4 MiB', () => filled('{"version":', '1', '}'), 'json/shape|cli/wrong-file'],
  ['a word of 4 MiB', () => filled('{"version":', 'x', '}'), 'json/invalid'],
  ['blanks', () => filled('{', ' ', 'x}'), 'json/invalid'],
  ['lines', () => filled('{', '\n', 'x}'), 'json/invalid'],
  [
    'a name of 4 MiB',
    () =>
      filled(
        '{"version":2,"name":"',
        'a',
        '","uuid":"3c7e5f2a-1d0b-4c9e-8a61-0123456789ab","arch":"x86_64","steps":[]}',
      ),
    'json/shape',
  ],
  [
    'an unknown operation of 4 MiB',
    () => filled(`${head},"steps":[{"id":1,"op":"`, 'a', '"}]}'),
    'json/shape',
  ],
  [
    'a fault in the last of many steps',
    () => steps((n) => `${prepare},"op":"${n === 2399 ? 'x' : 'process.harden'}"`, 2_400),
    'json/shape',
  ],
  ['many of one step', () => steps(() => `${prepare},"op":"process.harden"`), 'plan/unsound'],
  [
    'many steps in the wrong phase',
    () => steps(() => `${assemble},"op":"process.harden"`),
    'plan/unsound',
  ],
  [
    'many mounts',
    () =>
      steps(
        (n) => `${assemble},"op":"mount.attach","base":"inside","handle":"fs0","target":"/a${n}"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'many mounts of many handles',
    () =>
      steps(
        (n) => `${assemble},"op":"mount.attach","base":"inside","handle":"fs${n}","target":"/a"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'mounts in each other',
    () =>
      steps(
        (n) =>
          `${assemble},"op":"mount.attach","base":"inside","handle":"fs0","target":"${'/a'.repeat(n + 1)}"`,
        1900,
      ),
    'plan/unsound',
  ],
  [
    'mount points in each other, and mounts',
    () =>
      steps(
        (n) =>
          `${assemble},"op":"mount.${n % 2 === 0 ? 'point","base":"inside","type":"directory","path"' : 'attach","base":"inside","handle":"fs0","target"'}:"${'/a'.repeat((n >> 1) + 1)}"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'mounts at the end of long paths',
    () =>
      steps(
        (n) =>
          `${assemble},"op":"mount.attach","base":"inside","handle":"fs0","target":"${deepPath(n)}"`,
      ),
    'plan/unsound',
  ],
  [
    'mount points at the end of long paths',
    () =>
      steps(
        (n) =>
          `${assemble},"op":"mount.point","base":"inside","type":"directory","path":"${deepPath(n)}"`,
      ),
    'plan/unsound',
  ],
  [
    'mount points and mounts on one path',
    () =>
      steps(
        (n) =>
          `${assemble},"op":"mount.${n % 2 === 0 ? 'point","base":"inside","type":"directory","path"' : 'attach","base":"inside","handle":"fs0","target"'}:"/a"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'views of many mounts',
    () =>
      steps(
        (n) =>
          `${assemble},"op":"mount.${n % 2 === 0 ? 'clone","handle":"ipv4","source"' : 'attach","base":"inside","handle":"fs0","target"'}:"/a${n}"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'many groups',
    () => steps((n) => `${prepare},"op":"cgroup.create","path":"/a${n}/lxplain-vm1"`, 2_400),
    'plan/unsound',
  ],
  [
    'groups at the end of long paths',
    () => steps((n) => `${prepare},"op":"cgroup.create","path":"${deepPath(n)}"`),
    'plan/unsound',
  ],
  [
    'many controllers',
    () =>
      steps(
        (n) =>
          `${prepare},"op":"cgroup.enable","file":"/a${n}/cgroup.subtree_control","value":"+memory"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'controllers of groups in each other',
    () =>
      steps(
        (n) =>
          `${prepare},"op":"cgroup.enable","file":"${'/a'.repeat(n + 1)}/cgroup.subtree_control","value":"+a"`,
        1800,
      ),
    'plan/unsound',
  ],
  [
    'many settings',
    () =>
      steps(
        (n) =>
          `${prepare},"op":"cgroup.write","file":"/a${n}/memory.memsw.limit_in_bytes","value":"1"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'one setting, many times',
    () =>
      steps(
        () => `${prepare},"op":"cgroup.write","file":"/a/memory.limit_in_bytes","value":"1"`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'many undos',
    () =>
      steps(
        (n) => `${prepare},"op":"cgroup.create","path":"/a/lxplain-vm1","undo":${n + 2}`,
        2_400,
      ),
    'plan/unsound',
  ],
  [
    'a long journal',
    () =>
      filled(
        `${head},"steps":[{"id":1,${prepare},"op":"state.journal","lines":["`,
        'rmdir /a\\n',
        '"]}]}',
      ),
    'plan/unsound',
  ],
  [
    'a journal of many lines',
    () =>
      `${head},"steps":[{"id":1,${prepare},"op":"state.journal","lines":[${'"rmdir /a",'.repeat(72_400)}"a"]}]}`,
    'plan/unsound',
  ],
  [
    'many device rules',
    () =>
      `${head},"steps":[{"id":1,${prepare},"op":"devices.policy","path":"/a","rules":[${'{"type":"c","major":"*","minor":1,"access":"rwm"},'.repeat(12_400)}{"type":"c","major":1,"minor":1,"access":"r"}]}]}`,
    'plan/unsound',
  ],
  [
    'many capabilities',
    () =>
      `${head},"steps":[{"id":1,${prepare},"op":"capabilities.bound","drop":[${'"chown",'.repeat(72_400)}"chown"],"unknown":[]}]}`,
    'plan/unsound',
  ],
  [
    'many tolerated errors',
    () =>
      `${head},"steps":[{"id":1,${prepare},"op":"process.harden","tolerates":[${'"EPERM",'.repeat(72_400)}"EPERM"]}]}`,
    'plan/unsound',
  ],
  [
    'many handles to close',
    () =>
      `${head},"steps":[{"id":1,${prepare},"op":"capture.close","handles":[${'"root",'.repeat(72_400)}"root"]}]}`,
    'plan/unsound',
  ],
  [
    'a variable of 4 MiB that is none',
    () =>
      filled(
        `${head},"steps":[{"id":1,${prepare},"op":"exec","path":"/a","argv":["a"],"environment":["`,
        'x',
        '"]}]}',
      ),
    'plan/unsound',
  ],
  [
    'many variables',
    () =>
      `${head},"steps":[{"id":1,${prepare},"op":"exec","path":"/a","argv":["a"],"environment":[${'"a=b",'.repeat(72_400)}"a=b"]}]}`,
    'plan/unsound',
  ],
];

const soundPlans: readonly (readonly [name: string, text: () => string])[] = [
  [
    'many links in /dev',
    () => grown('private-root', 'dev.link', (n) => ({ name: `n${n}` }), 2_000),
  ],
  [
    'many arguments',
    () => changed('private-root', 'exec', { argv: Array.from({ length: 9_000 }, () => 'a') }),
  ],
  [
    'an argument of 128 KiB',
    () => changed('private-root', 'exec', { argv: ['a'.repeat(128 * 1024 - 1)] }),
  ],
  [
    'many variables',
    () =>
      changed('private-root', 'exec', {
        environment: Array.from({ length: 9_000 }, (_, n) => `a${n}=b`),
      }),
  ],
];

function changed(name: string, op: string, fields: object): string {
  const plan = goldenPlan(name);
  const all = plan.steps.map((step) => (step.op === op ? { ...step, ...fields } : step));
  return JSON.stringify({ ...plan, steps: all });
}

// Facts.

const withFacts = (fields: object): string => JSON.stringify({ ...facts, ...fields });

const machines: readonly (readonly [name: string, text: () => string, code: string])[] = [
  ['nested arrays', () => filled('{"a":', '[', '', 1000), 'json/too-deep'],
  [
    'many mounts',
    () =>
      withFacts({
        mounts: Array.from({ length: 22_400 }, (_, n) => ({ point: `/a${n}`, type: 'a' })),
      }),
    '',
  ],
  [
    'many mounts on /sys',
    () =>
      withFacts({ mounts: Array.from({ length: 22_400 }, () => ({ point: '/sys', type: 'a' })) }),
    '',
  ],
  [
    'long mount points',
    () =>
      withFacts({
        mounts: Array.from({ length: 900 }, (_, n) => ({ point: deepPath(n), type: 'a' })),
      }),
    '',
  ],
  [
    'a mount point of 4 MiB',
    () => withFacts({ mounts: [{ point: `/${'a'.repeat(4_100_000)}`, type: 'a' }] }),
    '',
  ],
  [
    'many hierarchies',
    () =>
      withFacts({
        cgroups: {
          v1: Array.from({ length: 19_000 }, (_, n) => ({
            mountPoint: `/a${n}`,
            controllers: ['memory'],
          })),
        },
      }),
    'host/no-controller',
  ],
  [
    'many controllers',
    () =>
      withFacts({
        cgroups: {
          v1: [
            { mountPoint: '/a', controllers: Array.from({ length: 72_400 }, (_, n) => `a${n}`) },
          ],
        },
      }),
    'host/no-controller',
  ],
  [
    'many paths',
    () =>
      withFacts({
        paths: Object.fromEntries(
          Array.from({ length: 32_400 }, (_, n) => [`/a${n}`, { kind: 'missing' }]),
        ),
      }),
    '',
  ],
  [
    'a long mount point of a hierarchy',
    () => withFacts({ cgroups: { v1: [{ mountPoint: '/a'.repeat(2_000_000), controllers: [] }] } }),
    'json/shape',
  ],
  [
    'a directory of 4 MiB',
    () => withFacts({ runtimeDirectory: `${'/..a'.repeat(1_000_000)}/run/lxplain` }),
    'json/shape',
  ],
  [
    'a release of 4 MiB',
    () => withFacts({ kernel: { release: '9'.repeat(4_100_000), major: 6, minor: 1 } }),
    '',
  ],
  [
    'an old kernel with a release of 4 MiB',
    () => withFacts({ kernel: { release: '\u001b'.repeat(600_000), major: 1, minor: 1 } }),
    'host/kernel-too-old',
  ],
];

// Configs of lxc.

const base = 'lxc.uts.name = vm1\nlxc.rootfs.path = /srv/vm1\n';
const lines = (make: (index: number) => string, most = 1_450): string =>
  numbered(base, (index) => `${make(index)}\n`, '', { most });
const long = (before: string, piece: string, after = ''): string =>
  `${base}${before}${piece.repeat(Math.floor((65_000 - before.length) / piece.length))}${after}\n`;

type Files = Readonly<Record<string, string>>;
const configs: readonly (readonly [name: string, files: () => Files])[] = [
  ['networks', () => ({ 'c.conf': lines((n) => `lxc.net.${n}.type = veth`) })],
  ['networks of old keys', () => ({ 'c.conf': lines(() => 'lxc.network.type = veth') })],
  [
    'networks with a link',
    () => ({
      'c.conf': lines((n) => `lxc.net.${n >> 1}.${n % 2 === 0 ? 'type = veth' : 'link = br0'}`),
    }),
  ],
  ['keys of one network', () => ({ 'c.conf': lines(() => 'lxc.net.0.link = br0') })],
  [
    'addresses',
    () => ({ 'c.conf': lines((n) => `lxc.net.0.ipv4.address = 10.0.${n >> 8}.${n % 256}/8`) }),
  ],
  ['mounts', () => ({ 'c.conf': lines((n) => `lxc.mount.entry = /srv mnt${n} none bind 0 0`) })],
  [
    'mounts on one place',
    () => ({ 'c.conf': lines(() => 'lxc.mount.entry = /srv mnt none bind,create=dir 0 0') }),
  ],
  [
    'mounts in each other',
    () => ({
      'c.conf': lines((n) => `lxc.mount.entry = /srv ${'a/'.repeat(n + 1)} none bind 0 0`, 1800),
    }),
  ],
  [
    'mounts at long paths',
    () => ({
      'c.conf': lines(
        (n) =>
          `lxc.mount.entry = /srv${'/..'.repeat(10_000)} m${n}${'/b'.repeat(10_000)} none bind 0 0`,
      ),
    }),
  ],
  ['misspelt keys', () => ({ 'c.conf': lines((n) => `lxc.mout.entry${n} = a`) })],
  ['long misspelt keys', () => ({ 'c.conf': lines((n) => `lxc.${'x'.repeat(800)}${n} = a`) })],
  ['misspelt keys of a network', () => ({ 'c.conf': lines((n) => `lxc.net.0.lnik${n} = a`) })],
  ['wrong values', () => ({ 'c.conf': lines(() => `lxc.idmap = ${'9'.repeat(800)}`) })],
  [
    'ids',
    () => ({
      'c.conf': lines(
        (n) => `lxc.idmap = ${n % 2 === 0 ? 'u' : 'g'} ${n >> 1} ${100_000 + (n >> 1)} 1`,
      ),
    }),
  ],
  ['capabilities', () => ({ 'c.conf': lines(() => 'lxc.cap.drop = sys_time mknod') })],
  ['unknown capabilities', () => ({ 'c.conf': long('lxc.cap.drop = ', 'x ') })],
  [
    'cleared keys',
    () => ({
      'c.conf': lines((n) =>
        n % 2 === 0 ? 'lxc.mount.entry = /a b none bind' : 'lxc.mount.entry =',
      ),
    }),
  ],
  [
    'cleared families',
    () => ({
      'c.conf': lines((n) => (n % 2 === 0 ? `lxc.cgroup.memory.x${n} = 1` : 'lxc.cgroup =')),
    }),
  ],
  ['limits of many names', () => ({ 'c.conf': lines((n) => `lxc.cgroup.blkio.x${n} = 1`) })],
  [
    'weights of devices',
    () => ({ 'c.conf': lines((n) => `lxc.cgroup.blkio.weight_device = 8:${n} 300`) }),
  ],
  [
    'weights of devices of 64 KiB',
    () => ({ 'c.conf': long('lxc.cgroup.blkio.device_weight = ', '8:0 300 ') }),
  ],
  ['environment', () => ({ 'c.conf': lines((n) => `lxc.environment = a${n}=b`) })],
  ['an environment without names', () => ({ 'c.conf': lines(() => 'lxc.environment = =b') })],
  ['arguments of init', () => ({ 'c.conf': long('lxc.init.cmd = /sbin/init ', 'a ') })],
  ['quotes in the command', () => ({ 'c.conf': long('lxc.init.cmd = /sbin/init ', '\'a" ') })],
  ['terminals', () => ({ 'c.conf': `${base}lxc.tty.max = 60000\n` })],
  ['a name of 64 KiB', () => ({ 'c.conf': long('lxc.uts.name = ', 'a') })],
  ['a root of 64 KiB', () => ({ 'c.conf': long('lxc.rootfs.path = /', 'a/../') })],
  [
    'a mount of 64 KiB',
    () => ({ 'c.conf': long('lxc.mount.entry = /srv ', 'a/../', ' none bind') }),
  ],
  [
    'many mounts of 64 KiB',
    () => ({ 'c.conf': lines(() => `lxc.mount.entry = /srv ${'a/../'.repeat(12_000)} none bind`) }),
  ],
  [
    'options of a mount',
    () => ({ 'c.conf': long('lxc.mount.entry = /srv mnt none bind', ',optional', ' 0 0') }),
  ],
  [
    'unknown options of a mount',
    () => ({ 'c.conf': long('lxc.mount.entry = /srv mnt none bind', ',x', ' 0 0') }),
  ],
  [
    'escapes of a mount',
    () => ({ 'c.conf': long('lxc.mount.entry = /srv ', '\\040', ' none bind') }),
  ],
  ['an include of 64 KiB', () => ({ 'c.conf': long('lxc.include = /', 'a/../') })],
  ['an include that includes itself', () => ({ 'c.conf': `${base}lxc.include = c.conf\n` })],
  [
    'one include, often',
    () => ({ 'c.conf': lines(() => 'lxc.include = a.conf'), 'a.conf': 'lxc.group = a\n' }),
  ],
  [
    'an empty include, often',
    () => ({ 'c.conf': lines(() => 'lxc.include = a.conf'), 'a.conf': '' }),
  ],
  ['a missing folder, often', () => ({ 'c.conf': lines(() => 'lxc.include = missing/') })],
  ['a missing file, often', () => ({ 'c.conf': lines((n) => `lxc.include = missing${n}`) })],
  [
    'a large include, often',
    () => ({
      'c.conf': lines(() => 'lxc.include = a.conf', 100),
      'a.conf': `#${'a'.repeat(1024 * 1024)}\n`,
    }),
  ],
  [
    'includes of includes',
    () =>
      Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [
          n === 0 ? 'c.conf' : `c${n}.conf`,
          `${n === 0 ? base : ''}${`lxc.include = c${n + 1}.conf\n`.repeat(100)}`,
        ]),
      ),
  ],
  [
    'a folder of many files',
    () => ({
      'c.conf': `${base}lxc.include = d\n`,
      ...Object.fromEntries(
        Array.from({ length: 2_000 }, (_, n) => [`d/${n}.conf`, 'lxc.group = a\n']),
      ),
    }),
  ],
  [
    'a fstab of mounts',
    () => ({
      'c.conf': `${base}lxc.mount.fstab = fstab\n`,
      fstab: numbered('', (n) => `/srv mnt${n} none bind 0 0\n`, '', { room: 1000 }),
    }),
  ],
  [
    'a fstab of faults',
    () => ({ 'c.conf': `${base}lxc.mount.fstab = fstab\n`, fstab: filled('', 'a\n', '', 1000) }),
  ],
  [
    'a fstab of one line',
    () => ({
      'c.conf': `${base}lxc.mount.fstab = fstab\n`,
      fstab: filled('/srv ', 'a/../', ' none bind\n', 1000),
    }),
  ],
  [
    'a fstab of comments',
    () => ({ 'c.conf': `${base}lxc.mount.fstab = fstab\n`, fstab: filled('', '#\n', '', 1000) }),
  ],
  [
    'a fstab of blanks',
    () => ({ 'c.conf': `${base}lxc.mount.fstab = fstab\n`, fstab: filled('', ' \t', '', 1000) }),
  ],
  [
    'one fstab, often',
    () => ({
      'c.conf': lines(() => 'lxc.mount.fstab = fstab'),
      fstab: numbered('', (n) => `/srv mnt${n} none bind 0 0\n`, '', { room: 200_000 }),
    }),
  ],
  ['comments', () => ({ 'c.conf': filled(base, '#\n') })],
  ['one comment', () => ({ 'c.conf': filled(`${base}#`, 'a') })],
  ['blanks before keys', () => ({ 'c.conf': filled(base, ' ', 'lxc.group = a\n') })],
  ['a key of 4 MiB', () => ({ 'c.conf': filled(`${base}lxc.`, 'a') })],
  ['a value of 4 MiB', () => ({ 'c.conf': filled(`${base}lxc.group = `, 'a') })],
  ['lines without an assignment', () => ({ 'c.conf': lines(() => 'lxc.group') })],
  ['foreign lines', () => ({ 'c.conf': lines((n) => `x${n} y`) })],
  ['foreign lines of 4 MiB', () => ({ 'c.conf': filled(`${base}x`, 'y') })],
  [
    'values with escapes',
    () => ({ 'c.conf': lines(() => `lxc.group = ${'\u001b[2J'.repeat(100)}`) }),
  ],
  [
    'values with C1 controls',
    () => ({ 'c.conf': lines(() => `lxc.rootfs.options = ${'\u009b2J'.repeat(100)}`) }),
  ],
  ['carriage returns', () => ({ 'c.conf': filled(base, '\r') })],
];

const conversions = [
  `check c.conf --facts ${hybridFacts()}`,
  `check c.conf --json --facts ${hybridFacts()}`,
  'format c.conf',
  'domxml-from-native lxc-tools c.conf -o c.xml',
  'domxml-from-native lxc-tools c.conf --full -o c.xml',
  'domxml-from-native lxc-tools c.conf --full --report json -o c.xml',
  'domxml-from-native lxc-tools c.conf --libvirt-quirks',
];

// Domains as JSON.

/** A domain, and what of it is replaced. */
function domainJson(fields: object): string {
  const { domain } = readXml('hello.xml', hello);
  if (domain === undefined) throw new Error('hello.xml is a domain');
  return JSON.stringify({ ...JSON.parse(printDomainJson(domain)), ...fields });
}
const filesystems = (count: number, path: (index: number) => string): object => ({
  filesystems: Array.from({ length: count }, (_, n) => ({
    kind: 'mount',
    readOnly: false,
    source: '/srv',
    target: path(n),
  })),
});

const domains: readonly (readonly [name: string, text: () => string])[] = [
  ['nested arrays', () => filled('{"a":', '[')],
  ['many numbers', () => filled('{"a":[', '1,', '1]}')],
  ['many members', () => numbered('{', (n) => `"k${n}":1`, '}', { most: 79_000, separator: ',' })],
  ['many file systems', () => domainJson(filesystems(4_000, (n) => `/a${n}`))],
  ['long targets', () => domainJson(filesystems(480, (n) => `/${n}${'/b'.repeat(2000)}`))],
  ['a target of 4 MiB', () => domainJson(filesystems(1, () => `/${'a'.repeat(4_100_000)}`))],
  ['a name of 4 MiB', () => domainJson({ name: 'a'.repeat(4_100_000) })],
  ['a name of escapes', () => domainJson({ name: '\u001b'.repeat(600_000) })],
  ['a member of 4 MiB', () => domainJson({ ['a'.repeat(4_100_000)]: 1 })],
];

// Programs.

const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;
const PT_NOTE = 4;

/** A program of ours, in which all program headers point to the same notes at its end. */
function programWith(notes: Uint8Array, headers: number): Uint8Array {
  const start = ELF_HEADER + headers * PROGRAM_HEADER;
  const bytes = Buffer.alloc(start + notes.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeBigUInt64LE(BigInt(ELF_HEADER), 32);
  bytes.writeUInt16LE(PROGRAM_HEADER, 54);
  bytes.writeUInt16LE(headers, 56);
  for (let index = 0; index < headers; index++) {
    const at = ELF_HEADER + index * PROGRAM_HEADER;
    bytes.writeUInt32LE(PT_NOTE, at);
    bytes.writeBigUInt64LE(BigInt(start), at + 8);
    bytes.writeBigUInt64LE(BigInt(notes.length), at + 32);
  }
  bytes.set(notes, start);
  return bytes;
}

/** @see src/compile.ts */
const [PLAN_NOTE, DOMAIN_NOTE] = [0x6c780001, 0x6c780002];

function note(type: number, text: string, name = 'lxplain'): Buffer {
  const desc = Buffer.from(text);
  const bytes = Buffer.alloc(12 + 8 + Math.ceil(desc.length / 4) * 4);
  bytes.writeUInt32LE(name.length + 1, 0);
  bytes.writeUInt32LE(desc.length, 4);
  bytes.writeUInt32LE(type, 8);
  bytes.write(name, 12);
  bytes.set(desc, 20);
  return bytes;
}

const repeatedBytes = (piece: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: Math.floor((LARGEST - 10_000) / piece.length) }, () => piece));

const compiled = (): Buffer =>
  Buffer.from(
    compilePlan(goldenPlan('private-root'), {
      arch: 'x86_64',
      mode: { kind: 'foreground', client: false },
      domainXml: hello,
    }),
  );

/** The program with one more section, of symbols that all have the longest name there is. */
function manySymbols(): Buffer {
  const bytes = compiled();
  const [table, count] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(60)];
  const length = LARGEST - bytes.length - 1_000_000 - 100;
  const at = bytes.length;
  for (let index = 0; index < count; index++) {
    const header = table + index * 64;
    const type = bytes.readUInt32LE(header + 4);
    if (type !== 2 && type !== 3) continue; // SHT_SYMTAB, SHT_STRTAB
    bytes.writeBigUInt64LE(BigInt(type === 2 ? at : at + length), header + 24);
    bytes.writeBigUInt64LE(BigInt(type === 2 ? length : 1_000_001), header + 32);
  }
  return Buffer.concat([
    bytes,
    Buffer.alloc(length),
    Buffer.alloc(1_000_000, 0x61),
    Buffer.alloc(1),
  ]);
}

const programs: readonly (readonly [name: string, bytes: () => Uint8Array])[] = [
  ['a program', compiled],
  ['no program', () => Buffer.alloc(LARGEST, 0x7f)],
  ['a header alone', () => programWith(Buffer.alloc(0), 0)],
  ['many notes', () => programWith(repeatedBytes(note(1, '')), 1)],
  ['many notes, 64 times', () => programWith(repeatedBytes(note(1, '')), 64)],
  ['a long note, 64 times', () => programWith(note(1, 'a'.repeat(4_000_000)), 64)],
  ['many plans', () => programWith(repeatedBytes(note(PLAN_NOTE, '{}')), 64)],
  ['a plan of 4 MiB', () => programWith(note(PLAN_NOTE, `{"a":${'['.repeat(4_000_000)}`), 64)],
  [
    'a domain of 4 MiB',
    () =>
      programWith(
        Buffer.concat([
          note(PLAN_NOTE, JSON.stringify(goldenPlan('private-root'))),
          note(DOMAIN_NOTE, '\u001b[2J'.repeat(900_000)),
        ]),
        1,
      ),
  ],
  ['many symbols of one long name', manySymbols],
  ['code of zeros', () => Buffer.concat([compiled(), Buffer.alloc(4_000_000)])],
];

export const inputs: readonly Input[] = [
  ...plans.map(([name, text, code]) => ({
    name: `a plan: ${name}`,
    command: 'plan p.json',
    files: () => ({ 'p.json': text() }),
    code,
  })),
  ...soundPlans.flatMap(([name, text]) =>
    [
      'plan p.json',
      'plan p.json --json',
      'plan p.json --syscalls',
      'explain p.json 20',
      'compile p.json -o p',
      'check p.json',
    ].map((command) => ({
      name: `a sound plan: ${name}`,
      command,
      files: () => ({ 'p.json': text() }),
      code: '',
    })),
  ),
  ...machines.map(([name, text, code]) => ({
    name: `facts: ${name}`,
    command: 'check hello.xml --facts f.json',
    files: () => ({ 'f.json': text(), 'hello.xml': hello }),
    code,
  })),
  ...configs.flatMap(([name, files]) =>
    conversions.map((command) => ({ name: `a config: ${name}`, command, files, code: ANY })),
  ),
  ...domains.map(([name, text]) => ({
    name: `a domain as JSON: ${name}`,
    command: `format d.json --facts ${hybridFacts()}`,
    files: () => ({ 'd.json': text() }),
    code: OTHER,
  })),
  ...programs.flatMap(([name, bytes]) =>
    ['inspect p', 'inspect p --xml', 'inspect p --json', 'inspect p --code'].map((command) => ({
      name: `a program: ${name}`,
      command,
      files: () => ({ p: bytes() }),
      code: OTHER,
    })),
  ),
];
