import { readdirSync, readFileSync } from 'node:fs';
import { hostname as hostName } from 'node:os';
import { probeMachine } from '../../facts/probe.ts';
import { print } from '../output.ts';
import { version as ownVersion } from '../version.ts';

interface Options {
  readonly json?: boolean;
}

export function hostname(): void {
  print(`${hostName()}\n\n`);
}

export function uri(): void {
  print('lxc:///\n\n');
}

/** The rows of virsh, with lxplain in the place of libvirt. */
export function version({ json }: Options): void {
  const { kernel } = probeMachine();
  const release = kernel.release.replace(/^(\d+\.\d+(?:\.\d+)?).*$/, '$1');
  if (json === true)
    return print(
      `${JSON.stringify({ version: 1, lxplain: ownVersion, kernel: kernel.release })}\n`,
    );
  const own = `lxplain ${ownVersion}`;
  print(
    `Compiled against library: ${own}\nUsing library: ${own}\nUsing API: LXC ${ownVersion}\nRunning hypervisor: LXC ${release}\n\n`,
  );
}

const LABEL = 21;

/** @see libvirt 9.0, src/util/virhostcpu.c, virHostCPUGetInfo */
export function nodeinfo({ json }: Options): void {
  const { arch, memoryTotalKiB } = probeMachine();
  const info = readFileSync('/proc/cpuinfo', 'latin1');
  const [, mhz] = /^cpu MHz\s*:\s*(\d+)/m.exec(info) ?? [];
  const cpus = readdirSync('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name));
  const topology = cpus.map((cpu) => {
    const read = (name: string) => {
      try {
        return readFileSync(`/sys/devices/system/cpu/${cpu}/topology/${name}`, 'latin1').trim();
      } catch {
        return '0'; // it is offline
      }
    };
    return { socket: read('physical_package_id'), core: read('core_id') };
  });
  const sockets = new Set(topology.map(({ socket }) => socket)).size;
  const cores = new Set(topology.map(({ socket, core }) => `${socket} ${core}`)).size;
  const rows = {
    'CPU model': arch,
    'CPU(s)': cpus.length,
    ...(mhz === undefined ? {} : { 'CPU frequency': `${mhz} MHz` }),
    'CPU socket(s)': sockets,
    'Core(s) per socket': Math.max(1, cores / sockets),
    'Thread(s) per core': Math.max(1, cpus.length / cores),
    'NUMA cell(s)': 1,
    'Memory size': `${memoryTotalKiB} KiB`,
  };
  if (json === true) {
    const facts = {
      version: 1,
      model: arch,
      cpus: cpus.length,
      mhz: mhz === undefined ? undefined : Number(mhz),
      sockets,
      coresPerSocket: rows['Core(s) per socket'],
      threadsPerCore: rows['Thread(s) per core'],
      memoryKiB: memoryTotalKiB,
    };
    return print(`${JSON.stringify(facts, undefined, 2)}\n`);
  }
  const lines = Object.entries(rows).map(
    ([label, value]) => `${`${label}:`.padEnd(LABEL)}${value}\n`,
  );
  print(`${lines.join('')}\n`);
}
