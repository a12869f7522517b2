import { flag, type KeptRule, number, number64, oneOf, onOff, text } from './rule.ts';

const state: KeptRule = { attributes: { state: onOff({ default: 'on' }) } };
const requiredState: KeptRule = { attributes: { state: onOff({ required: true }) } };

/** `<hyperv>` and `<kvm>`: switches, each with a state. */
const switches = (names: string): Readonly<Record<string, KeptRule>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, requiredState]));

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainFeaturesDefParse and virDomainDefFormatFeatures */
export const featureRules: Readonly<Record<string, KeptRule>> = {
  acpi: flag,
  apic: { attributes: { eoi: onOff() } },
  pae: flag,
  hap: state,
  viridian: flag,
  hyperv: {
    attributes: { mode: oneOf('none custom passthrough', { default: 'custom' }) },
    children: {
      ...switches('relaxed vapic'),
      spinlocks: {
        attributes: { state: onOff({ required: true }), retries: number() },
      },
      ...switches('vpindex runtime synic'),
      stimer: {
        attributes: { state: onOff({ required: true }) },
        children: { direct: requiredState },
      },
      ...switches('reset'),
      vendor_id: { attributes: { state: onOff({ required: true }), value: text() } },
      ...switches('frequencies reenlightenment tlbflush ipi evmcs avic'),
    },
  },
  kvm: { children: switches('hidden hint-dedicated poll-control pv-ipi dirty-ring') },
  pvspinlock: state,
  pmu: state,
  vmport: state,
  gic: { attributes: { version: oneOf('host 2 3') } },
  smm: {
    attributes: { state: onOff({ default: 'on' }) },
    children: { tseg: { attributes: { unit: text() }, text: number64() } },
  },
  ioapic: { attributes: { driver: oneOf('qemu kvm') } },
  hpt: {
    attributes: { resizing: oneOf('enabled disabled required') },
    emptyIsDropped: true,
  },
  vmcoreinfo: state,
  htm: requiredState,
  'nested-hv': requiredState,
  msrs: { attributes: { unknown: oneOf('ignore fault', { required: true }) } },
  'ccf-assist': requiredState,
  xen: {
    children: {
      e820_host: requiredState,
      passthrough: {
        attributes: { state: onOff({ required: true }), mode: oneOf('sync_pt share_pt') },
      },
    },
  },
  cfpc: { attributes: { value: oneOf('broken workaround fixed', { required: true }) } },
  sbbc: { attributes: { value: oneOf('broken workaround fixed', { required: true }) } },
  ibs: {
    attributes: {
      value: oneOf('broken workaround fixed-ibs fixed-ccd fixed-na', { required: true }),
    },
  },
  tcg: {
    children: { 'tb-cache': { attributes: { unit: text() }, text: number64() } },
    emptyIsDropped: true,
  },
};
