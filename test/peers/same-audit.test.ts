import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Listener, listen, noAudit, withoutNumbers } from '../live/audit-listener.ts';
import { destroyIfThere, hasEnded, lxplain } from '../live/containers.ts';
import { makeRoot, mounted, noContainer, ram } from '../live/domains.ts';
import { until } from '../tools.ts';
import { type Libvirtd, noLibvirtd, startLibvirtd } from './libvirtd.ts';

// The same domain, started and ended by libvirt and by lxplain: the audit system is told the same.

const reason = noLibvirtd ?? noContainer ?? noAudit;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;
const name = 'lxplain-same-audit';
let folder: string;
let loop: string;
let libvirtd: Libvirtd;
let listener: Listener;
let seen = 0;

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-audit-'));
  makeRoot(join(folder, 'root'), ['sleep']);
  for (const each of ['proc', 'sys', 'dev', 'data', 'ram']) mkdirSync(join(folder, 'root', each));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'image'), Buffer.alloc(1 << 16));
  loop = execFileSync('losetup', ['--find', '--show', join(folder, 'image')])
    .toString()
    .trim();
  libvirtd = await startLibvirtd();
  listener = await listen(folder);
});
afterAll(async () => {
  if (reason !== undefined) return;
  await listener.stop();
  await libvirtd.stop();
  destroyIfThere(name);
  execFileSync('losetup', ['--detach', loop]);
  rmSync(folder, { recursive: true });
});

function domain(seconds: number): string {
  const file = join(folder, 'domain.xml');
  const root = join(folder, 'root');
  writeFileSync(
    file,
    `<domain type='lxc'>
  <name>${name}</name>
  <uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>
  <memory unit='KiB'>65537</memory>
  <vcpu>2</vcpu>
  <os><type>exe</type><init>/bin/sleep</init><initarg>${seconds}</initarg></os>
  <devices>
    ${mounted(root, '/')}${mounted(join(folder, 'data'), '/data')}${ram('/ram')}
    <disk type='block'><source dev='${loop}'/><target dev='sda'/></disk>
    <hostdev mode='capabilities' type='misc'><source><char>/dev/net/tun</char></source></hostdev>
    <hostdev mode='capabilities' type='storage'><source><block>${loop}</block></source></hostdev>
    <interface type='ethernet'><mac address='52:54:00:12:34:56'/></interface>
    <console type='pty'/>
    <console type='pty'/>
  </devices>
</domain>
`,
  );
  return file;
}

/** What is told until the container has stopped; which terminals of the host libvirt takes is not compared. */
async function told(): Promise<readonly string[]> {
  const records = () => listener.of(name).slice(seen);
  await until(() => records().some((each) => each.includes(' op=stop ')), 'it has stopped');
  await until(() => hasEnded(name), 'it has ended');
  await new Promise((resolve) => setTimeout(resolve, 500)); // libvirt may tell of two
  const all = records();
  seen += all.length;
  return all.map((each) => withoutNumbers(each).replace(/(?<=chardev="\/dev\/pts\/)\d+/, 'N'));
}

const stops = (all: readonly string[]) => all.filter((each) => each.includes(' op=stop '));
const others = (all: readonly string[]) => all.filter((each) => !each.includes(' op=stop '));

test.skipIf(reason !== undefined)(`a container that is destroyed${why}`, async () => {
  const file = domain(1000);
  expect(libvirtd.virsh('create', file).status).toBe(0);
  expect(libvirtd.virsh('destroy', name).status).toBe(0);
  const libvirts = await told();
  execFileSync(lxplain, ['create', file]);
  execFileSync(lxplain, ['destroy', name]);
  const ours = await told();
  expect(others(libvirts).length).toBe(12);
  expect(others(ours)).toEqual(others(libvirts));
  expect(stops(libvirts)).toContain(stops(ours)[0]);
  expect(stops(ours).length).toBe(1);
});

test.skipIf(reason !== undefined)(`a container that ends by itself${why}`, async () => {
  const file = domain(1);
  expect(libvirtd.virsh('create', file).status).toBe(0);
  const libvirts = await told();
  execFileSync(lxplain, ['create', file]);
  expect(await told()).toEqual(libvirts);
});
