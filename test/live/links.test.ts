import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';
import { lxplain } from './containers.ts';
import { domainXml, idmap, makeRoot, mounted, noContainer, skipped } from './domains.ts';

const tools = ['ip', 'unshare', 'nsenter'].filter(
  (tool) => spawnSync('which', [tool]).status !== 0,
);
const reason = noContainer ?? (tools.length > 0 ? `needs ${tools.join(', ')}` : undefined);
const why = skipped(reason);
let folder: string;

const applets = ['sh', 'ip', 'ping', 'cat', 'sleep', 'true', 'ls', 'nc', 'sed', 'grep'];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-links-'));
  makeRoot(join(folder, 'root'), applets);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script in a network of its own, which stands for that of the host: it has a bridge, and a pair. */
function onHost(script: string) {
  const all = `set -e
ip link set lo up
ip link add br0 type bridge
ip address add 10.97.0.1/24 dev br0
ip -6 address add fd97::1/64 dev br0 nodad
ip link set br0 up
ip link add up0 type veth peer name up1
ip link set up1 up
ip link set up0 up
${script}`;
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', all], {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
  });
  return { status, stdout: stdout.replaceAll('\r', ''), stderr };
}

/** Writes a domain whose init is this script; returns the path of the file. */
function domain(name: string, script: string, interfaces: string, more = ''): string {
  const file = join(folder, `${name}.xml`);
  const devices = `${mounted(`${folder}/root`, '/')}${interfaces}`;
  const text = domainXml(`lxplain-links-${name}`, {
    init: ['/bin/sh', '-c', script],
    devices,
    more,
  });
  writeFileSync(file, text);
  return file;
}

const bridged = (more = '') => `<interface type='bridge'><source bridge='br0'/>${more}</interface>`;
const run = (file: string) => `${lxplain} create ${file} --console`;

/** What `ip` of busybox prints of a link, without what differs in each run. */
const shown = (output: string) =>
  output
    .replaceAll(/@if\d+/g, '@IF')
    .replaceAll(/ (tentative|nodad) /g, ' ')
    .split('\n')
    .map((line) => line.trim());

describe.skipIf(reason !== undefined)(`links${why}`, () => {
  test('a pair on a bridge: names, addresses, routes, and the host is reached', () => {
    const file = domain(
      'bridge',
      'ip address; ip route; ip -6 route; ping -c 1 -W 5 10.97.0.1 | grep received; cat /sys/class/net/lan/mtu',
      bridged(
        "<mac address='52:54:00:12:34:56'/><ip address='10.97.0.2' prefix='24'/><ip address='10.98.0.2'/><ip address='fd97::2' prefix='64'/><route address='0.0.0.0' gateway='10.97.0.1'/><route address='10.88.0.0' prefix='16' gateway='10.97.0.9' metric='7'/><guest dev='lan'/><target dev='lan-of-box'/><mtu size='1400'/>",
      ) + bridged(),
    );
    // The ends of the host go with the namespace, some milliseconds behind it.
    const gone = 'until ! ip -o link | grep -qE "lan-of-box|vnet"; do sleep 0.01; done';
    const { status, stdout, stderr } = onHost(
      `${run(file)}; timeout 60 sh -c '${gone}'; ip -o link`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('') });
    const lines = shown(stdout);
    expect(lines).toContain('link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff');
    expect(lines).toContain('inet 10.97.0.2/24 brd 10.97.0.255 scope global lan');
    expect(lines).toContain('inet 10.98.0.2/8 brd 10.255.255.255 scope global lan');
    expect(lines).toContain('inet6 fd97::2/64 scope global');
    expect(lines).toContain('default via 10.97.0.1 dev lan  metric 1');
    expect(lines).toContain('10.88.0.0/16 via 10.97.0.9 dev lan  metric 7');
    expect(lines).toContain('1 packets transmitted, 1 packets received, 0% packet loss');
    expect(lines).toContain('1400');
    expect(stdout).toMatch(/ eth0@if\d+: <BROADCAST,MULTICAST(,M-DOWN)?> /);
    expect(stdout, "the host's ends are gone").not.toMatch(/lan-of-box|vnet/);
  });

  test('two containers on a bridge reach each other', () => {
    const server = domain(
      'server',
      'echo from the server | nc -l -p 80 >/dev/null; sleep 0.1',
      bridged("<ip address='10.97.0.3' prefix='24'/>"),
    );
    const client = domain(
      'client',
      'for i in 1 2 3 4 5 6 7 8 9; do nc -w 5 10.97.0.3 80 </dev/null && exit 0; sleep 0.2; done; exit 1',
      bridged("<ip address='10.97.0.4' prefix='24'/>"),
    );
    const { status, stdout } = onHost(`${lxplain} create ${server}; ${run(client)}`);
    expect(stdout).toContain('from the server');
    expect(status).toBe(0);
  });

  test('isolated ports reach the host alone', () => {
    const isolated = (address: string) =>
      bridged(`<port isolated='yes'/><ip address='${address}' prefix='24'/>`);
    const other = domain('other', 'sleep 100', isolated('10.97.0.5'));
    const file = domain(
      'isolated',
      'ping -c 1 -W 5 10.97.0.1 | grep received; ping -c 1 -W 1 10.97.0.5 | grep received',
      isolated('10.97.0.6'),
    );
    const end = `${lxplain} destroy lxplain-links-other`;
    const { stdout } = onHost(`${lxplain} create ${other}; ${run(file)} || true; ${end}`);
    expect(stdout.match(/\d packets received/g)).toEqual([
      '1 packets received',
      '0 packets received',
    ]);
  });

  test('a pair without a bridge, with addresses at both ends, in a user namespace', () => {
    const file = domain(
      'ethernet',
      'ip address show eth0; ping -c 1 -W 5 192.0.2.1 | grep received',
      "<interface type='ethernet'><source><ip address='192.0.2.1' prefix='32' peer='192.0.2.2'/></source><ip address='192.0.2.2' prefix='32' peer='192.0.2.1'/></interface>",
      idmap,
    );
    execFileSync('chown', ['-R', '100000:100000', join(folder, 'root')]);
    const { status, stdout } = onHost(run(file));
    execFileSync('chown', ['-R', '0:0', join(folder, 'root')]);
    expect(shown(stdout)).toContain('inet 192.0.2.2 peer 192.0.2.1/32 scope global eth0');
    expect(stdout).toContain('1 packets received');
    expect(status).toBe(0);
  });

  test.each(['bridge', 'vepa', 'private', 'passthrough'])('direct: macvlan, %s', (mode) => {
    const file = domain(
      mode,
      'ip address show eth0',
      `<interface type='direct'><source dev='up0' mode='${mode}'/><mac address='52:54:00:65:43:21'/><link state='up'/></interface>`,
    );
    const { status, stdout } = onHost(`${run(file)}; ip -d link show up0`);
    expect(stdout).toMatch(/ eth0@if\d+: <BROADCAST,MULTICAST,UP,LOWER_UP(,M-DOWN)?> /);
    expect(stdout).toContain('link/ether 52:54:00:65:43:21 ');
    expect(status).toBe(0);
  });

  test('what the kernel says of a step that failed is told, with the line that asked for it', () => {
    const file = domain(
      'refused',
      'true',
      bridged("<ip address='10.97.0.2' prefix='24'/><route address='0.0.0.0' gateway='10.1.1.1'/>"),
    );
    const program = join(folder, 'refused');
    const { stdout, stderr } = onHost(
      `${lxplain} create ${file} || true; ${lxplain} compile ${file} -o ${program}; ${program} || true; sleep 0.2; ip -o link`,
    );
    const told = stderr.split('\n').filter((line) => line.includes('the kernel says'));
    expect(told).toEqual(Array(2).fill('  note: the kernel says: Nexthop has invalid gateway'));
    expect(stderr).toMatch(/refused\.xml:\d+:\d+: error: .*link\.route default via 10\.1\.1\.1/);
    expect(stdout).not.toContain('vnet');
  });

  test('a bridge that is missing is told before anything is changed, and a program finds out', () => {
    const file = domain('missing', 'true', bridged());
    const program = join(folder, 'missing');
    const { stderr } = onHost(
      `${lxplain} compile ${file} -o ${program}; ip link delete br0; ${program} || true; ${lxplain} create ${file} || true`,
    );
    expect(stderr).toContain('ENODEV\n  note: the bridge does not exist');
    expect(stderr).toContain("error: bridge 'br0' does not exist on this host");
  });

  test('a name of its own is free again for the next start, and for the next life', () => {
    const own = bridged("<target dev='lan0'/><link state='up'/>");
    const file = domain('again', 'true', own);
    const { status, stderr } = onHost(
      `${lxplain} compile ${file} -o ${folder}/again; for i in 1 2 3 4 5; do ${folder}/again; done`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  const taken = (link: string, more = '') =>
    `<hostdev mode='capabilities' type='net'><source><interface>${link}</interface></source>${more}</hostdev>`;

  test.each([
    ['plain', ''],
    ['mapped', idmap],
  ])('a link of the host moves in, with its addresses and routes, %s', (kind, more) => {
    const own =
      "<ip address='10.98.1.2' prefix='24'/><route address='10.99.0.0' prefix='16' gateway='10.98.1.1'/>";
    const script =
      'ip -o link | sed "s/^[0-9]*: //;s/@.*//;s/:.*//"; ip route; ping -c 1 -W 5 10.98.1.1 | grep received';
    const file = domain(`taken-${kind}`, script, taken('up0', own), more);
    const { status, stdout, stderr } = onHost(
      `ip address add 10.98.1.1/24 dev up1; ${run(file)}; sleep 0.5; ip -o link show up0 || true`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'Device "up0" does not exist.\n' });
    const lines = stdout.trimEnd().split('\n').slice(2);
    expect(lines).toEqual([
      'lo',
      'up0',
      '10.98.1.0/24 dev up0 scope link  src 10.98.1.2 ',
      '10.99.0.0/16 via 10.98.1.1 dev up0  metric 1 ',
      '1 packets transmitted, 1 packets received, 0% packet loss',
    ]);
  });

  test('a link that is not there, or that cannot move', () => {
    for (const [link, said] of [
      ['up7', 'the link of the host does not exist'],
      ['br0', 'the link cannot leave its network'],
    ] as const) {
      const file = domain('untaken', 'true', taken(link));
      const { stderr } = onHost(`${lxplain} create ${file} || true`);
      expect(stderr).toContain(`link.move ${link}`);
      expect(stderr).toContain(said);
    }
  });

  test('starts and stops leave no link', () => {
    const file = domain('cycle', 'true', bridged("<link state='up'/>"));
    const { status, stdout } = onHost(
      `${lxplain} compile ${file} -o ${folder}/cycle; for i in $(seq ${CYCLES}); do ${folder}/cycle; done; sleep 1; ip -o link | wc -l`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '4\n' });
  });
});

const CYCLES = 200;
