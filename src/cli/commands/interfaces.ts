import { readdirSync } from 'node:fs';
import { interfaceUnknown } from '../../diagnostics/catalog/cli.ts';
import { text } from '../../facts/probe/text.ts';
import type { Interface } from '../../ir/interface.ts';
import { linkNames } from '../../libvirt/link-names.ts';
import { defaultPrefix } from '../../libvirt/prefixes.ts';
import type { Running } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { findKnown, findRunningDomain, type Known } from '../find-known.ts';
import { leasesOf } from '../leases.ts';
import { knownNetworks } from '../needed-networks.ts';
import { print } from '../output.ts';
import { plannedSteps } from '../planned-steps.ts';
import { tableText } from '../table.ts';
import { domainOf } from '../title-of.ts';

/** An interface of a domain, and its links if it runs. */
interface Entry {
  readonly type: string;
  readonly source: string;
  readonly mac: string;
  /** The host's end, as far as it can be told from those of others. */
  readonly host?: string;
  /** Inside. */
  readonly name: string;
}

function entriesOf(known: Known, isInactive = false): readonly Entry[] {
  const interfaces = domainOf(known, isInactive)?.interfaces ?? [];
  const names = linkNames(interfaces);
  const running = isInactive ? undefined : known.running;
  const made = running === undefined ? [] : linksOf(running);
  return interfaces.map((each, index) => {
    const name = names[index] ?? '';
    const link = made.find((one) => one.name === name);
    const host = running === undefined || link === undefined ? undefined : hostEnd(running, link);
    return {
      type: each.kind === 'other' ? each.type.value : each.kind,
      source: sourceOf(each),
      mac: link?.mac ?? each.mac?.value ?? '-',
      name,
      ...(host === undefined ? {} : { host }),
    };
  });
}

function sourceOf(each: Interface): string {
  switch (each.kind) {
    case 'network':
      return each.network.value;
    case 'bridge':
      return each.bridge.value;
    case 'direct':
      return each.device.value;
    default:
      return '-';
  }
}

interface MadeLink {
  readonly name: string;
  readonly mac?: string;
  readonly host?: string;
}

/** As the plan of what runs has them. */
const linksOf = (running: Running): readonly MadeLink[] =>
  plannedSteps(running).filter(
    (step): step is Readonly<Record<string, unknown>> & MadeLink =>
      step.op === 'link.veth' || step.op === 'link.macvlan',
  );

/** Where the kernel has chosen the name, the only link whose other end has the number that this one has inside. */
function hostEnd({ initPid }: Running, { name, host }: MadeLink): string | undefined {
  if (host === undefined || !host.includes('%')) return host;
  const [index] =
    readOrNothing(`/proc/${initPid}/net/dev_mcast`)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(([, each]) => each === name) ?? [];
  const found = readdirSync('/sys/class/net').filter(
    (each) =>
      /^vnet\d+$/.test(each) && readOrNothing(`/sys/class/net/${each}/iflink`).trim() === index,
  );
  return found.length === 1 ? found[0] : undefined;
}

const readOrNothing = (path: string): string => text(path) ?? '';

export function domiflist(text: string, { inactive }: { readonly inactive?: boolean }): void {
  const rows = entriesOf(findKnown(text), inactive).map(({ host, type, source, mac }) => [
    host ?? '-',
    type,
    source,
    '-',
    mac,
  ]);
  print(tableText([['Interface', 'Type', 'Source', 'Model', 'MAC'], ...rows]));
}

/** Addresses that the domain gives its interfaces, and those that a network of ours has given away. */
export function domifaddr(text: string): void {
  const known = findRunningDomain(text);
  const networks = knownNetworks();
  const interfaces = domainOf(known)?.interfaces ?? [];
  const rows = entriesOf(known).flatMap(({ host, name, mac, type, source }, index) => {
    const given = (interfaces[index]?.addresses ?? []).map(
      ({ family, address, prefix }) =>
        [family, `${address}/${prefix ?? defaultPrefix(family, address) ?? 0}`] as const,
    );
    const network = type === 'network' ? networks.find(source) : undefined;
    const leased = (network === undefined ? [] : leasesOf(networks, network))
      .filter((lease) => lease.mac === mac)
      .map((lease) => ['ipv4', lease.address] as const);
    return [...given, ...leased].map(([protocol, address], at) =>
      addressRow(at === 0 ? (host ?? name) : '-', at === 0 ? mac : '-', protocol, address),
    );
  });
  const head = addressRow('Name', 'MAC address', 'Protocol', 'Address');
  print(`${head}${'-'.repeat(79)}\n${rows.join('')}\n`);
}

/** @see libvirt 9.0, tools/virsh-domain-monitor.c, cmdDomIfAddr */
const addressRow = (name: string, mac: string, protocol: string, address: string): string =>
  ` ${name.padEnd(10)} ${mac.padEnd(20)} ${protocol.padEnd(8)}     ${address}\n`;

/** By the name of either end, or by its MAC address. */
function findEntry(known: Known, wanted: string): Entry {
  const found = entriesOf(known).find(
    ({ host, name, mac }) => host === wanted || name === wanted || mac === wanted.toLowerCase(),
  );
  if (found === undefined) throw new Failure([interfaceUnknown(known.name, wanted)]);
  return found;
}

/** Of /proc/net/dev: what is counted of a link, received and then sent. @see proc_pid_net(5) */
const counters = [
  ['rx_bytes', 0],
  ['rx_packets', 1],
  ['rx_errs', 2],
  ['rx_drop', 3],
  ['tx_bytes', 8],
  ['tx_packets', 9],
  ['tx_errs', 10],
  ['tx_drop', 11],
] as const;

/** As it is seen from inside, which is how libvirt says it, too. */
export function domifstat(text: string, wanted: string): void {
  const known = findRunningDomain(text);
  const { name } = findEntry(known, wanted);
  const line = readOrNothing(`/proc/${known.running.initPid}/net/dev`)
    .split('\n')
    .map((each) => each.trim())
    .find((each) => each.startsWith(`${name}:`));
  const numbers =
    line
      ?.slice(name.length + 1)
      .trim()
      .split(/\s+/) ?? [];
  const lines = counters.map(([key, at]) => `${wanted} ${key} ${numbers[at] ?? 0}\n`);
  print(`${lines.join('')}\n`);
}

/** What the domain says of the link. */
export function domifGetlink(text: string, wanted: string): void {
  const known = findKnown(text);
  const { mac, name } = findEntry(known, wanted);
  const interfaces = domainOf(known)?.interfaces ?? [];
  const index = linkNames(interfaces).indexOf(name);
  const each = interfaces[index] ?? interfaces.find((one) => one.mac?.value === mac);
  print(`${wanted} ${each?.link?.value ?? 'up'}\n`);
}

export function domblklist(text: string, { inactive }: { readonly inactive?: boolean }): void {
  const disks = domainOf(findKnown(text), inactive)?.disks ?? [];
  const rows = disks.map(({ target, source }) => [target.value, source?.value ?? '-']);
  print(tableText([['Target', 'Source'], ...rows]));
}
