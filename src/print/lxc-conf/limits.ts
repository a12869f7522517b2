import { clamped, noKey, noNumaMode, pathWithoutNumber } from '../../diagnostics/catalog/ledger.ts';
import type { Domain } from '../../ir/domain.ts';
import {
  type CgroupFile,
  type CgroupSetting,
  type Controller,
  cgroupSettings,
  type DeviceNumberOf,
} from '../../libvirt/cgroup-settings.ts';
import type { CgroupVersions, ConfWriter } from './writer.ts';

const order: readonly Controller[] = ['memory', 'cpu', 'cpuset', 'io'];

/** The limits as files of cgroups, of either version or of both. */
export function writeLimits(out: ConfWriter, domain: Domain, versions: CgroupVersions): void {
  out.section('limits');
  const all: readonly CgroupSetting[] = Object.values(cgroupSettings);
  for (const controller of order) {
    for (const setting of all.filter((each) => each.controller === controller)) {
      if (setting === cgroupSettings.memoryNodes && !isStrict(domain)) continue;
      if (versions !== 'v2') write(out, domain, setting.element, 'lxc.cgroup', setting.v1);
      if (versions !== 'v1') write(out, domain, setting.element, 'lxc.cgroup2', setting.v2);
    }
  }
  const { memtune, numatune, blkiotune } = domain;
  if (memtune?.minGuaranteeKiB !== undefined) {
    out.lost('<min_guarantee>', memtune.minGuaranteeKiB.origin, noKey('a guarantee'));
  }
  if (numatune?.memory !== undefined && !isStrict(domain)) {
    const { mode, nodeset, origin } = numatune.memory;
    out.lost('<numatune>', origin, noNumaMode(nodeset === undefined ? 'auto' : mode));
  }
  for (const { path, origin } of blkiotune?.devices ?? []) {
    if (numberInPath(path) === undefined) out.lost('<device>', origin, pathWithoutNumber(path));
  }
}

function write(
  out: ConfWriter,
  domain: Domain,
  element: string,
  key: string,
  file: CgroupFile | undefined,
): void {
  for (const { text, origin, clamped: to } of file?.values(domain, numberInPath) ?? []) {
    if (to !== undefined) out.changed(element, origin, clamped(to));
    out.set(`${key}.${file?.file}`, text, element, origin);
  }
}

/** Only this mode is what a cpuset does. */
const isStrict = ({ numatune }: Domain): boolean =>
  numatune?.memory?.mode === 'strict' && numatune.memory.nodeset !== undefined;

/** Paths of this kind are what a config becomes; the numbers of others are those of the machine that converts. */
const numberInPath: DeviceNumberOf = (path) => /^\/dev\/block\/(\d+:\d+)$/.exec(path)?.[1];
