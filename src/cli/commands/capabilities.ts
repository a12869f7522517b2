import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../../facts/probe/text.ts';
import { probeMachine } from '../../facts/probe.ts';
import { print } from '../output.ts';

const CPUS = '/sys/devices/system/cpu';
const NODES = '/sys/devices/system/node';

const read = (path: string): string => text(path)?.trim() ?? '';

/** The numbers behind a prefix, in order: of `node0`, `node1`, and not `node`. */
const numbered = (folder: string, prefix: string, suffix = ''): readonly number[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .map((name) => new RegExp(`^${prefix}(\\d+)${suffix}$`).exec(name)?.[1])
    .flatMap((number) => (number === undefined ? [] : [Number(number)]))
    .sort((a, b) => a - b);

const SMALL_PAGE = 4;

/** Sizes of pages in KiB: the small one, and those of hugetlbfs. */
const pageSizes = (): readonly number[] => [
  SMALL_PAGE,
  ...numbered('/sys/kernel/mm/hugepages', 'hugepages-', 'kB'),
];

type Line = readonly [depth: number, text: string];

function cell(node: number): readonly Line[] {
  const at = join(NODES, `node${node}`);
  const total = Number(/MemTotal:\s+(\d+)/.exec(read(join(at, 'meminfo')))?.[1] ?? 0);
  const huge = pageSizes()
    .slice(1)
    .map((size) => {
      const file = join(at, `hugepages/hugepages-${size}kB/nr_hugepages`);
      return { size, count: Number(read(file) || 0) };
    });
  const taken = huge.reduce((sum, { size, count }) => sum + size * count, 0);
  const pages = [{ size: SMALL_PAGE, count: (total - taken) / SMALL_PAGE }, ...huge];
  const nodes = numbered(NODES, 'node');
  const distances = read(join(at, 'distance')).split(/\s+/);
  const cpus = numbered(at, 'cpu');
  return [
    [4, `<cell id='${node}'>`],
    [5, `<memory unit='KiB'>${total}</memory>`],
    ...pages.map(
      ({ size, count }): Line => [5, `<pages unit='KiB' size='${size}'>${count}</pages>`],
    ),
    [5, '<distances>'],
    ...nodes.map(
      (other, index): Line => [6, `<sibling id='${other}' value='${distances[index] ?? 10}'/>`],
    ),
    [5, '</distances>'],
    [5, `<cpus num='${cpus.length}'>`],
    ...cpus.map((cpu): Line => [6, processor(cpu)]),
    [5, '</cpus>'],
    [4, '</cell>'],
  ];
}

function processor(cpu: number): string {
  const of = (name: string) => read(join(CPUS, `cpu${cpu}/topology`, name));
  const die = of('die_id');
  return `<cpu id='${cpu}' socket_id='${of('physical_package_id')}' die_id='${die === '' || die === '-1' ? 0 : die}' core_id='${of('core_id')}' siblings='${of('thread_siblings_list')}'/>`;
}

/** The last level is shared by many processors: each bank once. */
function cache(): readonly Line[] {
  const banks = new Map<string, string>();
  for (const cpu of numbered(CPUS, 'cpu'))
    for (const index of numbered(join(CPUS, `cpu${cpu}/cache`), 'index')) {
      const of = (name: string) => read(join(CPUS, `cpu${cpu}/cache/index${index}`, name));
      if (Number(of('level')) < 3) continue;
      const kib = Number(/^(\d+)K$/.exec(of('size'))?.[1] ?? 0);
      const [size, unit] = kib % 1024 === 0 ? [kib / 1024, 'MiB'] : [kib, 'KiB'];
      const type = of('type') === 'Unified' ? 'both' : of('type').toLowerCase();
      const text = `<bank id='${of('id')}' level='${of('level')}' type='${type}' size='${size}' unit='${unit}' cpus='${of('shared_cpu_list')}'/>`;
      banks.set(`${of('level')} ${of('id')}`, text);
    }
  if (banks.size === 0) return [];
  return [[2, '<cache>'], ...[...banks.values()].map((text): Line => [3, text]), [2, '</cache>']];
}

const guest = (arch: string, emulator: string): readonly Line[] => [
  [1, '<guest>'],
  [2, '<os_type>exe</os_type>'],
  [2, `<arch name='${arch}'>`],
  [3, `<wordsize>${arch === 'i686' || arch === 'armv7l' ? 32 : 64}</wordsize>`],
  [3, `<emulator>${emulator}</emulator>`],
  [3, "<domain type='lxc'/>"],
  [2, '</arch>'],
  [1, '</guest>'],
];

/** What this host has and can run, as libvirt's LXC driver writes it. @see https://libvirt.org/formatcaps.html */
export function capabilities(): void {
  const { arch, machineId, libvirt } = probeMachine();
  const uuid = machineId?.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const nodes = numbered(NODES, 'node');
  const host: readonly Line[] = [
    [1, '<host>'],
    ...(uuid === undefined ? [] : [[2, `<uuid>${uuid}</uuid>`] as const]),
    [2, '<cpu>'],
    [3, `<arch>${arch}</arch>`],
    ...pageSizes().map((size): Line => [3, `<pages unit='KiB' size='${size}'/>`]),
    [2, '</cpu>'],
    [2, '<power_management/>'],
    [2, "<iommu support='no'/>"],
    [2, '<topology>'],
    [3, `<cells num='${nodes.length}'>`],
    ...nodes.flatMap(cell),
    [3, '</cells>'],
    [2, '</topology>'],
    ...cache(),
    [2, '<secmodel>'],
    [3, `<model>${libvirt.securityModel}</model>`],
    [3, '<doi>0</doi>'],
    [2, '</secmodel>'],
    [1, '</host>'],
  ];
  const text = (lines: readonly Line[]) =>
    lines.map(([depth, line]) => `${'  '.repeat(depth)}${line}\n`).join('');
  const parts = [host, ...libvirt.guestArchs.map((each) => guest(each, libvirt.emulator))];
  print(
    `<capabilities>\n\n${parts.map((each) => `${text(each)}\n`).join('')}</capabilities>\n\n\n`,
  );
}
