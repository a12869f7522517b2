import { expect, test } from 'vitest';
import { noHost, type PathKind } from '../../../src/frontend/lxc/host.ts';
import { type LxcOptions, readLxc } from '../../../src/frontend/lxc/read.ts';

const kinds = (given: Record<string, PathKind>) => (path: string) => given[path];

/** `<type> SOURCE -> TARGET` of what a config makes of its mounts, its errors, and what is told of its lines. */
const read = (lines: readonly string[], options: Partial<LxcOptions> = {}) => {
  const text = `${['lxc.uts.name = box', 'lxc.rootfs.path = /srv/box', ...lines].join('\n')}\n`;
  const { domain, ledger, diagnostics } = readLxc('box.conf', text, {
    full: false,
    host: noHost,
    ...options,
  });
  const made = [
    ...(domain?.filesystems.slice(1) ?? []).map((each) => {
      const source = 'source' in each ? each.source.value : '';
      return `${each.kind} ${source} -> ${each.target.value}${each.readOnly ? ' ro' : ''}`;
    }),
    ...(domain?.hostdevs ?? []).map((each) =>
      each.kind === 'misc'
        ? `char ${each.char.value}`
        : `${each.kind} ${each.kind === 'storage' ? each.block.value : ''}`,
    ),
  ];
  const told = ledger
    .filter(({ span }) => span !== undefined)
    .map(({ fate, concern, code }) => `${fate}${concern === 'security' ? '!' : ''} ${code}`);
  const errors = diagnostics.flatMap(({ severity, code }) => (severity === 'error' ? code : []));
  return { made, told, errors };
};

const entry = (
  line: string,
  made: readonly string[],
  told: readonly string[],
  options: Partial<LxcOptions> = {},
) => {
  const found = read([`lxc.mount.entry = ${line}`], options);
  expect(found, line).toEqual({ made, told, errors: [] });
};

test('a mount is what its type says, and a bind only by its option or its type', () => {
  entry('/srv/a b overlay lowerdir=/srv/a,upperdir=/u,workdir=/w 0 0', [], ['lost mount/type']);
  entry('/srv/a.sqfs b squashfs ro 0 0', [], ['lost mount/type']);
  entry('/srv/a b 9p trans=virtio 0 0', [], ['lost mount/type']);
  entry('/exports b nfs nosuid 0 0', [], ['lost mount/type']);
  entry('/dev/sdb1 b ext4 defaults 0 0', ['block /dev/sdb1 -> /b'], []);
  entry('/dev/sdb1 b overlay lowerdir=/dev 0 0', [], ['lost mount/type']);
  entry('/srv/a b none bind 0 0', ['mount /srv/a -> /b'], []);
  entry('/srv/a b ext4 bind 0 0', ['mount /srv/a -> /b'], []);
  entry('/srv/a b bind defaults 0 0', ['mount /srv/a -> /b'], []);
  entry('/srv/a b rbind defaults 0 0', ['mount /srv/a -> /b'], []);
  entry('/srv/a b none rbind 0 0', ['mount /srv/a -> /b'], ['changed mount/options']);
  entry('/a b none bind,relative,create=dir 0 0', ['bind /a -> /b'], []);
  entry('/srv/a b overlay bind 0 0', ['mount /srv/a -> /b'], []);
});

test('type none without bind is refused as the kernel does, and passed over if it is optional', () => {
  const { errors, made } = read(['lxc.mount.entry = /srv/a b none ro 0 0']);
  expect({ errors, made }).toEqual({ errors: ['lxc/mount-without-bind'], made: [] });
  entry('/srv/a b none ro,optional 0 0', [], ['unneeded mount/nowhere']);
});

test('what a mount keeps from the container is a loss of security', () => {
  const bound = ['mount /srv/a -> /b'];
  entry('/srv/a b none bind,nosuid 0 0', bound, ['lost! mount/guards']);
  entry('/srv/a b none bind,noexec,noatime 0 0', bound, [
    'lost! mount/guards',
    'changed mount/options',
  ]);
  entry('/srv/a b none bind,nosymfollow 0 0', bound, ['lost! mount/guards']);
  entry('/srv/a b none bind,nosuid,suid,nodev,dev,noexec,exec 0 0', bound, []);
  entry('/srv/a b none bind,ro,rw 0 0', bound, []);
  entry('/srv/a b none bind,rw,ro 0 0', [`${bound} ro`], []);
  entry('t b tmpfs size=1M,nosuid,nodev,mode=1777 0 0', ['ram  -> /b'], []);
  entry('t b tmpfs size=1M,noexec 0 0', ['ram  -> /b'], ['lost! mount/guards']);
  entry('t b tmpfs size=1M,mode=0700 0 0', ['ram  -> /b'], ['lost! mount/guards']);
  entry('/dev/sdb b ext4 nosuid 0 0', ['block /dev/sdb -> /b'], ['lost! mount/guards']);
  const mapped = ['lxc.rootfs.options = idmap=container'];
  expect(read(mapped, { full: true }).told).toEqual([]);
  expect(read(mapped).told).toEqual(['lost key/full']);
  const root = ['lxc.rootfs.options = ro,nodev,noatime'];
  expect(read(root, { full: true }).told).toEqual(['lost! mount/guards', 'changed mount/options']);
  expect(read(root).told).toEqual([
    'lost! mount/guards',
    'changed mount/options',
    'lost! key/full',
  ]);
  expect(read(['lxc.rootfs.options = nodev']).told).toEqual(['lost! mount/guards']);
});

test('options of /proc that libvirt has not are lost, and what is mounted in its place', () => {
  entry('proc proc proc nodev,nosuid,noexec 0 0', [], ['unneeded mount/own']);
  entry('proc proc proc nodev,hidepid=2 0 0', [], ['lost! mount/own-guards']);
  entry('proc proc proc hidepid=invisible,gid=9 0 0', [], ['lost! mount/own-guards']);
  entry(
    'proc /srv/box/proc proc subset=pid 0 0',
    [],
    ['unneeded mount/root-prefix', 'lost! mount/own-guards'],
  );
  entry('proc proc proc ro 0 0', [], ['lost! mount/own-guards']);
  entry('proc proc proc hidepid=0 0 0', [], ['unneeded mount/own']);
  entry('sysfs sys sysfs ro 0 0', [], ['unneeded mount/own']);
  entry('/srv/fake proc none bind 0 0', [], ['lost mount/replaced']);
  entry(
    '/sys/kernel/security sys/kernel/security none bind,optional 0 0',
    [],
    ['unneeded mount/own'],
  );
  entry('tmpfs sys tmpfs size=1k 0 0', [], ['lost mount/replaced']);
});

test('a device node is of the kind that it has, or by its name, or by the rules', () => {
  const of = (path: string, options: Partial<LxcOptions> = {}, more: readonly string[] = []) =>
    read([`lxc.mount.entry = ${path} ${path.slice(1)} none bind,create=file 0 0`, ...more], options)
      .made;
  expect(of('/dev/net/tun')).toEqual(['char /dev/net/tun']);
  for (const name of ['sda1', 'vdb', 'nvme0n1p2', 'loop3', 'mapper/vg-lv', 'dm-0', 'mmcblk0p1']) {
    expect(of(`/dev/${name}`)).toEqual([`storage /dev/${name}`]);
  }
  const host = { ...noHost, kind: kinds({ '/dev/odd': 'block', '/dev/sda': 'char' }) };
  expect(of('/dev/odd', { host })).toEqual(['storage /dev/odd']);
  expect(of('/dev/sda', { host })).toEqual(['char /dev/sda']);
  const rule = 'lxc.cgroup.devices.allow = b 259:* rwm';
  expect(of('/dev/odd', {}, [rule])).toEqual(['storage /dev/odd']);
  expect(of('/dev/odd', {}, ['lxc.cgroup2.devices.allow = c 259:0 rwm'])).toEqual([
    'char /dev/odd',
  ]);
  expect(of('/dev/log')).toEqual(['mount /dev/log -> /dev/log']);
  const folder = { ...noHost, kind: kinds({ '/dev/odd': 'directory' }) };
  expect(of('/dev/odd', { host: folder })).toEqual(['mount /dev/odd -> /dev/odd']);
});

test('nodes of every container need nothing, and mask what they are bound on', () => {
  for (const name of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) {
    entry(`/dev/${name} dev/${name} none bind,create=file 0 0`, [], ['unneeded device/of-every']);
  }
  entry('/dev/null proc/kcore none bind 0 0', ['mount /dev/null -> /proc/kcore'], []);
  entry('/dev/urandom dev/random none bind 0 0', ['mount /dev/urandom -> /dev/random'], []);
  entry('/dev/fuse dev/fuse none bind 0 0', ['char /dev/fuse'], ['changed device/node']);
});

test('a device node on another path is mounted there, and <hostdev> gives the right to open it', () => {
  entry(
    '/dev/sdb dev/xvda none bind,create=file 0 0',
    ['mount /dev/sdb -> /dev/xvda', 'storage /dev/sdb'],
    ['changed device/moved'],
  );
});

test('what libvirt makes for its consoles cannot be a device of the host as well', () => {
  entry('/dev/console dev/console none bind 0 0', [], ['lost mount/replaced']);
  entry('/dev/tty1 dev/tty1 none bind 0 0', [], ['lost mount/replaced']);
  entry('/dev/tty7 dev/tty7 none bind 0 0', ['char /dev/tty7'], ['changed device/node']);
});

test('an optional mount whose source is missing is left out only where it would run', () => {
  const line = '/srv/media media none bind,optional,create=dir,ro 0 0';
  const missing = { ...noHost, kind: kinds({ '/srv/media': 'missing' }) };
  const kept = ['mount /srv/media -> /media ro'];
  entry(line, kept, ['changed mount/optional']);
  entry(line, kept, ['changed mount/optional'], { host: missing });
  entry(line, kept, ['changed mount/optional'], { host: missing, full: true });
  entry(line, [], ['changed mount/absent'], { host: { ...missing, runs: true }, full: true });
});

test('what rules deny and libvirt allows is a loss of security; the order of the rules counts', () => {
  const rules = (...lines: string[]) =>
    read(lines.map((line) => `lxc.cgroup.devices.${line}`)).told;
  expect(rules('deny = c 10:229 rwm')).toEqual(['lost! device/still-allowed']);
  expect(rules('deny = c 10:229 rwm', 'allow = c 10:229 rwm')).toEqual([
    'unneeded device/denied',
    'unneeded device/allowed',
  ]);
  expect(rules('deny = c 10:229 m', 'deny = c 5:1 rwm', 'deny = b *:* rwm')).toEqual([
    'unneeded device/denied',
    'unneeded device/denied',
    'unneeded device/denied',
  ]);
  const list = ['1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:2', '136:*'].map(
    (each) => `allow = c ${each} rwm`,
  );
  const allowed = list.map(() => 'unneeded device/allowed');
  expect(rules('deny = a', ...list)).toEqual(['lost! device/still-allowed', ...allowed]);
  expect(rules('deny = a', ...list, 'allow = c 10:229 rwm')).toEqual([
    'unneeded device/denied',
    ...allowed,
    'unneeded device/allowed',
  ]);
  expect(rules('allow = c 5:1 rwm')).toEqual(['lost device/console']);
  expect(rules('allow = c *:* m')).toEqual(['lost device/wildcard']);
  expect(rules('allow = c 10:200 rwm')).toEqual(['lost device/not-listed']);
  expect(rules('deny = c 1:9 w')).toEqual(['lost! device/still-allowed']);
});

test('the <hostdev> of a mount gives what a rule allows', () => {
  const tun = 'lxc.mount.entry = /dev/net/tun dev/net/tun none bind,create=file 0 0';
  expect(read(['lxc.cgroup2.devices.allow = c 10:200 rwm', tun]).told).toEqual([
    'unneeded device/allowed-by-node',
    'changed device/node',
  ]);
});

test('of lxc.mount.auto the last word of a kind counts', () => {
  const told = (...values: string[]) =>
    read(values.map((value) => `lxc.mount.auto = ${value}`)).told;
  expect(told('proc:rw', 'proc:mixed')).toEqual(['unneeded mount/own', 'unneeded mount/own']);
  expect(told('proc:mixed', 'proc:rw')).toEqual(['unneeded mount/own', 'lost mount/auto']);
  expect(told('cgroup:ro')).toEqual(['lost! mount/auto-cgroup']);
  expect(read(['lxc.mount.auto = cgroup2:mixed']).errors).toEqual(['lxc/bad-value']);
});
