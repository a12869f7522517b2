import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';
import { lxplain } from './containers.ts';
import { domainXml, makeRoot, mounted, noContainer, skipped } from './domains.ts';

const tools = ['ip', 'unshare', 'nsenter', 'nft', 'dnsmasq'].filter(
  (tool) => spawnSync('which', [tool]).status !== 0,
);
const reason = noContainer ?? (tools.length > 0 ? `needs ${tools.join(', ')}` : undefined);
const why = skipped(reason);
let folder: string;

const lease = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add $ip/$mask dev $interface
ip route add default via $router
echo nameserver $dns >/etc/resolv.conf
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-networks-'));
  makeRoot(join(folder, 'root'), ['sh', 'ip', 'ping', 'udhcpc', 'cat', 'sleep']);
  mkdirSync(join(folder, 'root/etc'));
  mkdirSync(join(folder, 'state/run'), { recursive: true });
  writeFileSync(join(folder, 'root/etc/lease'), lease, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Runs a script in a network of its own, which stands for that of the host. Its state is its own, too. The network is
 * ended whatever happens: its programs would keep the namespace.
 */
function onHost(script: string) {
  const all = `ip link set lo up
lxplain() { ${lxplain} "$@"; }
(set -e
${script})
status=$?
lxplain net-destroy default >/dev/null 2>&1
exit $status`;
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', all], {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
    env: { ...process.env, LXPLAIN_ROOT: join(folder, 'state') },
  });
  return { status, stdout: stdout.replaceAll('\r', ''), stderr };
}

function domain(name: string, script: string, more = ''): string {
  const file = join(folder, `${name}.xml`);
  const card = `<interface type='network'><source network='default'/>${more}</interface>`;
  const devices = mounted(`${folder}/root`, '/') + card;
  const init = ['/bin/sh', '-c', script];
  writeFileSync(file, domainXml(`lxplain-networks-${name}`, { init, devices }));
  return file;
}

/** A network behind that of the host: it knows no way to the containers. */
const outside = `unshare --net sleep 60 & outside=$!
sleep 0.2
ip link add out0 type veth peer name out1 netns $outside
ip address add 203.0.113.2/24 dev out0
ip link set out0 up
nsenter --net --target $outside ip address add 203.0.113.1/24 dev out1
nsenter --net --target $outside ip link set out1 up
`;

describe.skipIf(reason !== undefined)(`the network 'default'${why}`, () => {
  test('it is started for a container that needs it: a lease, the outside, and what is left', () => {
    const file = domain(
      'dhcp',
      'udhcpc -q -n -t 5 -i eth0 -s /etc/lease && ip -o -4 address show eth0 && ip route && ping -c 1 -W 5 203.0.113.1',
      "<link state='up'/>",
    );
    const { status, stdout, stderr } = onHost(`${outside}lxplain create ${file} --console
lxplain net-dhcp-leases default
lxplain net-list
lxplain net-destroy default
ip -o link
nft list ruleset
kill $outside`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/inet 192\.168\.122\.\d+\/24 scope global eth0/);
    expect(stdout).toContain('default via 192.168.122.1 dev eth0');
    expect(stdout).toContain('1 packets received');
    expect(stdout).toMatch(/52:54:00:[0-9a-f:]{8} {3}ipv4 {7}192\.168\.122\.\d+\/24/);
    expect(stdout).toContain(' default   active   no          yes\n');
    const left = stdout.split('Network default destroyed')[1];
    expect(left, 'the bridge and the rules are gone').not.toMatch(/virbr0|lxplain/);
  });

  test("virsh's commands and texts", () => {
    const { status, stdout, stderr } = onHost(`lxplain net-list --all
lxplain net-start default
lxplain net-info default
lxplain net-dumpxml default
lxplain net-start default || true
lxplain net-destroy default
lxplain net-destroy default || true
lxplain net-dumpxml default`);
    expect(status).toBe(0);
    expect(stdout).toContain(' default   inactive   no          yes\n');
    expect(stdout).toContain('Network default started\n\n');
    expect(stdout).toContain('Active:         yes\n');
    expect(stdout).toContain("<port start='1024' end='65535'/>");
    expect(stdout).toContain('Network default destroyed\n\n');
    expect(stdout).toContain("  <forward mode='nat'/>\n");
    expect(stderr).toBe(
      "error: network 'default' is already active [network/active]\nerror: network 'default' is not active [network/not-active]\n",
    );
  });

  test('a start that fails leaves nothing', () => {
    const { stdout, stderr } = onHost(`ip link add virbr0 type veth peer name other
lxplain net-start default || true
ip link delete virbr0
lxplain net-start default
lxplain net-destroy default
ls ${folder}/state/run/lxplain-networks
nft list ruleset`);
    expect(stderr).toMatch(/network 'default': bridge\.create virbr0 \(.*\): EEXIST/);
    expect(stdout).toBe('Network default started\n\nNetwork default destroyed\n\n');
  });

  test('a bridge that is gone is no active network, and a start repairs it', () => {
    const { status, stdout } = onHost(`lxplain net-start default
ip link delete virbr0
lxplain net-list --inactive
lxplain net-start default
lxplain net-list`);
    expect(status).toBe(0);
    expect(stdout).toContain(' default   inactive   no          yes\n');
    expect(stdout).toContain(' default   active   no          yes\n');
  });
});
