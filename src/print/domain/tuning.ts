import { formatNumberSet } from '../../ir/number-set.ts';
import type { BlkioDevice, Blkiotune, Cputune, Memtune, Numatune, Vcpu } from '../../ir/tuning.ts';
import { element, nonEmptyElement, type Printed, textElement } from '../element.ts';

export function printMemtune(memtune: Memtune | undefined): Printed | undefined {
  if (memtune === undefined) return undefined;
  const { hardLimitKiB, softLimitKiB, minGuaranteeKiB, swapHardLimitKiB } = memtune;
  const unit = { unit: 'KiB' };
  return nonEmptyElement('memtune', [
    textElement('hard_limit', hardLimitKiB?.value, unit),
    textElement('soft_limit', softLimitKiB?.value, unit),
    textElement('min_guarantee', minGuaranteeKiB?.value, unit),
    textElement('swap_hard_limit', swapHardLimitKiB?.value, unit),
  ]);
}

export const printVcpu = (vcpu: Vcpu | undefined): Printed | undefined =>
  textElement('vcpu', vcpu?.count ?? 1, {
    placement: vcpu?.placement ?? 'static',
    cpuset: vcpu?.cpuset === undefined ? undefined : formatNumberSet(vcpu.cpuset.value),
    current: vcpu?.current,
  });

export const printCputune = (cputune: Cputune | undefined): Printed | undefined =>
  cputune &&
  nonEmptyElement('cputune', [
    textElement('shares', cputune.shares?.value),
    textElement('period', cputune.periodUs?.value),
    textElement('quota', cputune.quotaUs?.value),
    ...(cputune.kept ?? []),
  ]);

export const printBlkiotune = (blkiotune: Blkiotune | undefined): Printed | undefined =>
  blkiotune &&
  nonEmptyElement('blkiotune', [
    textElement('weight', blkiotune.weight?.value),
    ...blkiotune.devices.map(printBlkioDevice),
  ]);

const printBlkioDevice = (device: BlkioDevice): Printed =>
  element('device', {}, [
    textElement('path', device.path),
    textElement('weight', device.weight),
    textElement('read_iops_sec', device.readIopsPerSecond),
    textElement('write_iops_sec', device.writeIopsPerSecond),
    textElement('read_bytes_sec', device.readBytesPerSecond),
    textElement('write_bytes_sec', device.writeBytesPerSecond),
  ]);

export function printNumatune(numatune: Numatune | undefined): Printed | undefined {
  const memory = numatune?.memory;
  if (numatune === undefined) return undefined;
  return nonEmptyElement('numatune', [
    memory &&
      element('memory', {
        mode: memory.mode,
        nodeset: memory.nodeset === undefined ? undefined : formatNumberSet(memory.nodeset),
        placement: memory.placement === 'auto' ? 'auto' : undefined,
      }),
    ...(numatune.kept ?? []),
  ]);
}
