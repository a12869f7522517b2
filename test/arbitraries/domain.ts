import fc from 'fast-check';
import { type Located, located, madeBy, type Origin } from '../../src/diagnostics/origin.ts';
import type { Clock, Timer } from '../../src/ir/clock.ts';
import type { Domain } from '../../src/ir/domain.ts';
import type { Filesystem } from '../../src/ir/filesystem.ts';
import type { Hostdev } from '../../src/ir/hostdev.ts';
import type { Interface, IpAddress, Route } from '../../src/ir/interface.ts';
import type { Kept } from '../../src/ir/kept.ts';
import type { NumberSet } from '../../src/ir/tuning.ts';
import { libvirtCapabilities } from '../../src/linux/capabilities.ts';

const origin: Origin = madeBy('arbitrary');

const at = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Located<T>> =>
  value.map((each) => located(each, origin));

/** A record whose members may all be absent, but for `required`. */
const some = <T extends object, K extends keyof T>(
  members: { [P in keyof T]: fc.Arbitrary<T[P]> },
  ...required: readonly K[]
) => fc.record<T, K>(members, { requiredKeys: [...required] });

const withOrigin = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T & { origin: Origin }> =>
  value.map((each) => ({ ...each, origin }));

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);

/** Text with everything that XML escapes. */
const text = fc.stringMatching(/^[a-zA-Z0-9 .:_<>&'"é€-]{1,20}$/);

const path = fc.stringMatching(/^(\/[a-z<&'"é .]{1,8}){1,4}$/);

export interface Options {
  /** libvirt prints some texts without escaping them: only harmless ones. */
  readonly harmless: boolean;
}

const number = (min: number, max: number) => fc.integer({ min, max });
const id32 = fc.integer({ min: 0, max: 0xffffffff });
const uint64 = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n });
const kib = fc.integer({ min: 1, max: 2 ** 40 });

const numberSet: fc.Arbitrary<NumberSet> = fc
  .uniqueArray(number(0, 300), { minLength: 1, maxLength: 8 })
  .map((members) => {
    const ranges: [number, number][] = [];
    for (const member of members.sort((a, b) => a - b)) {
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === member - 1) last[1] = member;
      else ranges.push([member, member]);
    }
    return ranges;
  });

const uuid = fc.uuid();

const mac = fc
  .array(number(0, 255), { minLength: 6, maxLength: 6 })
  .map(([first = 0, ...rest]) =>
    [first & 0xfe, ...rest].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
  );

const ipv4 = fc.array(number(0, 255), { minLength: 4, maxLength: 4 }).map((b) => b.join('.'));

const address: fc.Arbitrary<IpAddress> = withOrigin(
  fc.oneof(
    some(
      { address: ipv4, family: fc.constant('ipv4' as const), prefix: number(1, 32), peer: ipv4 },
      'address',
      'family',
    ),
    some(
      {
        address: fc.constantFrom('::1', 'fe80::5054:ff:fe00:1', '2001:db8::1:0:0:1'),
        family: fc.constant('ipv6' as const),
        prefix: number(1, 128),
      },
      'address',
      'family',
    ),
  ),
);

const route: fc.Arbitrary<Route> = fc
  .tuple(number(8, 30), number(1, 2 ** 31), ipv4, fc.option(number(1, 500)), fc.boolean())
  .map(([prefix, bits, gateway, metric, family]) => {
    const network = Math.floor(bits / 2 ** (32 - prefix)) * 2 ** (32 - prefix);
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256);
    return {
      ...(family ? { family: 'ipv4' as const } : {}),
      address: parts.join('.'),
      prefix,
      gateway,
      ...(metric === null ? {} : { metric }),
      origin,
    };
  });

const filesystem = ({ harmless }: Options): fc.Arbitrary<Filesystem> =>
  fc
    .tuple(
      some(
        {
          target: at(path),
          readOnly: fc.boolean(),
          accessMode: fc.constantFrom('passthrough', 'mapped', 'squash'),
          spaceHardLimitBytes: uint64,
          spaceSoftLimitBytes: uint64,
          driver: withOrigin(
            some(
              {
                type: fc.constantFrom('loop', 'nbd', 'path', 'handle'),
                format: fc.constantFrom('raw', 'qcow2'),
              },
              'type',
            ),
          ),
        },
        'target',
        'readOnly',
      ),
      fc.oneof(
        fc.record({
          kind: fc.constantFrom('mount', 'bind', 'block', 'file', 'template'),
          source: at(path),
        }),
        fc.record({ kind: fc.constant('ram'), usageKiB: kib }),
        fc.record({
          kind: fc.constant('socket'),
          type: fc.constantFrom('mount', 'bind'),
          socket: at(path),
        }),
        fc.record({
          kind: fc.constant('volume'),
          pool: harmless ? word : text,
          volume: harmless ? word : text,
        }),
      ),
    )
    .map(([base, kind]) => ({ ...base, ...kind, origin }) as Filesystem);

const limit = withOrigin(some({ average: uint64, peak: uint64, burst: uint64 }, 'average'));

const bandwidth = withOrigin(some({ inbound: limit, outbound: limit }, 'inbound'));

const vlan = fc.uniqueArray(number(0, 4095), { minLength: 1, maxLength: 3 }).chain((ids) =>
  fc.record({
    trunk: ids.length > 1 ? fc.constant(true) : fc.boolean(),
    tags: fc.constant(ids.map((id) => ({ id }))),
    origin: fc.constant(origin),
  }),
);

const openvswitch = withOrigin(
  some(
    { type: fc.constant('openvswitch' as const), interfaceId: uuid, profileId: word },
    'type',
    'interfaceId',
  ),
);

/** Those that a container can have, and that need a host. */
const kinds = ({ harmless }: Options) => {
  const name = harmless ? word : text;
  return fc.oneof(
    some(
      {
        kind: fc.constant('network'),
        network: at(name),
        portgroup: name,
        virtualport: openvswitch,
      },
      'kind',
      'network',
    ),
    some(
      {
        kind: fc.constant('bridge'),
        bridge: at(name),
        virtualport: openvswitch,
      },
      'kind',
      'bridge',
    ),
    fc.record({
      kind: fc.constant('bridge'),
      bridge: at(name),
      isolated: at(fc.boolean()),
    }),
    fc.record({
      kind: fc.constant('direct'),
      device: at(name),
      mode: fc.constantFrom('vepa', 'private', 'bridge', 'passthrough'),
    }),
    fc.record({
      kind: fc.constant('ethernet'),
      hostAddresses: fc.array(address, { maxLength: 2 }),
      hostRoutes: fc.array(route, { maxLength: 1 }),
    }),
  );
};

const kept = (name: string, attributes: fc.Arbitrary<Kept['attributes']>): fc.Arbitrary<Kept> =>
  attributes.map((list) => ({ name, attributes: list, children: [], origin }));

const model = kept(
  'model',
  fc
    .constantFrom('virtio', 'e1000', 'rtl8139', 'netfront')
    .map((value) => [{ name: 'type', value }]),
);

const boot = kept(
  'boot',
  number(1, 1000).map((order) => [{ name: 'order', value: `${order}` }]),
);

const networkInterface = (options: Options): fc.Arbitrary<Interface> =>
  fc
    .tuple(
      some(
        {
          mac: at(mac),
          target: at(word.map((name) => `t${name}`)),
          guest: at(word),
          addresses: fc.array(address, { maxLength: 2 }),
          routes: fc.array(route, { maxLength: 2 }),
          link: at(fc.constantFrom('up', 'down')),
          mtu: at(number(1, 65535)),
          bandwidth,
          vlan,
          script: at(path),
          kept: fc.oneof(model, boot).map((each) => [each]),
        },
        'mac',
        'addresses',
        'routes',
      ),
      kinds(options),
    )
    .map(([base, kind]) => ({ ...base, ...kind, origin }) as Interface);

const hostdev: fc.Arbitrary<Hostdev> = fc
  .oneof(
    fc.record({ kind: fc.constant('storage'), block: at(path) }),
    fc.record({ kind: fc.constant('misc'), char: at(path) }),
    fc.record({
      kind: fc.constant('net'),
      interface: at(word),
      addresses: fc.array(address, { maxLength: 2 }),
      routes: fc.array(route, { maxLength: 1 }),
    }),
    fc.record({
      kind: fc.constant('usb'),
      managed: fc.boolean(),
      vendor: number(1, 0xffff),
      product: number(0, 0xffff),
    }),
  )
  .map((each) => ({ ...each, origin }) as Hostdev);

/** What makes two host devices the same. */
const identity = (each: Hostdev): string =>
  JSON.stringify({ ...each, managed: 0, addresses: 0, routes: 0 });

const timer: fc.Arbitrary<Timer> = withOrigin(
  some(
    {
      name: fc.constantFrom('platform', 'pit', 'rtc', 'hpet', 'armvtimer'),
      present: fc.boolean(),
      tickpolicy: fc.constantFrom('delay', 'catchup', 'merge', 'discard'),
    },
    'name',
  ),
);

const seconds = fc.bigInt({ min: -(1n << 40n), max: 1n << 40n });

const clock = ({ harmless }: Options): fc.Arbitrary<Clock> =>
  fc
    .tuple(
      fc.record({ timers: fc.uniqueArray(timer, { maxLength: 3, selector: ({ name }) => name }) }),
      fc.oneof(
        fc.record({ offset: fc.constantFrom('utc', 'localtime'), reset: fc.boolean() }),
        fc.record({
          offset: fc.constant('variable'),
          adjustmentSeconds: seconds,
          basis: fc.constantFrom('utc', 'localtime'),
        }),
        fc.record({ offset: fc.constant('timezone'), timezone: harmless ? word : text }),
        fc.record({ offset: fc.constant('absolute'), startSeconds: uint64 }),
      ),
    )
    .map(([timers, offset]) => ({ ...timers, ...offset, origin }) as Clock);

const idmapEntries = fc
  .tuple(id32, id32, fc.uniqueArray(number(1, 1e9), { maxLength: 3 }))
  .map(([target, count, starts]) =>
    [0, ...starts.sort((a, b) => a - b)].map((start) => ({ start, target, count, origin })),
  );

const shared = (value: fc.Arbitrary<string>) =>
  withOrigin(fc.record({ type: fc.constantFrom('name', 'pid', 'netns'), value }));

const capabilityStates = fc.subarray([...libvirtCapabilities]).chain((names) =>
  fc
    .array(fc.constantFrom('on' as const, 'off' as const), {
      minLength: names.length,
      maxLength: names.length,
    })
    .map((states) => names.map((name, i) => ({ name, state: states[i] ?? 'on', origin }))),
);

const capabilities = fc
  .record({ policy: fc.constantFrom('default', 'allow', 'deny'), states: capabilityStates })
  .filter(({ policy, states }) => policy !== 'default' || states.length > 0);

const features = fc
  .tuple(
    fc.boolean(),
    fc.option(withOrigin(capabilities)),
    fc.subarray(['acpi', 'pae', 'viridian']),
  )
  .map(([privnet, list, flags]) => ({
    ...(privnet ? { privnet: located(true as const, origin) } : {}),
    ...(list === null ? {} : { capabilities: list }),
    ...(flags.length === 0
      ? {}
      : { kept: flags.map((name) => ({ name, attributes: [], children: [], origin })) }),
  }));

const memory = kib.chain((memoryKiB) =>
  fc.tuple(fc.constant(memoryKiB), fc.integer({ min: 1, max: memoryKiB })),
);

const action = fc.constantFrom('destroy', 'restart', 'rename-restart', 'preserve');

const blkioDevice = withOrigin(
  some(
    {
      path,
      weight: number(1, 1000),
      readIopsPerSecond: id32.filter((n) => n > 0),
      writeIopsPerSecond: id32.filter((n) => n > 0),
      readBytesPerSecond: uint64,
      writeBytesPerSecond: uint64,
    },
    'path',
    'weight',
  ),
);

const vcpu = fc
  .tuple(number(1, 64), number(1, 64), fc.option(at(numberSet)))
  .map(([a, b, cpuset]) => ({
    count: Math.max(a, b),
    placement: 'static' as const,
    ...(a === b ? {} : { current: Math.min(a, b) }),
    ...(cpuset === null ? {} : { cpuset }),
    origin,
  }));

const os = ({ harmless }: Options) => {
  const raw = harmless ? word : text;
  return withOrigin(
    some(
      {
        arch: at(fc.constantFrom('x86_64', 'i686')),
        init: at(path),
        initArgs: fc.array(at(text), { maxLength: 3 }),
        initEnv: fc.array(withOrigin(fc.record({ name: word, value: raw })), { maxLength: 3 }),
        initDir: at(path),
        initUser: at(raw),
        initGroup: at(raw),
        cmdline: at(text),
        machine: at(raw),
      },
      'arch',
      'init',
      'initArgs',
      'initEnv',
    ),
  );
};

/** Domains as they are once defined: complete, and with all that LXC knows. */
export const domains = (options: Options): fc.Arbitrary<Domain> => {
  const raw = options.harmless ? word : text;
  const optional = some({
    title: at(text),
    description: at(text),
    memtune: withOrigin(
      some(
        {
          hardLimitKiB: at(kib),
          softLimitKiB: at(kib),
          minGuaranteeKiB: at(kib),
          swapHardLimitKiB: at(kib),
        },
        'hardLimitKiB',
      ),
    ),
    vcpu,
    cputune: withOrigin(
      some(
        {
          shares: at(number(2, 262144)),
          periodUs: at(number(1000, 1000000)),
          quotaUs: at(fc.bigInt({ min: 1000n, max: 17592186044415n })),
        },
        'shares',
      ),
    ),
    blkiotune: withOrigin(
      some(
        {
          weight: at(number(1, 1000)),
          devices: fc.uniqueArray(blkioDevice, { maxLength: 2, selector: (each) => each.path }),
        },
        'weight',
        'devices',
      ),
    ),
    numatune: fc
      .record({
        mode: fc.constantFrom('strict', 'preferred', 'interleave', 'restrictive'),
        nodeset: numberSet,
      })
      .map((given) => ({ memory: { ...given, placement: 'static' as const, origin }, origin })),
    idmap: fc.tuple(idmapEntries, idmapEntries).map(([uid, gid]) => ({ uid, gid, origin })),
    resource: withOrigin(some({ partition: at(path) }, 'partition')),
    clock: clock(options),
    onPoweroff: at(action),
    onReboot: at(action),
    onCrash: at(fc.oneof(action, fc.constantFrom('coredump-destroy', 'coredump-restart'))),
    onLockFailure: at(fc.constantFrom('poweroff', 'restart', 'pause', 'ignore')),
    namespace: withOrigin(
      some({ sharenet: shared(raw), shareipc: shared(raw), shareuts: shared(raw) }, 'sharenet'),
    ),
  });
  const required = fc.record({
    name: at(text.filter((name) => !name.includes('/'))),
    uuid: at(uuid),
    memory,
    os: os(options),
    features,
    emulator: at(path),
    filesystems: fc.array(filesystem(options), { maxLength: 3 }),
    interfaces: fc.array(networkInterface(options), { maxLength: 2 }),
    hostdevs: fc.uniqueArray(hostdev, { maxLength: 2, selector: identity }),
    consoles: fc.array(fc.constant({ type: 'pty', origin }), { maxLength: 3 }),
  });
  return fc.tuple(required, optional).map(
    ([
      {
        memory: [all, current],
        ...rest
      },
      more,
    ]) =>
      ({
        origin,
        ...more,
        ...rest,
        memoryKiB: located(all, origin),
        currentMemoryKiB: located(current, origin),
        disks: [],
        seclabels: [],
      }) as Domain,
  );
};
