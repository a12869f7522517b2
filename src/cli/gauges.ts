import { closeSync, openSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeDirectory } from '../facts/probe.ts';
import type { Figures, Traffic } from '../monitor/figures.ts';
import { livesOf } from '../state/lives.ts';
import { stateNames } from '../state/place.ts';
import { findRunning, type Running } from '../state/running.ts';
import { groupsOf } from './groups-of.ts';
import { cpuTimeOfProcess, processesOf, statOf } from './usage.ts';

/** A file that is read again and again: it stays open, and the kernel makes its text anew each time. */
class Gauge {
  private readonly descriptor: number;

  /** The first of the files that is there; undefined if none is. */
  static of(...paths: readonly string[]): Gauge | undefined {
    for (const path of paths) {
      try {
        return new Gauge(path);
      } catch {} // another hierarchy has it, or none
    }
    return undefined;
  }

  private constructor(path: string) {
    this.descriptor = openSync(path, 'r');
  }

  /** @throws when what it was about is gone */
  text(): string {
    return shared.toString('latin1', 0, readSync(this.descriptor, shared, 0, shared.length, 0));
  }

  number(): number {
    return Number.parseInt(this.text(), 10);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

const shared = Buffer.alloc(1 << 16);

const CLOCK_TICK_MS = 10;
/** What v1 has where there is no limit, on machines with pages of 4 and of 64 KiB. */
const UNLIMITED = 2 ** 62;

/** All that is counted of one container. */
class Gauges {
  readonly running: Running;
  private readonly groups: readonly string[];
  private readonly open = new Map<string, Gauge | undefined>();
  private readonly startedMs: number;
  /** Another life has another init, and gauges of its own. */
  private readonly restarts: number;

  /** @throws if it has ended */
  constructor(running: Running, init: number) {
    this.running = running;
    this.groups = groupsOf(running);
    const of = (name: string) => this.groups.map((group) => join(group, name));
    const gauges: Readonly<Record<string, Gauge | undefined>> = {
      stat: Gauge.of(`/proc/${init}/stat`),
      processes: Gauge.of(...of('cgroup.procs').slice(0, 1)),
      cpu: Gauge.of(...of('cpuacct.usage')),
      cpuStat: Gauge.of(...of('cpu.stat')),
      memory: Gauge.of(...of('memory.usage_in_bytes'), ...of('memory.current')),
      limit: Gauge.of(...of('memory.limit_in_bytes'), ...of('memory.max')),
      memoryAndSwap: Gauge.of(...of('memory.memsw.usage_in_bytes')),
      swap: Gauge.of(...of('memory.swap.current')),
      disk: Gauge.of(...of('blkio.throttle.io_service_bytes_recursive'), ...of('io.stat')),
      frozen: Gauge.of(...of('cgroup.events')),
      network: ownsNetwork(init) ? Gauge.of(`/proc/${init}/net/dev`) : undefined,
    };
    for (const [name, gauge] of Object.entries(gauges)) this.open.set(name, gauge);
    this.startedMs = this.startOf();
    this.restarts = livesOf(runtimeDirectory(), running.name)?.restarts ?? 0;
  }

  private startOf(): number {
    const stat = this.open.get('stat')?.text() ?? '';
    const [ticks = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(STARTTIME);
    const up = Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000;
    return Date.now() - (up - Number(ticks) * CLOCK_TICK_MS);
  }

  /** undefined when it has ended, or has another init. */
  read(): Figures | undefined {
    const { name, initPid = 0 } = this.running;
    try {
      const stat = this.open.get('stat')?.text() ?? ') X ';
      if (/\) [ZX] /.test(stat)) return undefined;
      const processes = this.processes();
      return {
        name,
        id: initPid,
        isPaused: /^frozen 1$/m.test(this.open.get('frozen')?.text() ?? ''),
        startedMs: this.startedMs,
        restarts: this.restarts,
        processes: processes.length,
        cpuNs: this.cpuNs(processes, stat),
        ...this.memory(),
        disk: this.disk(),
        network: this.network(),
      };
    } catch {
      return undefined;
    }
  }

  /** A directory of control groups has two links, and one for each group below it. */
  private processes(): readonly number[] {
    const [group] = this.groups;
    const gauge = this.open.get('processes');
    if (group === undefined || gauge === undefined || statSync(group).nlink !== 2)
      return processesOf(this.groups);
    return gauge.text().split('\n').filter(Boolean).map(Number);
  }

  /** What a group counts, else what the processes that are there now have used. `stat` is that of init. */
  private cpuNs(processes: readonly number[], stat: string): number {
    const counted = this.open.get('cpu')?.number();
    if (counted !== undefined) return counted;
    const [, micros] = /^usage_usec (\d+)$/m.exec(this.open.get('cpuStat')?.text() ?? '') ?? [];
    if (micros !== undefined) return Number(micros) * 1000;
    return processes.reduce(
      (sum, pid) => sum + cpuTimeOfProcess(pid === this.running.initPid ? stat : statOf(pid)),
      0,
    );
  }

  private memory(): Pick<Figures, 'memoryBytes' | 'memoryLimitBytes' | 'swapBytes'> {
    const memoryBytes = this.open.get('memory')?.number();
    const limit = this.open.get('limit')?.number() ?? Number.NaN; // `max`
    const both = this.open.get('memoryAndSwap')?.number();
    const swap =
      both === undefined
        ? this.open.get('swap')?.number()
        : Math.max(0, both - (memoryBytes ?? both));
    return {
      memoryBytes,
      memoryLimitBytes: limit < UNLIMITED ? limit : undefined,
      swapBytes: swap,
    };
  }

  /** v1: `8:0 Read 4096`; v2: `8:0 rbytes=4096 wbytes=0 rios=1 …`. */
  private disk(): Traffic | undefined {
    const text = this.open.get('disk')?.text();
    return text === undefined
      ? undefined
      : {
          inBytes: total(text, /(?: Read |rbytes=)(\d+)/g),
          outBytes: total(text, /(?: Write |wbytes=)(\d+)/g),
        };
  }

  /** The first and the ninth number of each line but that of `lo`. @see proc_pid_net(5) */
  private network(): Traffic | undefined {
    const text = this.open.get('network')?.text();
    if (text === undefined) return undefined;
    const rows = text
      .split('\n')
      .slice(2)
      .map((line) => line.split(/[\s:]+/).filter((word) => word !== ''))
      .filter(([link]) => link !== undefined && link !== 'lo');
    const column = (at: number) => rows.reduce((sum, row) => sum + Number(row[at] ?? 0), 0);
    return { inBytes: column(1), outBytes: column(9) };
  }

  close(): void {
    for (const gauge of this.open.values()) gauge?.close();
  }
}

/** The place of the start among the fields behind the name. @see proc_pid_stat(5) */
const STARTTIME = 19;

const total = (text: string, pattern: RegExp): number =>
  [...text.matchAll(pattern)].reduce((sum, [, digits]) => sum + Number(digits), 0);

function ownsNetwork(init: number): boolean {
  try {
    return readlinkSync(`/proc/${init}/ns/net`) !== readlinkSync('/proc/self/ns/net');
  } catch {
    return false;
  }
}

/** What is counted of all that runs. Files stay open between two readings, until `close`. */
export class Meter {
  private readonly known = new Map<string, Gauges>();

  /** @throws StateError */
  read(): readonly Figures[] {
    const names = stateNames(runtimeDirectory());
    for (const name of this.known.keys()) if (!names.includes(name)) this.forget(name);
    return names.flatMap((name) => this.figuresOf(name) ?? []);
  }

  private figuresOf(name: string): Figures | undefined {
    const figures = this.known.get(name)?.read();
    if (figures !== undefined) return figures;
    this.forget(name);
    const running = findRunning(runtimeDirectory(), name);
    if (running?.initPid === undefined) return undefined;
    try {
      const gauges = new Gauges(running, running.initPid);
      this.known.set(name, gauges);
      return gauges.read();
    } catch {
      return undefined; // it has just ended
    }
  }

  private forget(name: string): void {
    this.known.get(name)?.close();
    this.known.delete(name);
  }

  close(): void {
    for (const name of [...this.known.keys()]) this.forget(name);
  }
}
