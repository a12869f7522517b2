import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS, until } from '../tools.ts';
import { domainXml, makeRoot, mounted, noContainer, privnet, skipped } from './domains.ts';
import { onTerminal } from './on-terminal.ts';

/*
 * The commands of libvirt's page in its order, with `virsh` replaced by `lxplain`.
 * @see https://libvirt.org/drvlxc.html, "Container usage / management"
 */
const lxplain = `${join(import.meta.dirname, '../../bin/lxplain')} -c lxc:///`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-page-'));
  if (noContainer !== undefined) return;
  makeRoot(join(folder, 'root'), ['sh', 'sleep', 'ls', 'reboot']);
  for (const each of ['proc', 'sys', 'dev']) mkdirSync(join(folder, 'root', each));
  const init = "trap 'exit 0' TERM; trap 'reboot -f' HUP; echo ready; while :; do sleep 0.1; done";
  const devices = `${mounted(join(folder, 'root'), '/')}<console type='pty'/>`;
  const xml = domainXml('myguest', { init: ['/bin/sh', '-c', init], more: privnet, devices });
  writeFileSync(join(folder, 'myguest.xml'), xml);
  writeFileSync(
    join(folder, 'config'),
    'lxc.uts.name = myguest\nlxc.rootfs.path = /srv/myguest\nlxc.net.0.type = empty\nlxc.cgroup.memory.limit_in_bytes = 64M\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** With a state of its own: the machine may have a domain of this name. */
const environment = () => ({ ...process.env, LXPLAIN_ROOT: folder });

function sh(command: string) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    timeout: HANGS_MS,
    env: environment(),
  });
  return { status, stdout, stderr };
}

const said = (command: string): string => {
  const { status, stdout, stderr } = sh(`${lxplain} ${command}`);
  expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
  return stdout;
};

const id = (): string => sh(`${lxplain} domid myguest`).stdout.trim();
const state = (): string => sh(`${lxplain} domstate myguest`).stdout.trim();

test.skipIf(noContainer !== undefined)(
  `the commands of the page, in its order${skipped(noContainer)}`,
  async () => {
    mkdirSync(join(folder, 'run'), { recursive: true });
    // Defining, viewing, starting.
    expect(said('define myguest.xml')).toContain("Domain 'myguest' defined from myguest.xml");
    expect(said('dumpxml myguest')).toContain('<name>myguest</name>');
    expect(said('start myguest')).toContain("Domain 'myguest' started");
    expect(said('dumpxml myguest')).toContain(`<domain type='lxc' id='${id()}'>`);
    expect(said('dumpxml --inactive myguest')).not.toContain(' id=');
    // Asking it to end: it takes SIGTERM. Then the transient one.
    expect(said('shutdown myguest')).toContain("Domain 'myguest' is being shutdown");
    await until(() => state() === 'shut off', 'the end');
    expect(said('create myguest.xml')).toContain("Domain 'myguest' created from myguest.xml");
    expect(said('destroy myguest')).toContain("Domain 'myguest' destroyed");
    expect(state()).toBe('shut off');
    // SIGHUP: init reboots, and it is another one.
    said('start myguest');
    const first = id();
    await until(() => sh(`${lxplain} exec myguest true 2>&1`).status !== null, 'init');
    expect(said('reboot myguest')).toContain("Domain 'myguest' is being rebooted");
    await until(() => /^\d+$/.test(id()) && id() !== first, 'another life');
    expect(state()).toBe('running');
    // What runs goes on without its definition.
    expect(said('undefine myguest')).toContain("Domain 'myguest' has been undefined");
    expect(state()).toBe('running');
    expect(said('lxc-enter-namespace myguest -- /bin/ls -al /dev')).toContain('console');
    expect(said('destroy myguest')).toContain('destroyed');
    expect(sh(`${lxplain} dominfo myguest`).status).toBe(1);
    expect(said('domxml-from-native lxc-tools config')).toContain("<domain type='lxc'>");
  },
  HANGS_MS,
);

test.skipIf(noContainer !== undefined)(
  `console, and the second one by its name${skipped(noContainer)}`,
  async () => {
    mkdirSync(join(folder, 'run'), { recursive: true });
    said('create myguest.xml');
    try {
      for (const words of ['console myguest', 'console myguest --devname console1']) {
        const command = `cd ${folder}; LXPLAIN_ROOT=${folder} ${lxplain} ${words}; echo "status $?"`;
        const output = await onTerminal(command, [['Escape character is ^]', '\x1d']]);
        expect(output).toContain("Connected to domain 'myguest'");
        expect(output).toContain('status 0');
      }
      expect(state()).toBe('running');
    } finally {
      said('destroy myguest');
    }
  },
  HANGS_MS,
);
