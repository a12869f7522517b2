import {
  initMissing,
  memoryMissing,
  nameWithNewline,
  nameWithSlash,
  wrongRoot,
} from '../../diagnostics/catalog/definition.ts';
import { tooManyFaults } from '../../diagnostics/catalog/xml.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { type Located, located, source, spanOf } from '../../diagnostics/origin.ts';
import type { Domain } from '../../ir/domain.ts';
import { type Kept, keptValue } from '../../ir/kept.ts';
import type { Cputune, Numatune, Vcpu } from '../../ir/tuning.ts';
import type { Understood } from '../understood.ts';
import { readBlkiotune } from './blkiotune.ts';
import { readClock } from './clock.ts';
import { readCputune } from './cputune.ts';
import { readDevices } from './devices.ts';
import { readEvents } from './events.ts';
import { readFeatures } from './features.ts';
import { readDomainType, readGenid, readName, readTitle, readUuid } from './identity.ts';
import { readIdmap } from './idmap.ts';
import { readIothreads } from './iothreads.ts';
import { domainRules } from './kept/domain.ts';
import { keep, keepOne } from './kept/keep.ts';
import { type Memory, readMemory, readMemtune } from './memory.ts';
import { readMetadata } from './metadata.ts';
import { readNamespace } from './namespace.ts';
import { readNumatune } from './numatune.ts';
import { readInit, readOsType } from './os.ts';
import { parseXml } from './parse.ts';
import { given, type Host, MOST_FAULTS, Reading, TooManyFaults } from './reading.ts';
import { readResource } from './resource.ts';
import { readSeclabels } from './seclabel.ts';
import type { XmlElement } from './tree.ts';
import { unknownParts } from './unknown.ts';
import { readVcpu } from './vcpu.ts';

export interface ReadXml {
  /** Only without errors. */
  readonly domain?: Domain;
  /** With errors: what could be understood all the same. */
  readonly understood?: Understood;
  /** The faults in the order in which libvirt would meet them, then what it drops without a word. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * libvirt LXC domain XML as a Domain, with all faults in one run.
 * @param host what a libvirt there offers; without it only that is refused which no host offers
 * @see https://libvirt.org/formatdomain.html
 */
export function readXml(file: string, text: string, host?: Host): ReadXml {
  const { root, diagnostics } = parseXml(file, text);
  if (root === undefined) return { diagnostics };
  if (root.localName !== 'domain') return { diagnostics: [wrongRoot(root.localName, root.span)] };
  const reading = new Reading(host);
  try {
    const domain = readDomain(reading, root);
    const all = [...reading.allDiagnostics(), ...unknownParts(reading, root), ...diagnostics];
    if (!hasErrors(all)) return { domain, diagnostics: all };
    return { understood: { domain, doubts: doubtsOf(root, all) }, diagnostics: all };
  } catch (cause) {
    if (!(cause instanceof TooManyFaults)) throw cause;
    const found = reading.allDiagnostics();
    return { diagnostics: [...found, tooManyFaults(MOST_FAULTS, found.at(-1)?.span)] };
  }
}

/** The names of the elements that have an error in them, or that one is about. */
function doubtsOf(root: XmlElement, diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
  const doubts = new Set<string>();
  const places = diagnostics
    .flatMap(({ severity, span }) => (severity === 'error' && span ? [span.start] : []))
    .sort((a, b) => a - b);
  let next = 0;
  for (const { localName, start, end } of root.children) {
    while (next < places.length && places[next]! < start) next++;
    if (next < places.length && places[next]! < end) doubts.add(localName);
  }
  if (!root.children.some(({ localName }) => localName === 'name')) doubts.add('name');
  return doubts;
}

/**
 * In libvirt's order, so that its first error is ours.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseXML
 */
function readDomain(reading: Reading, root: XmlElement): Domain {
  const optional = (name: keyof typeof domainRules) =>
    keepOne(reading, root, name, domainRules[name]);
  const name = readName(reading, root);
  const uuid = readUuid(reading, root);
  const genid = readGenid(reading, root);
  const domainType = readDomainType(reading, root);
  const osType = readOsType(reading, root, domainType);
  const title = readTitle(reading, root);
  const description = reading.text(root, 'description');
  const seclabels = readSeclabels(reading, root);
  reading.seclabels = seclabels;
  const givenMemory = readMemory(reading, root);
  const dumpCore = keepDumpCore(reading, root);
  const memoryBacking = optional('memoryBacking');
  const blkiotune = readBlkiotune(reading, root);
  const memtune = readMemtune(reading, root);
  const givenVcpu = readVcpu(reading, root);
  const iothreads = readIothreads(reading, root);
  const count = givenVcpu?.count ?? 1;
  const cputune = readCputune(reading, root, {
    vcpus: count,
    current: givenVcpu?.current ?? count,
    iothreads: iothreads.ids,
  });
  const cpu = optional('cpu');
  const memory = withCells(givenMemory, cpu);
  const numatune = readNumatune(reading, root, givenVcpu, cells(cpu).length);
  const vcpu = placed(givenVcpu, numatune, cputune);
  const resource = readResource(reading, root);
  const features = readFeatures(reading, root);
  const events = readEvents(reading, root);
  const [pm, perf] = [optional('pm'), optional('perf')];
  const clock = readClock(reading, root);
  const os = readInit(reading, root, osType);
  const devices = readDevices(reading, root);
  const launchSecurity = optional('launchSecurity');
  const idmap = readIdmap(reading, root);
  const sysinfo = keepAllOf(reading, root, 'sysinfo');
  const keywrap = optional('keywrap');
  const metadata = readMetadata(reading, root);
  const namespace = readNamespace(reading, root);
  const bootloader = keepBootloader(reading, root);
  checkComplete(reading, root, { name, init: os.init, memory: memory.memoryKiB, cpu });
  const kept = [
    genid,
    dumpCore,
    memoryBacking,
    ...iothreads.kept,
    ...sysinfo,
    ...bootloader,
    cpu,
    pm,
    perf,
    keywrap,
    launchSecurity,
  ].filter((each) => each !== undefined);
  return {
    origin: source(root.span),
    name: name ?? located('', source(root.span)), // its absence is an error
    ...given({ uuid, title, description, metadata, ...memory, blkiotune, memtune }),
    ...given({ vcpu, cputune, numatune, resource, clock, idmap, namespace, ...events }),
    os,
    features,
    seclabels,
    ...devices,
    ...(kept.length === 0 ? {} : { kept }),
  };
}

/** Where the memory is chosen by numad, so are the CPUs, unless they are given. */
function placed(
  vcpu: Vcpu | undefined,
  numatune: Numatune | undefined,
  cputune: Cputune | undefined,
): Vcpu | undefined {
  const isAuto = numatune?.memory?.placement === 'auto';
  const isPinned = cputune?.kept?.some(({ name }) => name === 'vcpupin') ?? false;
  if (!isAuto || isPinned || vcpu?.cpuset !== undefined) return vcpu;
  return { ...(vcpu ?? { count: 1, origin: numatune.origin }), placement: 'auto' };
}

const cells = (cpu: Kept | undefined): readonly Kept[] =>
  cpu?.children.find(({ name }) => name === 'numa')?.children ?? [];

/** Without `<memory>` it is that of all cells. @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefSetMemoryTotal */
function withCells(memory: Memory, cpu: Kept | undefined): Memory {
  const sizes = cells(cpu).map((cell) => Number(keptValue(cell, 'memory') ?? 0));
  if (memory.memoryKiB?.value || cpu === undefined || sizes.length === 0) return memory;
  const sum = sizes.reduce((total, size) => total + size, 0);
  return { ...memory, memoryKiB: located(sum, cpu.origin) };
}

interface Parts {
  readonly name: Located<string> | undefined;
  readonly init: Located<string> | undefined;
  readonly memory: Located<number> | undefined;
  readonly cpu: Kept | undefined;
}

/** @see libvirt 9.0, src/conf/domain_postparse.c, virDomainDefPostParseCommon */
function checkComplete(reading: Reading, root: XmlElement, parts: Parts): void {
  const { name, init, memory, cpu } = parts;
  const [os] = reading.many(root, 'os');
  if (init === undefined) reading.late('init', initMissing((os ?? root).span));
  const [element] = reading.many(root, 'memory');
  const isFaulty = element !== undefined && memory === undefined && hasErrors(reading.diagnostics);
  if (!memory?.value && cells(cpu).length === 0 && !isFaulty) {
    reading.late('memory', memoryMissing((element ?? root).span));
  }
  if (name === undefined) return;
  const at = spanOf(name.origin);
  if (name.value.includes('/')) reading.late('features', nameWithSlash(name.value, at));
  if (name.value.includes('\n')) reading.late('name', nameWithNewline(at));
}

/** An attribute of `<memory>` that concerns dumps of virtual machines. */
function keepDumpCore(reading: Reading, root: XmlElement): Kept | undefined {
  const memory = reading.one(root, 'memory');
  const value = memory && reading.oneOf(memory, 'dumpCore', ['on', 'off']);
  if (memory === undefined || value === undefined) return undefined;
  return {
    name: 'memory',
    attributes: [{ name: 'dumpCore', value }],
    children: [],
    origin: source(memory.span),
  };
}

function keepAllOf(
  reading: Reading,
  root: XmlElement,
  name: keyof typeof domainRules,
): readonly Kept[] {
  return reading
    .many(root, name)
    .flatMap((element) => keep(reading, element, domainRules[name]) ?? []);
}

/** Its arguments are printed only behind it. */
function keepBootloader(reading: Reading, root: XmlElement): readonly Kept[] {
  const texts = ['bootloader', 'bootloader_args'].map((name) => {
    const text = reading.text(root, name);
    return text && { name, attributes: [], children: [], text: text.value, origin: text.origin };
  });
  return texts[0] === undefined ? [] : texts.filter((each) => each !== undefined);
}
