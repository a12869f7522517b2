import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';
import { destroyIfThere, hasEnded, lxplain, started } from './containers.ts';
import { domainXml, idmap, makeRoot, mounted, noContainer, privnet, skipped } from './domains.ts';

// Containers that have namespaces of another container, of a process, or of a netns.

const [donor, sharer, netns] = ['lxplain-donor', 'lxplain-sharer', 'lxplain-shared'];
const networks = '/run/netns';
const missing = ['unshare', 'nsenter', 'umount'].filter(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
);
const reason = noContainer ?? (missing.length > 0 ? `needs ${missing.join(', ')}` : undefined);
const kinds = ['net', 'ipc', 'uts'] as const;
type Kind = (typeof kinds)[number];

let folder: string;
let donorInit: number;
let hadNetworks = false;

const shares = (all: Readonly<Partial<Record<Kind, readonly [type: string, value: string]>>>) =>
  `<lxc:namespace xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'>${Object.entries(all)
    .map(([kind, [type, value]]) => `<lxc:share${kind} type='${type}' value='${value}'/>`)
    .join('')}</lxc:namespace>`;

/** Writes a domain with a root of its own; returns the path of the file. */
function file(name: string, script: string, more: string): string {
  const path = join(folder, `${name}.xml`);
  const devices = mounted(`${folder}/root`, '/');
  writeFileSync(path, domainXml(name, { init: ['/bin/sh', '-c', script], devices, more }));
  return path;
}

/** Starts it to its end; its lines, or what it failed with. */
function lines(script: string, more: string) {
  const args = ['create', file(sharer, script, more), '--console'];
  const { stdout, stderr } = spawnSync(lxplain, args, {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
  });
  expect(hasEnded(sharer)).toBe(true);
  const output = stdout.replaceAll('\r', '').split('\n');
  return { namespaces: output.filter((line) => /^[a-z]+:\[\d+\]$/.test(line)), output, stderr };
}

const script = `for each in ${kinds.join(' ')}; do readlink /proc/self/ns/$each; done; hostname`;
const ofProcess = (pid: number | 'self', kind: Kind) => readlinkSync(`/proc/${pid}/ns/${kind}`);

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-shared-'));
  makeRoot(join(folder, 'root'), ['sh', 'readlink', 'hostname', 'sleep', 'ip', 'true']);
  for (const name of [donor, sharer]) destroyIfThere(name);
  // As `ip netns add`, which would leave a mount for all that are to come.
  hadNetworks = existsSync(networks);
  mkdirSync(networks, { recursive: true });
  writeFileSync(join(networks, netns), '');
  execFileSync('unshare', [`--net=${join(networks, netns)}`, 'true']);
  execFileSync(lxplain, ['create', file(donor, 'while :; do sleep 1000; done', privnet)]);
  donorInit = (await started(donor)).initPid!;
});
afterAll(() => {
  if (reason !== undefined) return;
  for (const name of [donor, sharer]) destroyIfThere(name);
  spawnSync('umount', [join(networks, netns)]);
  rmSync(join(networks, netns), { force: true });
  if (!hadNetworks) rmdirSync(networks);
  rmSync(folder, { recursive: true });
});

describe.skipIf(reason !== undefined)(`shared namespaces${skipped(reason)}`, () => {
  test.each([
    ['without an id map', ''],
    ['with one', idmap],
  ])('of a container, by its name, %s', (_, more) => {
    const all = shares({ net: ['name', donor], ipc: ['name', donor], uts: ['name', donor] });
    const { namespaces, output, stderr } = lines(script, `${more}${all}`);
    expect(stderr).not.toContain('error');
    expect(namespaces).toEqual(kinds.map((kind) => ofProcess(donorInit, kind)));
    expect(output, 'the name of the donor stays').toContain(donor);
    for (const kind of kinds) expect(ofProcess(donorInit, kind)).not.toBe(ofProcess('self', kind));
  });

  test('of a process by its number, and a netns; what is not shared is its own, and privnet is ignored', () => {
    const all = shares({ net: ['netns', netns], ipc: ['pid', String(donorInit)] });
    const found = lines(`${script}; ip -o link`, `${privnet}${all}`);
    const [net, ipc, uts] = found.namespaces;
    const there = `--net=${join(networks, netns)}`;
    const own = execFileSync('nsenter', [there, 'readlink', '/proc/self/ns/net']);
    expect(net).toBe(own.toString().trim());
    expect(ipc).toBe(ofProcess(donorInit, 'ipc'));
    expect([ofProcess(donorInit, 'uts'), ofProcess('self', 'uts')]).not.toContain(uts);
    expect(found.output).toContain(sharer);
    expect(found.output.join('\n'), 'its loopback stays as it is').toMatch(/lo: <LOOPBACK>/);
  });

  test('a command in it has them, too', async () => {
    for (const more of ['', idmap]) {
      const all = shares({ net: ['name', donor], uts: ['name', donor] });
      execFileSync(lxplain, ['create', file(sharer, 'sleep 1000', `${more}${all}`)]);
      await started(sharer);
      const { stdout } = spawnSync(lxplain, ['exec', sharer, '/bin/sh', '-c', script], {
        encoding: 'utf8',
      });
      const [net, ipc, uts] = stdout.split('\n');
      expect([net, uts]).toEqual([ofProcess(donorInit, 'net'), ofProcess(donorInit, 'uts')]);
      expect([ofProcess(donorInit, 'ipc'), ofProcess('self', 'ipc')]).not.toContain(ipc);
      execFileSync(lxplain, ['destroy', sharer]);
    }
  });

  test.each([
    [{ uts: ['name', 'lxplain-nobody'] }, /step \d+ namespace\.join uts .*: ENOENT/],
    [
      { ipc: ['pid', '4194304'] },
      /step \d+ namespace\.join ipc of \/proc\/4194304\/ns\/ipc: ENOENT/,
    ],
    [{ net: ['netns', 'lxplain-none'] }, /step \d+ namespace\.join net .*: ENOENT/],
  ] as const)('%j: nobody has it', (all, message) => {
    const { stderr, output } = lines(script, shares(all));
    expect(stderr).toMatch(message);
    expect(output.join('')).toBe('');
  });

  test('what is a file but no namespace is refused', () => {
    writeFileSync('/run/netns/lxplain-file', '');
    try {
      const { stderr } = lines(script, shares({ net: ['netns', 'lxplain-file'] }));
      expect(stderr).toMatch(/step \d+ namespace\.join net .*: EINVAL/);
    } finally {
      rmSync('/run/netns/lxplain-file');
    }
  });

  test('a container that is being started again has none to give', async () => {
    // Its init ends at once, and the supervisor waits before the next life: its last child is the guard.
    const again = '<on_crash>restart</on_crash>';
    execFileSync(lxplain, ['destroy', donor]);
    const from = file(donor, 'exit 1', `${again}${privnet}`);
    execFileSync(lxplain, ['create', from]);
    const { stderr, namespaces } = lines(script, shares({ net: ['name', donor] }));
    // Unless it is just there for a moment.
    expect(namespaces).not.toContain(ofProcess('self', 'net'));
    if (namespaces.length === 0)
      expect(stderr).toMatch(/step \d+ namespace\.join net .*: (ESRCH|ENOENT)/);
  });
});
