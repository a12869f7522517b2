import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noHost } from '../../src/frontend/lxc/host.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';

const isThere = spawnSync('lxc-info', ['--version'], { encoding: 'utf8' });
const skipped =
  isThere.status !== 0
    ? 'needs lxc-info of lxc-tools'
    : isThere.stdout.startsWith('5.')
      ? undefined
      : 'the answers are those of lxc 5';

const net = (type: string, ...keys: string[]) => [
  `lxc.net.0.type = ${type}`,
  ...keys.map((key) => `lxc.net.0.${key}`),
];

/** Configs of a few lines behind a name: lxc reads each, or refuses it. */
const configs: readonly (readonly string[])[] = [
  ...[
    'arch = amd64|arch = x32|arch = loong64|arch = nonsense|arch = ',
    'hook.version = 0|hook.version = 1|hook.version = 2|hook = /x|hook =',
    'monitor.unshare = 5|start.order = 0x10|start.order = -5|start.order = 3000000000|start.auto = 2|start.delay = -1',
    'init.groups = 1,2|init.groups = 1, 2|init.groups = 1,,2|init.groups = 1 2|init.groups = a|init.groups = ,',
    'init.uid = -1|init.uid = 0x10|init.gid = 7|ephemeral = 1|ephemeral = 2|no_new_privs = 2|sched.core = 1',
    'namespace.clone = net mnt|namespace.clone = foo|namespace.keep = net cgroup time|namespace.keep = a',
    'time.offset.boot = 5s|time.offset.boot = 5 h|time.offset.boot = 5  s|time.offset.boot = 5|time.offset.boot = 5ms',
    'console.size = auto|console.size = 1MB|console.size = 12 KB|console.size = 12K|console.size = 12TB|console.size = x',
    'console.rotate = 1|console.rotate = 2|tty.max = 0x5|tty.max = +5|tty.max = x|tty.max = 4294967296|pty.max = 1',
    'log.level = info|log.level = 8|log.level = 9|log.level = FOO|log.syslog = DAEMON|log.syslog = local8|log.syslog = kern',
    'prlimit.nofile = 5|prlimit.nofile = 5:10|prlimit.nofile = 5 : 10|prlimit.nofile = unlimited|prlimit.nofile = 5 10',
    'prlimit.nofile = x|prlimit.nofile = :|prlimit = x|sysctl = x|sysctl.a = x|sysctl. = x|proc.a = x|cgroup. = x',
    'rootfs.options = ro|rootfs.options = create=dir|rootfs.options = idmap=container|rootfs.managed = 2',
    'seccomp.notify.proxy = unix:/run/x|seccomp.notify.proxy = foo|keyring.session = 1|keyring.session = 2',
    'cgroup.dir = a/b|cgroup.dir = /a|cgroup.dir = a/../b|cgroup.dir.container.inner = a|cgroup.dir.container.inner = a/b',
    'cgroup.relative = 1|cgroup.relative = 2|cgroup.dir.monitor.pivot = /x|cgroup.devices.allow = nonsense',
    'signal.halt = SIGTERM|signal.halt = sigterm|signal.halt = TERM|signal.halt = SIGFOO|signal.halt = 15|signal.halt = 99',
    'signal.halt = SIGRTMIN+3|signal.halt = SIGRTMIN+31|signal.halt = SIGRTMIN|signal.stop = SIGRTMAX-3|signal.stop = RTMIN+3',
    'mount.auto = proc sys:ro cgroup:mixed:force|mount.auto = cgroup2:ro|mount.auto = cgroup2:mixed|mount.auto = cgroup2-full',
    'cap.drop = 40 kill|cap.drop = 99|cap.drop = none|cap.drop = SYS_ADMIN|cap.keep = none|cap.keep = kill none',
    'idmap = u 0 100000 65536|idmap = b 0 1 2|idmap = u 0 1|idmap = u  0\t0x100 5|idmap = u0 1 2',
    'environment = A=|environment = A=B|include = /no/such|include = /no/such/|group = a b|utsnames = x',
  ].flatMap((line) => line.split('|').map((each) => [`lxc.${each}`])),
  ['lxc.cap.keep = none', 'lxc.cap.drop = kill'],
  ['lxc.cap.drop = kill', 'lxc.cap.keep = kill'],
  ['lxc.cap.drop = kill', 'lxc.cap.drop =', 'lxc.cap.keep = kill'],
  ['lxc.namespace.clone = pid', 'lxc.namespace.keep = net'],
  [`lxc.uts.name = ${'a'.repeat(64)}`],
  [`lxc.uts.name = ${'a'.repeat(65)}`],
  [`lxc.tty.dir = ${'a'.repeat(300)}`],
  net('foo'),
  net('empty', 'foo = x'),
  net('veth', 'veth.pair = x', 'veth.mode = router', 'veth.n_rxqueues = 2', 'veth.vlan.id = none'),
  net('veth', 'veth.mode = x'),
  net('veth', 'veth.n_txqueues = 0'),
  net('veth', 'veth.vlan.id = 4094', 'veth.vlan.tagged.id = 5'),
  net('veth', 'veth.vlan.id = 4095'),
  net('veth', 'veth.vlan.tagged.id = none'),
  net('veth', 'veth.ipv4.route = 10.0.0.0/24', 'veth.ipv6.route = fc00::/64'),
  net('veth', 'veth.ipv4.route = 10.0.0.0'),
  net('veth', 'veth.ipv6.route = fc00::/129'),
  net('veth', 'ipv4.address = 10.0.0.1/24 10.0.0.255', 'ipv6.address = fc00::1'),
  net('veth', 'ipv4.address = 10.1/24'),
  net('veth', 'ipv4.gateway = dev', 'ipv6.gateway = auto'),
  net('veth', 'ipv4.gateway = 10.1'),
  net('veth', 'l2proxy = 1'),
  net('veth', 'l2proxy = 2'),
  net('veth', 'macvlan.mode = bridge'),
  net('veth', 'macvlan.mode ='),
  net('macvlan', 'link = eth0', 'macvlan.mode = passthru'),
  net('macvlan', 'link = eth0', 'macvlan.mode = foo'),
  net('macvlan', 'link = eth0', 'veth.pair = x'),
  net('ipvlan', 'ipvlan.mode = l3s', 'ipvlan.isolation = vepa'),
  net('ipvlan', 'ipvlan.mode = foo'),
  net('ipvlan', 'ipvlan.isolation = foo'),
  net('vlan', 'link = eth0', 'vlan.id = 0x5'),
  net('vlan', 'link = eth0', 'vlan.id = 70000'),
  net('phys', 'link = eth0', 'vlan.id = 5'),
  ['lxc.net.0.veth.pair = x', 'lxc.net.0.type = veth'],
  ['lxc.net.0.vlan.id = 5', 'lxc.net.0.type = vlan', 'lxc.net.0.link = eth0'],
  ['lxc.net.0.mtu = 1500', 'lxc.net.0.type = empty'],
  ['lxc.net.0 = x'],
  ['lxc.net.a.type = veth'],
  ['lxc.net.type = veth'],
  ['lxc.net ='],
  // Behind a name of today, keys of before lxc 3: two generations in one file.
  ...[
    'network.type = empty',
    'id_map = u 0 100000 65536',
    'limit.nofile = 5',
    'rootfs = dir:/srv/box',
  ].map((line) => [`lxc.${line}`]),
  ['lxc.utsname = other'],
  ['lxc.cap.drop = kill', 'lxc.tty = 1'],
  ['lxc.net.0.type = empty', 'lxc.network.type = empty'],
  ['lxc.seccomp = /x'],
  ['lxc.aa_profile = unconfined'],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-values-'));
  mkdirSync(join(folder, 'box'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** lxc-info reads the config of a container, whether it runs or not, with the reader of lxc-start. */
function isReadByLxc(text: string): boolean {
  writeFileSync(join(folder, 'box/config'), text);
  const args = ['-P', folder, '-n', 'box', '-c', 'lxc.uts.name'];
  return spawnSync('lxc-info', args, { timeout: 20_000 }).status === 0;
}

function isReadHere(text: string): boolean {
  const include = (path: string) =>
    path.endsWith('/') ? { kind: 'files' as const, files: [] } : { kind: 'missing' as const };
  const host = { ...noHost, include };
  const { diagnostics } = readLxc('box/config', text, { full: true, host });
  return diagnostics.every(({ severity }) => severity !== 'error');
}

test.skipIf(skipped !== undefined)(
  `${configs.length} configs are read here if lxc 5 reads them${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    const answers = configs.map((lines) => {
      const text = ['lxc.uts.name = box', ...lines, ''].join('\n');
      return { lines, lxc: isReadByLxc(text), here: isReadHere(text) };
    });
    expect(answers.filter(({ lxc, here }) => lxc !== here)).toEqual([]);
    const refused = answers.filter(({ lxc }) => !lxc).length;
    console.log(`lxc-info: ${answers.length} configs, ${refused} refused`);
    expect(refused).toBeGreaterThan(configs.length / 3);
  },
);
