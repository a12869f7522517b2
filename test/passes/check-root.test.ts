import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import type { HostFacts, PathFact } from '../../src/facts/facts.ts';
import { runPasses } from '../../src/passes/pipeline.ts';
import { wantedFacts } from '../../src/passes/wanted.ts';
import { host } from '../host-root.ts';

const map = "start='0' target='100000' count='65536'";
const idmap = `<idmap><uid ${map}/><gid ${map}/></idmap>`;
const root = "<filesystem><source dir='/srv/vm1'/><target dir='/'/></filesystem>";
const mount = (source: string, target: string, type = 'mount') =>
  `<filesystem type='${type}'><source dir='${source}'/><target dir='${target}'/></filesystem>`;

const read = async (more: string, devices = '') =>
  (
    await readDomain(
      'vm1.xml',
      `<domain type='lxc'><name>vm1</name><memory unit='MiB'>64</memory>
<os><type>exe</type><init>/sbin/init</init></os>${more}<devices>${root}${devices}</devices></domain>`,
    )
  ).domain!;

/** All that is said of a domain whose root holds this, but for advice. */
async function check(
  found: Readonly<Record<string, PathFact>>,
  expected: readonly RegExp[],
  {
    more = '',
    devices = '',
    facts = {},
  }: { more?: string; devices?: string; facts?: Partial<HostFacts> } = {},
) {
  const { diagnostics } = runPasses(await read(more, devices), {
    ...host,
    ...facts,
    rootPaths: { '/srv/vm1': found },
  });
  const said = diagnostics
    .filter(({ advisory }) => advisory !== true)
    .map(({ message }) => message);
  expect(said).toEqual(expected.map((each) => expect.stringMatching(each)));
}

const own = { uid: 0, gid: 0, mode: '0755' };
const elf = (arch: string, interpreter?: string): PathFact => ({
  kind: 'file',
  ...own,
  program: { format: 'elf', arch, ...(interpreter === undefined ? {} : { interpreter }) },
});
const script = (interpreter: string): PathFact => ({
  kind: 'file',
  ...own,
  program: { format: 'script', interpreter },
});

test('init that the kernel executes', async () => {
  await check({}, []);
  await check({ '/sbin/init': elf('x86_64') }, []);
  await check({ '/sbin/init': elf('i686') }, []);
  await check({ '/sbin/init': script('/bin/sh'), '/bin/sh': elf('x86_64') }, []);
  await check({ '/sbin/init': elf('s390x') }, [], { facts: { emulated: ['s390x'] } });
  await check({ '/sbin/init': { ...own, kind: 'file', mode: '0644' } }, [/its mode is 0644$/]);
  await check({ '/sbin/init': { ...own, kind: 'fifo' } }, [/is a FIFO: expected a program$/]);
  await check({ '/sbin/init': elf('aarch64') }, [/a program for aarch64.*expected x86_64$/]);
});

test('what executes init', async () => {
  await check({ '/sbin/init': script('/bin/sh'), '/bin/sh': { kind: 'missing' } }, [
    /needs '\/bin\/sh'.*'\/srv\/vm1' does not have it$/,
  ]);
  await check(
    {
      '/sbin/init': script('/bin/sh'),
      '/bin/sh': elf('x86_64', '/lib64/ld.so'),
      '/lib64/ld.so': { kind: 'missing' },
    },
    [/needs '\/lib64\/ld\.so'/],
  );
  await check({ '/sbin/init': script('/bin/sh'), '/bin/sh': elf('aarch64') }, [
    /^'\/bin\/sh', which executes init '\/sbin\/init', is a program for aarch64/,
  ]);
  await check({ '/sbin/init': script('/sbin/init') }, [/more than five times/]);
});

test('a root that is mounted with noexec, unless another mount may bring init', async () => {
  const mounts = [...host.mounts, { point: '/srv', type: 'ext4', noexec: true as const }];
  const found = { '/sbin/init': elf('x86_64') };
  await check(found, [/mounted with noexec$/], { facts: { mounts } });
  await check(found, [], { facts: { mounts }, devices: mount('/usr', '/sbin') });
});

test('with an id map the root belongs to somebody whom it maps', async () => {
  const slash = (uid: number, mode = '0755'): PathFact => ({
    kind: 'directory',
    uid,
    gid: uid,
    mode,
  });
  const program: PathFact = { ...elf('x86_64'), uid: 100000, gid: 100000 } as PathFact;
  const missing: PathFact = { kind: 'missing' };
  const more = idmap;
  await check({ '/': slash(100000), '/proc': missing, '/sbin/init': program }, [], { more });
  await check({ '/': slash(0) }, [], { more }); // only advice
  await check({ '/': slash(0), '/proc': missing }, [/may not make '\/proc' in it$/], { more });
  await check({ '/': slash(0, '0777'), '/proc': missing }, [], { more });
  await check({ '/': slash(0, '0700') }, [/may not enter it$/], { more });
  await check({ '/sbin/init': { ...own, kind: 'file', mode: '0750' } }, [/its mode is 0750$/], {
    more,
  });
});

test('the remedy for a strange root needs a file system whose mounts can map ids', async () => {
  const domain = await read(idmap);
  const help = (mounts: HostFacts['mounts']) =>
    runPasses(domain, {
      ...host,
      mounts,
      rootPaths: { '/srv/vm1': { '/': { kind: 'directory', ...own } } },
    }).diagnostics.find(({ code }) => code === 'idmap/root-of-stranger')?.help;
  expect(help([{ point: '/', type: 'ext4' }])).toContain(
    "<filesystem type='mount' accessmode='mapped'>",
  );
  expect(help([{ point: '/', type: 'nfs4' }])).toMatch(/^give it to root .*chown 100000:100000/);
});

test('mounts fit to what is there', async () => {
  const paths = { '/srv/d': { kind: 'directory' }, '/srv/f': { kind: 'file' } } as const;
  const facts = { paths };
  const found = { '/etc/hosts': { kind: 'file' }, '/data': { kind: 'directory' } } as const;
  const said = (devices: string, ...expected: RegExp[]) =>
    check(found, expected, { devices, facts });
  await said(mount('/srv/d', '/data'));
  await said(mount('/srv/f', '/etc/hosts'));
  await said(mount('/srv/d', '/etc/hosts'), /^a directory cannot .* the file '\/etc\/hosts'/);
  await said(mount('/srv/f', '/data'), /^a file cannot .* the directory '\/data'/);
  await said(
    "<filesystem type='ram'><source usage='1024'/><target dir='/etc/hosts'/></filesystem>",
    /^a directory cannot/,
  );
});

test('the source of a bind is in the container, or some mount brings it', async () => {
  const found = { '/srv/d': { kind: 'missing' } } as const;
  const bind = mount('/srv/d', '/data', 'bind');
  await check(found, [/is looked for in the container, and its root '\/srv\/vm1'/], {
    devices: bind,
  });
  await check(found, [], { devices: mount('/srv/x', '/srv') + bind });
  await check({ '/srv/d': { kind: 'directory' } }, [], { devices: bind });
});

test('what is wanted is what the transforms make of the domain', async () => {
  const domain = await readDomain(
    'vm1.xml',
    `<domain type='lxc'><name>vm1</name><memory>65536</memory>
<os><type>exe</type><init>/sbin/init</init></os>
<devices><filesystem><source dir='/srv/vm1'/><target dir='//'/></filesystem></devices></domain>`,
  );
  expect(wantedFacts(domain.domain!, host)).toMatchObject({
    inside: { root: '/srv/vm1', programs: ['/sbin/init'] },
  });
});
