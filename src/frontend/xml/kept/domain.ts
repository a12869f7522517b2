import { type Kept, keptValue } from '../../../ir/kept.ts';
import { toKiB, unitFactor } from '../units.ts';
import { type KeptRule, number, oneOf, onOff, set, size, text, yesNo } from './rule.ts';

const cache: KeptRule = {
  attributes: { level: number({ zero: 'dropped' }), mode: oneOf('emulate passthrough disable') },
};

/** A CPU of a model is a custom one. */
const withMode = (cpu: Kept): Kept =>
  cpu.attributes.some(({ name }) => name === 'mode') ||
  !cpu.children.some(({ name }) => name === 'model')
    ? cpu
    : { ...cpu, attributes: [{ name: 'mode', value: 'custom' }, ...cpu.attributes] };

/** The size in `attribute` is printed in KiB, whatever its unit. */
const inKiB =
  (attribute: string) =>
  (kept: Kept): Kept => {
    const bytes =
      BigInt(keptValue(kept, attribute) ?? 0) * (unitFactor(keptValue(kept, 'unit') ?? '') ?? 1n);
    const changed = new Map([
      [attribute, `${toKiB(bytes)}`],
      ['unit', 'KiB'],
    ]);
    return {
      ...kept,
      attributes: kept.attributes.map(({ name, value }) => ({
        name,
        value: changed.get(name) ?? value,
      })),
    };
  };

/** @see libvirt 9.0, src/util/virperf.c, virPerfEvent */
const perfEvent = oneOf(
  'cmt mbmt mbml cpu_cycles instructions cache_references cache_misses branch_instructions branch_misses bus_cycles stalled_cycles_frontend stalled_cycles_backend ref_cpu_cycles cpu_clock task_clock page_faults context_switches cpu_migrations page_faults_min page_faults_maj alignment_faults emulation_faults',
  { required: true },
);

/** @see libvirt 9.0, src/conf/cpu_conf.c, virCPUDefParseXML and virCPUDefFormatBufFull */
const cpu: KeptRule = {
  attributes: {
    mode: oneOf('custom host-model host-passthrough maximum', {
      phrase: 'Invalid mode attribute',
    }),
    match: oneOf('minimum exact strict'),
    check: oneOf('none partial full'),
    migratable: onOff(),
  },
  finish: withMode,
  children: {
    model: { attributes: { fallback: oneOf('allow forbid') }, text: text() },
    vendor: { text: text() },
    topology: {
      attributes: {
        sockets: number({ required: true, zero: 'refused' }),
        dies: number({ default: '1', zero: 'refused' }),
        cores: number({ required: true, zero: 'refused' }),
        threads: number({ required: true, zero: 'refused' }),
      },
    },
    cache,
    feature: {
      many: true,
      attributes: {
        policy: oneOf('force require optional disable forbid', { default: 'require' }),
        name: text({ required: true }),
      },
    },
    numa: {
      children: {
        cell: {
          many: true,
          finish: inKiB('memory'),
          attributes: {
            id: number(),
            cpus: set('cpuset'),
            memory: size({ required: true, xpath: true }),
            unit: text({ xpath: true, default: 'KiB' }),
            memAccess: oneOf('shared private'),
            discard: yesNo(),
          },
        },
      },
    },
  },
};

const entry: KeptRule & { readonly many: true } = {
  many: true,
  attributes: { name: text() },
  text: text(),
};

const entries = (name: string) => ({
  [name]: { children: { entry }, emptyIsDropped: true } as const,
});

/**
 * Elements of `<domain>` that have no effect on a container.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseXML
 */
export const domainRules = {
  memoryBacking: {
    children: {
      hugepages: {
        children: {
          page: {
            many: true,
            attributes: {
              size: size({ required: true, xpath: true, zero: 'refused' }),
              unit: text({ xpath: true, default: 'KiB' }),
              nodeset: set('nodeset'),
            },
            finish: inKiB('size'),
          },
        },
      },
      nosharepages: {},
      locked: {},
      source: {
        attributes: {
          type: oneOf('file anonymous memfd', {
            phrase: 'unknown memoryBacking/source/type',
            xpath: true,
          }),
        },
        emptyIsDropped: true,
      },
      access: {
        attributes: {
          mode: oneOf('shared private', {
            phrase: 'unknown memoryBacking/access/mode',
            xpath: true,
          }),
        },
        emptyIsDropped: true,
      },
      allocation: {
        attributes: {
          mode: oneOf('immediate ondemand', {
            phrase: 'unknown memoryBacking/allocation/mode',
            xpath: true,
          }),
          threads: number({ zero: 'dropped' }),
        },
        emptyIsDropped: true,
      },
      discard: {},
    },
    emptyIsDropped: true,
  },
  cpu,
  pm: {
    children: {
      'suspend-to-mem': { attributes: { enabled: yesNo() } },
      'suspend-to-disk': { attributes: { enabled: yesNo() } },
    },
    emptyIsDropped: true,
  },
  perf: {
    children: {
      event: {
        many: true,
        attributes: { name: perfEvent, enabled: yesNo({ required: true }) },
      },
    },
    emptyIsDropped: true,
  },
  sysinfo: {
    attributes: { type: oneOf('smbios fwcfg', { required: true }) },
    children: {
      ...entries('bios'),
      ...entries('system'),
      baseBoard: { many: true, children: { entry }, emptyIsDropped: true },
      ...entries('chassis'),
      ...entries('oemStrings'),
    },
  },
  keywrap: {
    children: {
      cipher: {
        many: true,
        attributes: {
          name: oneOf('aes dea', { required: true }),
          state: onOff({ required: true }),
        },
      },
    },
    emptyIsDropped: true,
  },
  launchSecurity: {
    attributes: { type: oneOf('sev s390-pv', { required: true }), kernelHashes: yesNo() },
    children: {
      cbitpos: { text: text() },
      reducedPhysBits: { text: text() },
      policy: { text: text() },
      dhCert: { text: text() },
      session: { text: text() },
    },
  },
} as const satisfies Readonly<Record<string, KeptRule>>;
