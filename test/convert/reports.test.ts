import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noHost } from '../../src/frontend/lxc/host.ts';
import { type LxcOptions, readLxc } from '../../src/frontend/lxc/read.ts';
import { printDomainXml } from '../../src/print/domain-xml.ts';

/** Configs that people have reported, with the answer that is right: what lxc 5 does, or a word about what is not so. */
const read = (name: string, options: Partial<LxcOptions> = {}) => {
  const path = join(import.meta.dirname, '../../golden/conversion', name, 'lxc.conf');
  const { domain, ledger, diagnostics } = readLxc('lxc.conf', readFileSync(path, 'utf8'), {
    full: false,
    host: noHost,
    ...options,
  });
  const told = ledger.filter(({ fate, span }) => fate !== 'unneeded' && span !== undefined);
  return {
    xml: domain === undefined ? undefined : printDomainXml(domain),
    security: told.flatMap(({ concern, code }) => (concern === 'security' ? code : [])),
    other: told.flatMap(({ concern, fate, code }) =>
      concern === 'security' ? [] : `${fate} ${code}`,
    ),
    errors: diagnostics.flatMap(({ severity, code }) => (severity === 'error' ? code : [])),
  };
};

test('an overlay is no bind of its lower directory', () => {
  const { xml, other } = read('overlay-entry');
  expect(xml).not.toContain('lower');
  expect(other).toEqual(['lost mount/type']);
});

test('a node of every container needs nothing', () => {
  const { xml, security, other } = read('standard-node');
  expect(xml).not.toContain('/dev/null');
  expect({ security, other }).toEqual({ security: [], other: [] });
});

test('hidepid, denied devices and nosuid are lost for security', () => {
  expect(read('hidepid-lost').security).toContain('mount/own-guards');
  expect(read('devices-deny-lost').security).toContain('device/still-allowed');
  const { security, xml } = read('mount-flags-not-security');
  expect(security).toEqual(['mount/guards']);
  expect(xml).toContain('<readonly/>');
});

test('optional mounts are printed, on whatever machine', () => {
  const host = { ...noHost, kind: () => 'missing' as const };
  for (const full of [false, true]) {
    const { xml, other } = read('optional-absent', { full, host });
    expect(xml).toContain("<source dir='/dev/dri'/>");
    expect(xml).toContain("<source dir='/srv/pb-media'/>");
    expect(other).toEqual(['changed mount/optional', 'changed mount/optional']);
  }
});

test('a host name that libvirt changes is told of', () => {
  expect(read('hostname-fqdn').other).toEqual(['changed name/host-name']);
  expect(read('host-name-underscore').other).toEqual(['changed name/host-name']);
});

test('an init without a path is looked up in the root, or refused', () => {
  expect(read('init-without-path', { full: true }).errors).toEqual(['lxc/init-without-path']);
  const host = { ...noHost, fileInRoot: () => '/bin/sh' };
  const { xml, other } = read('init-without-path', { full: true, host });
  expect(xml).toContain('<init>/bin/sh</init>\n    <initarg>/probe</initarg>');
  expect(other).toEqual(['changed init/by-path']);
});

test('a root that is an image is mounted through a loop device', () => {
  const text = 'lxc.uts.name = box\nlxc.rootfs.path = /srv/box.img\n';
  const kind = (path: string) => (path === '/srv/box.img' ? ('file' as const) : undefined);
  const { domain, ledger } = readLxc('box.conf', text, { full: false, host: { ...noHost, kind } });
  expect(domain?.filesystems).toMatchObject([
    { kind: 'file', driver: { type: 'loop', format: 'raw' } },
  ]);
  expect(ledger.map(({ code }) => code)).toContain('root/image');
  // Where it is not on this machine, its name says so.
  expect(
    readLxc('box.conf', text, { full: false, host: noHost }).domain?.filesystems,
  ).toMatchObject([{ kind: 'file' }]);
  const folder = { ...noHost, kind: () => 'directory' as const };
  expect(
    readLxc('box.conf', text, { full: false, host: folder }).domain?.filesystems,
  ).toMatchObject([{ kind: 'mount' }]);
});

test('two generations of keys are read as lxc 2.1 does, if that is asked for', () => {
  expect(read('generations-lxc21').errors).toEqual(['lxc/generations-mixed']);
  const { xml, errors } = read('generations-lxc21', { version: '2.1' });
  expect(errors).toEqual([]);
  expect(xml).toContain('<privnet/>');
  expect(xml).toContain("<memory unit='KiB'>524288</memory>");
});

test('lxc 2.1 does not know the keys that came later', () => {
  const text = 'lxc.uts.name = box\nlxc.cgroup2.memory.max = 1M\nlxc.net.0.l2proxy = 1\n';
  const { diagnostics } = readLxc('box.conf', text, { full: true, host: noHost, version: '2.1' });
  expect(diagnostics.map(({ code }) => code)).toEqual(['lxc/unknown-key', 'lxc/unknown-key']);
});

test('the type of a network clears its group, and comes before the keys of its kind', () => {
  const { xml, errors } = read('network-order');
  expect(errors).toEqual([]);
  expect(xml).not.toContain('br0');
  expect(xml).not.toContain('00:16:3e');
  expect(xml).toContain("<source dev='eth0' mode='bridge'/>");
  expect(read('network-other-kind').errors).toEqual([
    'lxc/network-before-type',
    'lxc/network-other-type',
  ]);
});

test('sizes are those of the kernel', () => {
  expect(read('kernel-sizes').xml).toContain("<memory unit='KiB'>262144</memory>");
  expect(read('kernel-sizes').xml).toContain("<source usage='32768' units='KiB'/>");
  const refused = ['lxc/bad-value', 'lxc/bad-value', 'lxc/bad-value'];
  expect(read('kernel-sizes-refused').errors).toEqual(refused);
});

test('init is split as lxc 5 or 6 does, and the difference is told', () => {
  const words = (version: '5' | '6') =>
    read('init-quoted', { full: true, version }).xml?.match(/<initarg>.*/g);
  expect(words('5')).toEqual([
    '<initarg>-c</initarg>',
    '<initarg>&quot;exec</initarg>',
    '<initarg>sleep</initarg>',
    '<initarg>9&quot;</initarg>',
  ]);
  expect(words('6')).toEqual(['<initarg>-c</initarg>', '<initarg>exec sleep 9</initarg>']);
  for (const version of ['5', '6'] as const) {
    expect(read('init-quoted', { full: true, version }).other).toEqual(['changed init/quotes']);
  }
});

test('every guard that is lost is one of security', () => {
  expect(read('guards-lost', { full: true }).security.sort()).toEqual([
    'apparmor/generated',
    'capability/unknown',
    'device/still-allowed',
    'key/lost',
    'keyring/shared',
    'mount/auto-cgroup',
    'mount/guards',
    'mount/own-guards',
  ]);
  expect(read('mount-types').security).toEqual(['mount/guards', 'mount/guards']);
});

test('numbers of limits are those of the kernel as well', () => {
  const shares = (value: string) => {
    const text = `lxc.uts.name = box\nlxc.cgroup.cpu.shares = ${value}\n`;
    const { domain } = readLxc('box.conf', text, { full: false, host: noHost });
    return domain?.cputune?.shares?.value;
  };
  expect([shares('0x200'), shares('01000'), shares('512'), shares('+512')]).toEqual([
    512, 512, 512, 512,
  ]);
  expect([shares('512k'), shares('08'), shares('-1'), shares('1e3')]).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
});

test('lxc 2.1 asks for no order in a group of keys of today, and opens one at each lxc.network.type', () => {
  const interfaces = (version: '2.1' | '5', ...lines: string[]) => {
    const text = ['lxc.utsname = box', 'lxc.rootfs.path = /srv/box', ...lines, ''].join('\n');
    const { domain, diagnostics } = readLxc('box.conf', text, {
      full: true,
      host: noHost,
      version,
    });
    return domain?.interfaces.map(({ kind }) => kind) ?? diagnostics.map(({ code }) => code);
  };
  const late = ['lxc.net.0.veth.pair = v0', 'lxc.net.0.type = veth', 'lxc.net.0.link = br0'];
  expect(interfaces('2.1', ...late)).toEqual(['bridge']);
  expect(interfaces('5', ...late)).toContain('lxc/network-before-type');
  const both = ['lxc.network.type = veth', 'lxc.network.type = macvlan', 'lxc.network.link = eth0'];
  expect(interfaces('2.1', ...both)).toEqual(['ethernet', 'direct']);
  const wrong = ['lxc.network.type = macvlan', 'lxc.network.veth.pair = v0'];
  expect(interfaces('2.1', ...wrong)).toEqual(['lxc/network-other-type']);
});

test('architectures that lxc 6 alone knows', () => {
  const of = (version: '5' | '6') => {
    const text = 'lxc.uts.name = box\nlxc.arch = x32\n';
    const { diagnostics, ledger } = readLxc('box.conf', text, {
      full: true,
      host: noHost,
      version,
    });
    return [...diagnostics.map(({ code }) => code), ...ledger.map(({ code }) => code)];
  };
  expect(of('5')).toContain('lxc/bad-value');
  expect(of('6')).toContain('arch/unknown');
});

test('a target that leads out of the root is no part of the container', () => {
  const read = (target: string) => {
    const text = `lxc.uts.name = box\nlxc.rootfs.path = dir:/srv/box\nlxc.mount.entry = /srv/data ${target} none bind 0 0\n`;
    const { domain, ledger } = readLxc('box.conf', text, { full: true, host: noHost });
    const targets = domain?.filesystems.map((each) => each.target.value);
    return (
      targets?.find((each) => each !== '/') ?? ledger.find(({ fate }) => fate === 'lost')?.code
    );
  };
  for (const target of ['../../etc', 'etc/../../data', '..', '/srv/box/../etc', './/../etc']) {
    expect(read(target), target).toBe('mount/outside-root');
  }
  expect(read('etc/../data')).toBe('/etc/../data');
  expect(read('..data/...')).toBe('/..data/...');
});
