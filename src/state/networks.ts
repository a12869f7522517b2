import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pidfdOpen, pidfdSignal, waitForAny, waitForLock } from '../exec/libc.ts';
import { askKernel, linkIndex, NetlinkError } from '../exec/netlink.ts';
import { addressBytes, broadcastOf, parseAddress } from '../linux/addresses.ts';
import { errnoName } from '../linux/errno.ts';
import {
  addressHead,
  attributes,
  type Encoded,
  IFA,
  IFLA,
  linkHead,
  mac,
  name as nameOf,
  raw,
  request,
} from '../linux/netlink.ts';
import {
  defaultNetwork,
  describeStep,
  type Network,
  type NetworkStep,
  networkSteps,
} from '../network/network.ts';
import { makeSafeDirectory } from './safe-file.ts';

/** A step of a network failed, and what there was of the start has been taken back. */
export class NetworkStepError extends Error {
  override readonly name = 'NetworkStepError';
  readonly step: string;
  readonly reason: string;
  constructor(step: string, reason: string) {
    super(`${step}: ${reason}`);
    this.step = step;
    this.reason = reason;
  }
}

/** A program that a network has no use without; it starts without what that does. */
export interface MissingProgram {
  readonly program: string;
  readonly debianPackage: string;
  readonly lost: string;
}

/** Where networks are; `root` is `/` but for tests. */
export class Networks {
  private readonly root: string;
  constructor(root: string) {
    this.root = root;
  }

  all(): readonly Network[] {
    let id = '';
    try {
      id = readFileSync('/etc/machine-id', 'utf8').trim();
    } catch {
      // A machine without an id gives all the same.
    }
    return [defaultNetwork(createHash('sha1').update(`${id} network default`).digest())];
  }

  find(text: string): Network | undefined {
    return this.all().find(({ name, uuid }) => name === text || uuid === text.toLowerCase());
  }

  leases({ name }: Network): string {
    return join(this.root, 'var/lib/lxplain-networks', `${name}.leases`);
  }

  private state({ name }: Network): string {
    return join(this.runtime, name);
  }

  private get runtime(): string {
    return join(this.root, 'run/lxplain-networks');
  }

  steps(network: Network): readonly NetworkStep[] {
    const places = { state: this.state(network), leases: this.leases(network) };
    return networkSteps(network, places, existsSync('/proc/sys/net/ipv6'));
  }

  /** Whoever has made it. */
  hasBridge({ bridge }: Network): boolean {
    return isLink(bridge);
  }

  /** It was started here, and its bridge is there: a crash of the machine leaves neither. */
  isActive(network: Network): boolean {
    return existsSync(this.state(network)) && isLink(network.bridge);
  }

  /**
   * Starts a network; false if it is active already. What an earlier start has left is taken back first.
   * @throws NetworkStepError
   */
  start(network: Network): {
    readonly started: boolean;
    readonly missing: readonly MissingProgram[];
  } {
    return this.locked(() => {
      if (this.isActive(network)) return { started: false, missing: [] };
      if (existsSync(this.state(network))) this.undo(network, this.steps(network));
      mkdirSync(this.state(network), { mode: 0o700 });
      const done: NetworkStep[] = [];
      const missing: MissingProgram[] = [];
      for (const step of this.steps(network)) {
        try {
          const lacking = take(step);
          if (lacking === undefined) done.push(step);
          else missing.push(lacking);
        } catch (cause) {
          this.undo(network, done);
          throw new NetworkStepError(describeStep(step), reasonOf(cause));
        }
      }
      return { started: true, missing };
    });
  }

  /** Stops a network; false if it is not active. */
  stop(network: Network): boolean {
    return this.locked(() => {
      if (!existsSync(this.state(network))) return false;
      const wasActive = this.isActive(network);
      this.undo(network, this.steps(network));
      return wasActive;
    });
  }

  private undo(network: Network, steps: readonly NetworkStep[]): void {
    for (const step of steps.toReversed()) takeBack(step);
    rmSync(this.state(network), { recursive: true, force: true });
  }

  private locked<T>(change: () => T): T {
    makeSafeDirectory(this.runtime);
    makeSafeDirectory(join(this.root, 'var/lib/lxplain-networks'));
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    const lock = openSync(join(this.runtime, '.lock'), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    try {
      waitForLock(lock);
      return change();
    } finally {
      closeSync(lock);
    }
  }
}

const isLink = (name: string): boolean =>
  readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .some((line) => line.trim().startsWith(`${name}:`));

function reasonOf(cause: unknown): string {
  if (cause instanceof NetlinkError)
    return `${errnoName(cause.errno)}${cause.says === '' ? '' : ` (${cause.says})`}`;
  return cause instanceof Error ? cause.message : String(cause);
}

/** Returns what is missing for it, if it can be left out. */
function take(step: NetworkStep): MissingProgram | undefined {
  switch (step.op) {
    case 'bridge.create':
      ask(newBridge(step));
      return undefined;
    case 'sysctl.write':
      writeFileSync(step.file, step.value);
      return undefined;
    case 'bridge.address':
      ask(newAddress(step));
      return undefined;
    case 'bridge.up':
      ask(byName(step.name, true));
      return undefined;
    case 'nft.load':
      return runProgram('nft', 'nftables', 'containers do not reach the outside', [
        ['-f', '-'],
        `table ip ${step.table} {}\ndelete table ip ${step.table}\n${step.rules}`,
      ]);
    case 'dnsmasq.configure':
      writeFileSync(step.file, step.text, { mode: 0o644 });
      return undefined;
    case 'dnsmasq.run':
      return runProgram('dnsmasq', 'dnsmasq-base', 'there is no DHCP and no DNS in it', [
        [`--conf-file=${step.config}`],
        '',
      ]);
  }
}

/** What is not there any more needs nothing. */
function takeBack(step: NetworkStep): void {
  switch (step.op) {
    case 'bridge.create':
      try {
        const all = [{ type: IFLA.IFNAME, value: nameOf(step.name) }];
        ask(request('RTM_DELLINK', linkHead(0, false), all, 'changes'));
      } catch (cause) {
        if (!(cause instanceof NetlinkError)) throw cause;
      }
      break;
    case 'nft.load':
      spawnSync(pathOf('nft') ?? 'nft', ['delete', 'table', 'ip', step.table], { stdio: 'ignore' });
      break;
    case 'dnsmasq.run':
      endProgram(step.pidFile, step.config);
      break;
    default:
      break;
  }
}

const ask = (message: Encoded): void => askKernel([message.bytes]);

const byName = (link: string, up: boolean): Encoded =>
  request('RTM_NEWLINK', linkHead(0, up), [{ type: IFLA.IFNAME, value: nameOf(link) }], 'changes');

/** Without the spanning tree protocol, so that a port forwards at once. */
const newBridge = ({ name, mac: address }: Extract<NetworkStep, { op: 'bridge.create' }>) =>
  request(
    'RTM_NEWLINK',
    linkHead(0, false),
    [
      { type: IFLA.IFNAME, value: nameOf(name) },
      { type: IFLA.ADDRESS, value: mac(address) },
      {
        type: IFLA.LINKINFO,
        value: attributes([{ type: IFLA.INFO_KIND, value: nameOf('bridge') }]),
      },
    ],
    'creates',
  );

function newAddress(step: Extract<NetworkStep, { op: 'bridge.address' }>): Encoded {
  const address = parseAddress(step.address);
  if (address === undefined) throw new Error(`${step.address} is no address`);
  const index = linkIndex(step.link);
  const message = request(
    'RTM_NEWADDR',
    addressHead(address.family, step.prefix, { later: 'index' }),
    [
      { type: IFA.LOCAL, value: raw(addressBytes(address), '') },
      { type: IFA.BROADCAST, value: raw(addressBytes(broadcastOf(address, step.prefix)), '') },
    ],
    'creates',
  );
  const bytes = Buffer.from(message.bytes);
  for (const { offset } of message.later) bytes.writeUInt32LE(index, offset);
  return { ...message, bytes };
}

const pathOf = (program: string): string | undefined =>
  ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

function runProgram(
  program: string,
  debianPackage: string,
  lost: string,
  [args, input]: readonly [readonly string[], string],
): MissingProgram | undefined {
  const path = pathOf(program);
  if (path === undefined) return { program, debianPackage, lost };
  const { status, stderr } = spawnSync(path, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim().split('\n')[0] ?? `${program} has failed`);
  return undefined;
}

/** Only the process that was started with this configuration: the number may mean another one by now. */
function endProgram(pidFile: string, config: string): void {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const isOurs = () => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(config);
    } catch {
      return false;
    }
  };
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isOurs()) return;
  const descriptor = pidfdOpen(pid);
  try {
    if (!isOurs()) return;
    pidfdSignal(descriptor, 15);
    waitForAny([descriptor]);
  } finally {
    closeSync(descriptor);
  }
}
