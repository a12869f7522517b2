import { hardLimitCounts, ignored, linkStaysDown } from '../diagnostics/catalog/advice.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Origin, spanOf } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';
import { isIdmapped } from '../ir/idmapped.ts';
import type { Kept } from '../ir/kept.ts';

/**
 * Tells what libvirt reads and never applies to a container. What dumpxml writes of its own accord is not
 * mentioned: a default says nothing.
 * @see libvirt 9.0, src/lxc, by what is not used there
 */
export function warnIgnored(domain: Domain): readonly Diagnostic[] {
  return [
    ...memory(domain),
    ...processors(domain),
    ...system(domain),
    ...clock(domain),
    ...filesystems(domain),
    ...interfaces(domain),
    ...otherDevices(domain),
  ].filter(({ span }) => span !== undefined); // what a pass made, nobody wrote
}

function* memory({
  memoryKiB,
  currentMemoryKiB,
  memtune,
  numatune,
}: Domain): Generator<Diagnostic> {
  if (currentMemoryKiB !== undefined && currentMemoryKiB.value !== memoryKiB?.value) {
    const instead = 'the limit is <memory>, or <hard_limit> of <memtune>';
    yield ignored('current-memory', '<currentMemory>', currentMemoryKiB.origin, instead);
  }
  if (memtune?.minGuaranteeKiB !== undefined) {
    const instead = '<soft_limit> says what is left to the container when memory is short';
    yield ignored('memtune', '<min_guarantee>', memtune.minGuaranteeKiB.origin, instead);
  }
  if (memtune?.hardLimitKiB !== undefined) yield hardLimitCounts(memtune.hardLimitKiB.origin);
  for (const { name, origin } of numatune?.kept ?? [])
    yield ignored('numatune', `<${name}>`, origin);
}

function* processors({ vcpu, cputune }: Domain): Generator<Diagnostic> {
  if (vcpu !== undefined && (vcpu.count !== 1 || vcpu.current !== undefined)) {
    const instead = "attribute 'cpuset' and <quota> of <cputune> limit the processors";
    yield ignored('vcpu-count', 'the number in <vcpu>', vcpu.origin, instead);
  }
  const told = new Set<Origin>();
  for (const { name, origin } of cputune?.kept ?? []) {
    if (told.has(origin)) continue; // one element about many threads
    told.add(origin);
    if (/pin$/.test(name)) {
      yield ignored('pin', `<${name}>`, origin, "use attribute 'cpuset' of <vcpu>");
    } else yield ignored('cputune', `<${name}>`, origin, '<shares>, <period> and <quota> have one');
  }
}

const backing: readonly string[] = ['memory', 'memoryBacking'];

function* system(domain: Domain): Generator<Diagnostic> {
  const { os, features, onLockFailure } = domain;
  for (const { name, origin } of domain.kept ?? []) {
    if (name === 'memory') yield ignored('memory-backing', "attribute 'dumpCore'", origin);
    else yield ignored(backing.includes(name) ? 'memory-backing' : 'os', `<${name}>`, origin);
  }
  if (os.machine !== undefined) yield ignored('os', "attribute 'machine'", os.machine.origin);
  for (const { name, origin } of os.kept ?? []) yield ignored('os', `<${name}>`, origin);
  for (const { name, origin } of features.kept ?? []) yield ignored('feature', `<${name}>`, origin);
  if (onLockFailure !== undefined) {
    yield ignored('event', '<on_lockfailure>', onLockFailure.origin);
  }
}

function* clock({ clock: given }: Domain): Generator<Diagnostic> {
  if (given === undefined) return;
  if (given.offset !== 'utc') {
    yield ignored('clock', `<clock offset='${given.offset}'>`, given.origin);
  }
  for (const { name, origin } of given.timers) {
    if (given.offset === 'localtime' && (name === 'rtc' || name === 'hpet')) continue;
    const instead = "with offset='localtime', rtc and hpet make the device nodes";
    yield ignored('timer', `<timer name='${name}'>`, origin, instead);
  }
}

function* filesystems(domain: Domain): Generator<Diagnostic> {
  for (const each of domain.filesystems) {
    const { accessMode, keptAttributes = [], kept = [], origin } = each;
    if (accessMode !== undefined && accessMode !== 'passthrough' && !isIdmapped(each, domain)) {
      const instead = "a container passes ownership through; with <idmap>, 'mapped' maps it";
      yield ignored('filesystem', `accessmode '${accessMode}'`, origin, instead);
    }
    if (each.spaceHardLimitBytes !== undefined || each.spaceSoftLimitBytes !== undefined) {
      const instead = "only a file system of type 'ram' has a limit";
      yield ignored('filesystem', 'a limit of space', origin, instead);
    }
    for (const { name } of keptAttributes) {
      yield ignored('filesystem', `attribute '${name}'`, origin);
    }
    yield* all('filesystem', kept);
  }
}

function* interfaces(domain: Domain): Generator<Diagnostic> {
  for (const { kept = [], keptAttributes = [], addresses, link, origin } of domain.interfaces) {
    for (const { name } of keptAttributes)
      yield ignored('interface', `attribute '${name}'`, origin);
    yield* all('interface', kept);
    if (addresses.length === 0 && link?.value !== 'up') yield linkStaysDown(origin);
  }
}

function* otherDevices(domain: Domain): Generator<Diagnostic> {
  for (const { kept = [], origin } of domain.disks) {
    // The reader gives a disk an address, as libvirt does: nobody wrote that.
    const written = kept.filter((each) => spanOf(each.origin)?.start !== spanOf(origin)?.start);
    yield* all('disk', written);
  }
  for (const { kept = [] } of domain.hostdevs) yield* all('hostdev', kept);
  for (const { targetType, kept = [], origin } of domain.consoles) {
    if (targetType !== undefined && targetType !== 'lxc') {
      yield ignored('console', `<target type='${targetType}'>`, origin);
    }
    yield* all('console', kept);
  }
  yield* all('device', domain.keptDevices ?? []);
}

function* all(area: Parameters<typeof ignored>[0], kept: readonly Kept[]): Generator<Diagnostic> {
  for (const { name, origin } of kept) yield ignored(area, `<${name}>`, origin);
}
