import fc from 'fast-check';
import { type Located, located, source } from '../../src/diagnostics/origin.ts';
import type { Domain } from '../../src/ir/domain.ts';
import type { Filesystem } from '../../src/ir/filesystem.ts';
import type { Hostdev } from '../../src/ir/hostdev.ts';
import type { Interface } from '../../src/ir/interface.ts';
import type { NumberSet } from '../../src/ir/tuning.ts';
import { libvirtCapabilities } from '../../src/linux/capabilities.ts';

const origin = source({ file: 'domain.xml', start: 0, end: 0 });
const at = <T>(value: T): Located<T> => located(value, origin);
const optional = <K extends string, T>(key: K, value: fc.Arbitrary<T>) =>
  fc
    .option(value, { nil: undefined })
    .map((chosen) => (chosen === undefined ? {} : { [key]: chosen }) as { [P in K]?: T });

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const oddWord = fc.stringMatching(/^[a-zä"'&<>=#][a-z0-9'"#=\\é&<]{0,7}$/);
const path = fc
  .array(fc.oneof(word, fc.constantFrom('a b', 'x\ty', 'c\\d', 'ü')), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => `/${parts.join('/')}`);
/** Not a place that libvirt mounts itself. */
const target = path.map((each) => `/mnt${each}`);
const kiB = fc.integer({ min: 1, max: 2 ** 40 });

const root: fc.Arbitrary<Filesystem> = fc
  .record({ path, readOnly: fc.boolean() })
  .chain(({ path: from, readOnly }) => {
    const base = { target: at('/'), readOnly, accessMode: 'passthrough' as const, origin };
    return fc.constantFrom<Filesystem>(
      { ...base, kind: 'mount', source: at(from) },
      { ...base, kind: 'block', source: at('/dev/sda1') },
      { ...base, kind: 'file', driver: { type: 'loop', format: 'raw', origin }, source: at(from) },
      { ...base, kind: 'file', driver: { type: 'nbd', format: 'qcow2', origin }, source: at(from) },
    );
  });

const mount: fc.Arbitrary<Filesystem> = fc
  .record({ target, readOnly: fc.boolean(), from: path, usageKiB: kiB })
  .chain(({ target: to, readOnly, from, usageKiB }) => {
    const base = { target: at(to), readOnly, accessMode: 'passthrough' as const, origin };
    return fc.constantFrom<Filesystem>(
      { ...base, kind: 'mount', source: at(from) },
      { ...base, kind: 'bind', source: at(from) },
      { ...base, kind: 'ram', usageKiB },
    );
  });

const byte = fc.integer({ min: 0, max: 255 });
const hex = byte.map((value) => value.toString(16).padStart(2, '0'));
const mac = fc.tuple(hex, hex, hex, hex, hex).map((bytes) => `52:${bytes.join(':')}`);
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
const ipv6 = fc.integer({ min: 1, max: 65535 }).map((group) => `fd00::${group.toString(16)}`);

const addresses = fc.array(
  fc.oneof(
    fc.record({ address: ipv4, prefix: fc.integer({ min: 1, max: 32 }) }).map((each) => ({
      ...each,
      family: 'ipv4' as const,
      origin,
    })),
    fc.record({ address: ipv6, prefix: fc.integer({ min: 1, max: 128 }) }).map((each) => ({
      ...each,
      family: 'ipv6' as const,
      origin,
    })),
  ),
  { maxLength: 3 },
);
const routes = fc
  .tuple(fc.option(ipv4), fc.option(ipv6))
  .map(([four, six]) => [
    ...(four === null
      ? []
      : [{ family: 'ipv4' as const, address: '0.0.0.0', gateway: four, origin }]),
    ...(six === null ? [] : [{ family: 'ipv6' as const, address: '::', gateway: six, origin }]),
  ]);

const netInterface: fc.Arbitrary<Interface> = fc
  .tuple(
    optional('mac', mac.map(at)),
    optional('guest', word.map(at)),
    optional('mtu', fc.integer({ min: 68, max: 65535 }).map(at)),
    fc.record({ addresses, routes, link: fc.constantFrom('up' as const, 'down' as const).map(at) }),
  )
  .map((parts) => ({ ...parts[0], ...parts[1], ...parts[2], ...parts[3], origin }))
  .chain((base) =>
    fc
      .tuple(word, optional('target', word.map(at)))
      .chain(([name, end]) =>
        fc.constantFrom<Interface>(
          { ...base, ...end, kind: 'bridge', bridge: at(name) },
          { ...base, ...end, kind: 'ethernet', hostAddresses: [], hostRoutes: [] },
          { ...base, kind: 'direct', device: at(name), mode: 'vepa' },
          { ...base, kind: 'direct', device: at(name), mode: 'passthrough' },
        ),
      ),
  );

const netDevice: fc.Arbitrary<Hostdev> = fc
  .record({ interface: word.map(at), addresses, routes })
  .map((each) => ({ ...each, kind: 'net', origin }));
const node: fc.Arbitrary<Hostdev> = word.map((name) => ({
  kind: 'misc',
  char: at(`/dev/x-${name}`),
  origin,
}));

const numberSet: fc.Arbitrary<NumberSet> = fc
  .uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3 })
  .map((starts) =>
    starts.sort((a, b) => a - b).map((start) => [start * 4, start * 4 + 2] as const),
  );

const bigKiB = fc.integer({ min: 0, max: 2 ** 40 });
const count = fc.integer({ min: 1, max: 2 ** 31 });
const id = fc.integer({ min: 0, max: 2 ** 31 });

const limits = fc.tuple(
  kiB.chain((limit) =>
    fc
      .tuple(optional('softLimitKiB', bigKiB.map(at)), optional('swapHardLimitKiB', bigKiB.map(at)))
      .map(([soft, swap]) => ({
        memoryKiB: at(limit),
        currentMemoryKiB: at(limit),
        memtune: { hardLimitKiB: at(limit), ...soft, ...swap, origin },
      })),
  ),
  optional('cpuset', numberSet.map(at)).map((cpuset) => ({
    vcpu: { count: 1, placement: 'static' as const, ...cpuset, origin },
  })),
  optional(
    'cputune',
    fc
      .tuple(
        fc.integer({ min: 2, max: 10_000 }).map(at),
        optional('quotaUs', fc.constantFrom(-1n, 1000n, 250_000n).map(at)),
      )
      .chain(([shares, quota]) =>
        fc.constantFrom(
          { shares, origin },
          { shares, periodUs: at(50_000), quotaUs: at(-1n), ...quota, origin },
        ),
      ),
  ),
  optional(
    'numatune',
    numberSet.map((nodeset) => ({
      memory: { mode: 'strict' as const, placement: 'static' as const, nodeset, origin },
      origin,
    })),
  ),
  optional(
    'blkiotune',
    fc
      .record({
        weight: fc.integer({ min: 1, max: 1000 }),
        minor: byte,
        limit: count,
        bytes: fc.bigInt(1n, 2n ** 60n),
      })
      .map(({ weight, minor, limit, bytes }) => ({
        weight: at(weight),
        devices: [
          {
            path: `/dev/block/8:${minor}`,
            weight,
            readIopsPerSecond: limit,
            writeBytesPerSecond: bytes,
            origin,
          },
        ],
        origin,
      })),
  ),
);

const idmapOf = fc.record({ target: id, count }).map((each) => [{ start: 0, ...each, origin }]);
const idmap = fc.record({ uid: idmapOf, gid: idmapOf }).map((map) => ({ ...map, origin }));

const capabilities = fc
  .record({
    policy: fc.constantFrom('allow' as const, 'deny' as const),
    names: fc.subarray([...libvirtCapabilities]),
  })
  .map(({ policy, names }) => ({
    policy,
    states: names.map((name) => ({
      name,
      state: policy === 'allow' ? ('off' as const) : ('on' as const),
      origin,
    })),
    origin,
  }));

const os = fc
  .tuple(
    fc.constantFrom('/sbin/init', '/bin/sh', '/opt/é'),
    fc.array(oddWord, { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(word, oddWord), { selector: ([name]) => name, maxLength: 3 }),
    optional('arch', fc.constantFrom('x86_64', 'i686', 'aarch64', 'ppc64le').map(at)),
    optional('initDir', path.map(at)),
    optional(
      'initUser',
      id.map((user) => at(`+${user}`)),
    ),
    optional(
      'initGroup',
      id.map((group) => at(`+${group}`)),
    ),
  )
  .map(([init, args, env, arch, dir, user, group]) => ({
    origin,
    init: at(init),
    initArgs: args.map(at),
    initEnv: env.map(([name, value]) => ({ name, value, origin })),
    ...arch,
    ...dir,
    ...user,
    ...group,
  }));

const network = fc.oneof(
  fc.constant({ interfaces: [], hostdevs: [], privnet: undefined }),
  fc.constant({ interfaces: [], hostdevs: [], privnet: at(true as const) }),
  fc
    .record({
      interfaces: fc.array(netInterface, { maxLength: 3 }),
      hostdevs: fc.array(netDevice, { minLength: 1, maxLength: 2 }),
    })
    .map((devices) => ({ ...devices, privnet: undefined })),
);

const label = fc.constantFrom(
  [],
  [{ model: 'apparmor', type: 'none' as const, origin }],
  [{ model: 'apparmor', type: 'static' as const, relabel: false, label: 'lxc-box', origin }],
  [{ model: 'selinux', type: 'static' as const, relabel: false, label: 'a:b:c:s0', origin }],
);

const namespace = fc
  .constantFrom(
    { type: 'name' as const, value: 'other' },
    { type: 'pid' as const, value: '17' },
    { type: 'netns' as const, value: 'blue' },
  )
  .map((shared) => ({ sharenet: { ...shared, origin }, origin }));

/** Domains that a config of lxc can say in full. */
export const lxcDomain: fc.Arbitrary<Domain> = fc
  .record({
    name: fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/),
    root: fc.option(root, { nil: undefined }),
    mounts: fc.array(mount, { maxLength: 4 }),
    network,
    nodes: fc.array(node, { maxLength: 2 }),
    limits,
    os,
    idmap: optional('idmap', idmap),
    capabilities,
    consoles: fc.integer({ min: 0, max: 4 }),
    seclabels: label,
    namespace: optional('namespace', namespace),
  })
  .map((parts) => ({
    origin,
    name: at(parts.name),
    ...Object.assign({}, ...parts.limits),
    os: parts.os,
    ...parts.idmap,
    features: {
      capabilities: parts.capabilities,
      ...(parts.network.privnet === undefined ? {} : { privnet: parts.network.privnet }),
    },
    clock: { offset: 'utc', reset: false, timers: [], origin },
    onPoweroff: at('destroy'),
    onReboot: at('restart'),
    onCrash: at('destroy'),
    filesystems: [...(parts.root === undefined ? [] : [parts.root]), ...parts.mounts],
    interfaces: parts.network.interfaces,
    disks: [],
    hostdevs: [...parts.network.hostdevs, ...parts.nodes],
    consoles: Array.from({ length: parts.consoles }, () => ({ type: 'pty', origin })),
    seclabels: parts.seclabels,
    ...parts.namespace,
  }));
