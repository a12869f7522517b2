import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { compilePlan } from '../src/assemble.ts';
import type { HostFacts } from '../src/facts/facts.ts';
import { capabilities } from '../src/linux/capabilities.ts';
import { lower } from '../src/lower/lower.ts';
import type { Libvirtd } from '../test/peers/libvirtd.ts';
import { compileC } from './compiler.ts';
import { type Contestant, sleep } from './rounds.ts';
import { sameCalls } from './same-calls.ts';
import { type Command, now, start, time, wait } from './spawn.ts';
import {
  MAPPED_COUNT,
  MAPPED_ID,
  MEMORY_BYTES,
  memoryGroup,
  planOf,
  type Work,
  writeDomain,
} from './work.ts';

/** Names in the tables. */
export const LXPLAIN = 'lxplain';
export const SAME_CALLS = 'the same calls in C';
export const FLOOR = 'floor in C';
export const VIRSH = 'virsh create';

const which = (tool: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/sbin', '/sbin')
    .map((folder) => join(folder, tool))
    .find((path) => existsSync(path));

/** A contestant that cannot be made is one whose work fails with the reason. */
function contestant(name: string, make: () => () => number): Contestant {
  try {
    return { name, run: make() };
  } catch (cause) {
    return {
      name,
      run: () => {
        throw cause;
      },
    };
  }
}

const tool = (name: string): string => {
  const path = which(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
};

export const lxplainProgram = (name: string, of: Work): Command => {
  const { plan } = planOf(name, of);
  const mode = { kind: 'foreground', client: false } as const;
  const file = join(of.folder, name);
  writeFileSync(file, compilePlan(plan, { arch: plan.arch, mode, domainXml: '' }), { mode: 0o755 });
  return [file];
};

const sameProgram = (name: string, of: Work): Command => {
  const { plan } = planOf(name, of);
  const source = join(of.folder, `${name}.c`);
  const mode = { kind: 'foreground', client: false } as const;
  writeFileSync(source, sameCalls(lower(plan, plan.arch, mode)));
  return [compileC(source, join(of.folder, name))];
};

export const floorProgram = (name: string, of: Work, facts: HostFacts): Command => {
  const group = memoryGroup(facts, name);
  const defines = [...(group.unified ? ['UNIFIED'] : []), ...(of.mapped ? ['MAPPED'] : [])];
  const program = join(of.folder, ['floor', ...defines].join('-'));
  if (!existsSync(program)) compileC('floor.c', program, defines);
  return [program, group.path, String(MEMORY_BYTES), of.root, ...of.init];
};

const bwrap = (name: string, of: Work, facts: HostFacts): Command => {
  const group = memoryGroup(facts, name);
  const cgrun = compileC('cgrun.c', join(of.folder, 'cgrun'), group.unified ? ['UNIFIED'] : []);
  return [
    cgrun,
    group.path,
    String(MEMORY_BYTES),
    tool('bwrap'),
    ...['--bind', of.root, '/', '--dev', '/dev', '--proc', '/proc', '--ro-bind', '/sys', '/sys'],
    ...['--unshare-pid', '--unshare-uts', '--unshare-ipc', '--unshare-net', '--as-pid-1'],
    ...(of.mapped ? ['--unshare-user'] : ['--cap-add', 'ALL', '--cap-drop', 'CAP_MKNOD']),
    ...of.init,
  ];
};

/** @see https://github.com/opencontainers/runtime-spec, config.md and config-linux.md */
function ociBundle(name: string, of: Work, facts: HostFacts): string {
  const permitted = BigInt(facts.permittedCapabilities ?? '0x1ffffffffff');
  const kept = capabilities
    .filter(
      (capability, number) => ((permitted >> BigInt(number)) & 1n) === 1n && capability !== 'mknod',
    )
    .map((capability) => `CAP_${capability.toUpperCase()}`);
  const safe = ['nosuid', 'noexec', 'nodev'];
  const map = [{ containerID: 0, hostID: MAPPED_ID, size: MAPPED_COUNT }];
  const namespaces = ['mount', 'pid', 'uts', 'ipc', 'network', ...(of.mapped ? ['user'] : [])];
  const config = {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: of.init,
      env: ['PATH=/bin:/sbin'],
      cwd: '/',
      capabilities: { bounding: kept, effective: kept, permitted: kept },
    },
    root: { path: of.root, readonly: false },
    hostname: 'bench',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: safe },
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'mode=755', 'size=65536k'],
      },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...safe, 'ro'] },
    ],
    linux: {
      cgroupsPath: `/${name}`,
      namespaces: namespaces.map((type) => ({ type })),
      resources: { memory: { limit: MEMORY_BYTES } },
      ...(of.mapped ? { uidMappings: map, gidMappings: map } : {}),
    },
  };
  const bundle = join(of.folder, name);
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  return bundle;
}

/** @see lxc.container.conf(5) */
export const lxcStart = (name: string, of: Work): Command => {
  const map = (kind: string) => `lxc.idmap = ${kind} 0 ${MAPPED_ID} ${MAPPED_COUNT}\n`;
  const file = join(of.folder, `${name}.conf`);
  writeFileSync(
    file,
    `lxc.rootfs.path = dir:${of.root}
lxc.uts.name = ${name}
lxc.init.cmd = ${of.init.join(' ')}
lxc.net.0.type = empty
lxc.mount.auto = proc:rw sys:ro
lxc.autodev = 1
lxc.pty.max = 1
lxc.cap.drop = mknod
lxc.cgroup.memory.limit_in_bytes = ${MEMORY_BYTES}
${of.mapped ? map('u') + map('g') : ''}`,
  );
  return [tool('lxc-start'), '-F', '-n', name, '-P', of.folder, '-f', file];
};

const TEARDOWN_MS = 3000;

/** `virsh create` and then until libvirt has removed the pid file of the container's controller. */
function virshCreate(name: string, of: Work, libvirtd: Libvirtd): () => number {
  const file = writeDomain(name, of);
  const create: Command = [tool('virsh'), '-q', '-c', libvirtd.uri, 'create', file];
  const pidFile = join(libvirtd.root, 'run/libvirt/lxc', `${name}.pid`);
  return () => {
    const from = now();
    const status = wait(start(create));
    if (status !== 0) throw new Error(`virsh create: status ${status}`);
    while (existsSync(pidFile)) {
      if (now() - from > TEARDOWN_MS) {
        libvirtd.virsh('destroy', name); // libvirtd can miss the end of an init that ends at once
        throw new Error('libvirtd did not see the end');
      }
      sleep(0.1);
    }
    return now() - from;
  };
}

/** Everybody who can do the work here. Who cannot says why when its turn comes. */
export function contestants(
  of: Work,
  facts: HostFacts,
  libvirtd: Libvirtd | string,
): readonly Contestant[] {
  const suffix = of.mapped ? 'w2' : 'w1';
  const name = (who: string) => `bench-${who}-${suffix}`;
  const timed = (who: string, make: () => Command) =>
    contestant(who, () => {
      const command = make();
      return () => time(command);
    });
  const oci = (runtime: string) =>
    timed(`${runtime} run`, () => {
      const path = tool(runtime);
      return [path, 'run', '-b', ociBundle(name(runtime), of, facts), name(runtime)];
    });
  return [
    timed(LXPLAIN, () => lxplainProgram(name('lxplain'), of)),
    timed(SAME_CALLS, () => sameProgram(name('same'), of)),
    timed(FLOOR, () => floorProgram(name('floor'), of, facts)),
    timed('bwrap', () => bwrap(name('bwrap'), of, facts)),
    timed('lxc-start -F', () => lxcStart(name('lxc'), of)),
    oci('crun'),
    oci('runc'),
    contestant(VIRSH, () => {
      if (typeof libvirtd === 'string') throw new Error(libvirtd);
      return virshCreate(name('virsh'), of, libvirtd);
    }),
  ];
}

/** First line of what each peer says of its version. */
export const versions = (): string =>
  ['bwrap', 'lxc-start', 'crun', 'runc', 'libvirtd']
    .flatMap((name) => {
      const path = which(name);
      if (path === undefined) return [];
      const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
      const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? 'unknown';
      return [`${name} ${version}`];
    })
    .join(', ');
