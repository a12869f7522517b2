import {
  networkActive,
  networkNotActive,
  networkProgramMissing,
  networkStepFailed,
  networkUnknown,
} from '../../diagnostics/catalog/cli.ts';
import { describeStep, type Network, networkXml } from '../../network/network.ts';
import { NetworkStepError, type Networks } from '../../state/networks.ts';
import { Failure, tell } from '../failure.ts';
import { needRoot } from '../launch.ts';
import { leasesOf } from '../leases.ts';
import { knownNetworks } from '../needed-networks.ts';
import { needOutput, print, printDone } from '../output.ts';
import { tableText } from '../table.ts';

/** @throws Failure if there is none */
function find(text: string): { readonly networks: Networks; readonly network: Network } {
  const networks = knownNetworks();
  const network = networks.find(text);
  if (network === undefined) throw new Failure([networkUnknown(text)]);
  return { networks, network };
}

/** Starts a network; with `steps` it only prints what that does. */
export function netStart(text: string, { steps }: { readonly steps?: boolean }): void {
  const { networks, network } = find(text);
  if (steps === true) {
    const lines = networks
      .steps(network)
      .map((step, index) => `${index + 1}  ${describeStep(step)}`);
    return print(`${lines.join('\n')}\n`);
  }
  needRoot();
  needOutput();
  try {
    const { started, missing } = networks.start(network);
    if (!started) throw new Failure([networkActive(network.name)]);
    tell(missing.map(networkProgramMissing), new Map());
  } catch (cause) {
    if (!(cause instanceof NetworkStepError)) throw cause;
    throw new Failure([networkStepFailed(network.name, cause.step, cause.reason)]);
  }
  printDone(`Network ${network.name} started\n\n`);
}

export function netDestroy(text: string): void {
  needRoot();
  needOutput();
  const { networks, network } = find(text);
  if (!networks.stop(network)) throw new Failure([networkNotActive(network.name)]);
  printDone(`Network ${network.name} destroyed\n\n`);
}

interface ListOptions {
  readonly all?: boolean;
  readonly inactive?: boolean;
  readonly name?: boolean;
}

export function netList({ all, inactive, name }: ListOptions): void {
  const networks = knownNetworks();
  const shown = networks
    .all()
    .filter((each) => all === true || networks.isActive(each) !== (inactive === true));
  if (name === true) return print(`${shown.map((each) => `${each.name}\n`).join('')}\n`);
  const rows = shown.map((each) => [
    each.name,
    networks.isActive(each) ? 'active' : 'inactive',
    'no',
    'yes',
  ]);
  print(tableText([['Name', 'State', 'Autostart', 'Persistent'], ...rows]));
}

const LABEL = 16;

export function netInfo(text: string): void {
  const { networks, network } = find(text);
  const rows = [
    ['Name', network.name],
    ['UUID', network.uuid],
    ['Active', networks.isActive(network) ? 'yes' : 'no'],
    ['Persistent', 'yes'],
    ['Autostart', 'no'],
    ['Bridge', network.bridge],
  ];
  const lines = rows.map(([label, value]) => `${`${label}:`.padEnd(LABEL)}${value}\n`);
  print(`${lines.join('')}\n`);
}

export function netDumpxml(text: string, { inactive }: { readonly inactive?: boolean }): void {
  const { networks, network } = find(text);
  print(networkXml(network, inactive !== true && networks.isActive(network)));
}

export const netName = (text: string): void => print(`${find(text).network.name}\n\n`);
export const netUuid = (text: string): void => print(`${find(text).network.uuid}\n\n`);

export function netDhcpLeases(text: string): void {
  const { networks, network } = find(text);
  const rows = leasesOf(networks, network).map(({ expirySeconds, mac, address, host, client }) => [
    timeText(expirySeconds),
    mac,
    'ipv4',
    address,
    host,
    client,
  ]);
  const head = [
    'Expiry Time',
    'MAC address',
    'Protocol',
    'IP address',
    'Hostname',
    'Client ID or DUID',
  ];
  print(tableText([head, ...rows]));
}

/** `2026-11-26 15:20:00`, in the time zone of the machine. */
function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
