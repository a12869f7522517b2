import { invariant } from '../diagnostics/invariant.ts';
import { type Address, addressBytes, broadcastOf, parseAddress } from '../linux/addresses.ts';
import {
  type Attribute,
  addressHead,
  attributes,
  type Encoded,
  IFA,
  IFLA,
  linkHead,
  mac,
  name as nameOf,
  RTA,
  raw,
  request,
  routeHead,
  u32,
  withHead,
} from '../linux/netlink.ts';
import type { LinkOps } from '../plan/ops/link.ts';
import type { PlanStep, StepOf } from '../plan/plan.ts';
import { address, field, int, load, NULL, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import type { Lowerings } from './lowering.ts';

export const linkLowerings: Lowerings<LinkOps> = {
  'netlink.host': (out) => openNetlink(out, 'host_links'),
  'link.veth': lowerVeth,
  'link.isolate': lowerIsolate,
  'link.macvlan': lowerMacvlan,
  'link.move': lowerMove,
  'host.address': (out, step) => lowerAddress(out, 'host_links', step),
  'host.route': (out, step) => lowerRoute(out, 'host_links', step),
  'netlink.own': (out) => openNetlink(out, 'own_links'),
  'link.mac': (out, { name, mac: of }) => {
    const all = [
      { type: IFLA.IFNAME, value: nameOf(name) },
      { type: IFLA.ADDRESS, value: mac(of) },
    ];
    ask(out, 'own_links', request('RTM_NEWLINK', linkHead(0, false), all, 'changes'));
  },
  'link.up': (out, { name }) => {
    const byName = [{ type: IFLA.IFNAME, value: nameOf(name) }];
    ask(out, 'own_links', request('RTM_NEWLINK', linkHead(0, true), byName, 'changes'));
  },
  'link.address': (out, step) => lowerAddress(out, 'own_links', step),
  'link.route': (out, step) => lowerRoute(out, 'own_links', step),
};

/** The descriptors of sockets: of the host's network, and of the container's. */
type Socket = 'host_links' | 'own_links';

const SOL_NETLINK = int(270, 'SOL_NETLINK');

/** Errors are answered in words, and without the request that they are about. @see netlink(7) */
function openNetlink(out: Assembly, handle: Socket): void {
  const type = int(0o2000003, 'SOCK_RAW|SOCK_CLOEXEC');
  out.call('socket', [int(16, 'AF_NETLINK'), type, int(0, 'NETLINK_ROUTE')], { result: handle });
  const one = out.constant('one', words([4, 1]), '[1]');
  for (const option of [int(11, 'NETLINK_EXT_ACK'), int(10, 'NETLINK_CAP_ACK')])
    out.call('setsockopt', [value(handle), SOL_NETLINK, option, one, int(4)]);
}

/**
 * Of an answer: the error, the flags, and what the kernel says, as an attribute behind the error and the header of the
 * request. @see include/uapi/linux/netlink.h, NLM_F_ACK_TLVS, NLMSGERR_ATTR_MSG
 */
const [ERROR, FLAGS, SAYS] = [16, 6, 36];
const [WITH_TEXT, MESSAGE] = [0x200, 1];
const ANSWER = 512;
const [EEXIST, ENODEV] = [17, 19];

/** The length of what the kernel has said of the error of the step that has failed; and where that is. */
export const KERNEL_SAYS = 'kernel_says';
export const kernelText = address('netlink_answer', undefined, SAYS + 4);

/** Whether a plan has steps about which the kernel says more than a number. */
export const talks = (steps: readonly PlanStep[]): boolean =>
  steps.some(({ op }) => op === 'netlink.host');

/** What a message lacks until it is sent, by its name there. */
type Known = Readonly<Record<string, Operand>>;

/**
 * Sends a request and reads its answer. An error is that of the step, and the length of what the kernel says of it is kept
 * for the report. `again`: an error that may pass, and where it goes on then.
 */
function ask(
  out: Assembly,
  socket: Socket,
  { bytes, text, later }: Encoded,
  known: Known = {},
  again?: { readonly error: number; readonly busy: string },
): void {
  const name = out.fresh('message');
  if (later.length > 0) out.variable(name, bytes.length, bytes);
  for (const each of later) out.store(field(name, each.offset, 4), known[each.name] ?? NULL);
  const message = later.length > 0 ? address(name, text) : out.constant(name, bytes, text);
  out.call('sendto', [value(socket), message, int(bytes.length), int(0), NULL, int(0)]);
  out.variable('netlink_answer', ANSWER);
  const answer = address('netlink_answer');
  out.call('recvfrom', [value(socket), answer, int(ANSWER), int(0), NULL, NULL]);
  out.store(out.slot('asked_by'), int(out.step));
  if (again !== undefined) out.branch(netlinkError, '==', int(-again.error), again.busy);
  const refused = refusal(out);
  if (out.hasShared(refused)) return out.branch(netlinkError, '!=', int(0), refused);
  const done = out.fresh('answered');
  out.branch(netlinkError, '==', int(0), done);
  out.share(refused);
  refuse(out);
  out.label(done);
}

/** Where the requests whose errors go to the same place are refused. */
const refusal = (out: Assembly): string => `refused_${out.onError}`;

const netlinkError = load(field('netlink_answer', ERROR, 4), true);

/** What all requests of a process share whose errors go to the same place. */
function refuse(out: Assembly): void {
  const told = out.fresh('kernel_told');
  out.branch(value('failed_errno'), '!=', int(0), told); // init has failed, and its network is gone
  out.keepFailure(value('asked_by'), netlinkError);
  out.compute(out.slot('answer'), load(field('netlink_answer', FLAGS, 2)), '&', int(WITH_TEXT));
  out.branch(value('answer'), '==', int(0), told);
  out.branch(load(field('netlink_answer', SAYS + 2, 2)), '!=', int(MESSAGE), told);
  // Without the header of the attribute, and the NUL at the end of the text.
  out.compute(out.slot(KERNEL_SAYS), load(field('netlink_answer', SAYS, 2)), '-', int(5));
  out.label(told);
  out.jump(out.onError);
}

const SIOCGIFINDEX = int(0x8933, 'SIOCGIFINDEX');

/** Asks for the index of a link in the network of a socket. @see netdevice(7) */
function indexOf(out: Assembly, socket: Socket, link: string): Operand {
  const name = `index_of_${link}`;
  const request = Buffer.alloc(40);
  request.write(link);
  out.variable(name, request.length, request);
  const text = `{ifr_name="${link}", ifr_ifindex=${name}}`;
  out.call('ioctl', [value(socket), SIOCGIFINDEX, address(name, text)]);
  return load(field(name, 16, 4));
}

const ofSize = (mtu: number | undefined): readonly Attribute[] =>
  mtu === undefined ? [] : [{ type: IFLA.MTU, value: u32(mtu) }];

/** Where init is. The kernel looks the process up in the pid namespace of who asks. */
const IN_CONTAINER: Attribute = { type: IFLA.NET_NS_PID, value: u32({ later: 'init_pid' }) };
const theContainer = (): Known => ({ init_pid: value('init_pid') });

const linkInfo = (of: string, data: Encoded): Attribute => ({
  type: IFLA.LINKINFO,
  value: attributes([
    { type: IFLA.INFO_KIND, value: nameOf(of) },
    { type: IFLA.INFO_DATA, value: data },
  ]),
});

/** `vnet%d` is free by itself; a name of its own may belong to a pair that is just going away. */
function lowerVeth(out: Assembly, step: StepOf<'link.veth'>): void {
  const { name, host, bridge, mtu } = step;
  const master = bridge === undefined ? undefined : indexOf(out, 'host_links', bridge);
  const peer = withHead(linkHead(0, false), [
    { type: IFLA.IFNAME, value: nameOf(name) },
    { type: IFLA.ADDRESS, value: mac(step.mac) },
    ...ofSize(mtu),
    IN_CONTAINER,
  ]);
  const message = request(
    'RTM_NEWLINK',
    linkHead(0, true),
    [
      { type: IFLA.IFNAME, value: nameOf(host) },
      ...ofSize(mtu),
      ...(master === undefined
        ? []
        : [{ type: IFLA.MASTER, value: u32({ later: 'index' }, `index_of_${bridge}`) }]),
      linkInfo('veth', attributes([{ type: IFLA.VETH_INFO_PEER, value: peer }])),
    ],
    'creates',
  );
  const known = { ...theContainer(), ...(master === undefined ? {} : { index: master }) };
  if (host === 'vnet%d') ask(out, 'host_links', message, known);
  else whenFree(out, (busy) => ask(out, 'host_links', message, known, { error: EEXIST, busy }));
}

const TRIES = 200;

/** Tries again every 10 ms, for two seconds in all; the last try tells its error. */
function whenFree(out: Assembly, attempt: (busy: string) => void): void {
  const [again, busy, done] = [out.fresh('try'), out.fresh('name_busy'), out.fresh('name_free')];
  out.store(out.slot('tries_left'), int(TRIES));
  out.label(again);
  attempt(busy);
  out.jump(done);
  out.label(busy);
  out.branch(value('tries_left'), '==', int(0), refusal(out));
  out.compute(out.slot('tries_left'), value('tries_left'), '-', int(1));
  const text = '{tv_sec=0, tv_nsec=10000000}';
  const pause = out.constant('ten_ms', words([8, 0], [8, 10_000_000]), text);
  out.call('ppoll', [NULL, int(0), pause, NULL, int(0)], { onError: false });
  out.jump(again);
  out.label(done);
}

/** @see Documentation/networking/bridge.rst */
function lowerIsolate(out: Assembly, { name }: StepOf<'link.isolate'>): void {
  const isolated: Attribute = { type: IFLA.BRPORT_ISOLATED, value: raw(Uint8Array.of(1), '1') };
  const message = request(
    'RTM_NEWLINK',
    linkHead(0, false),
    [
      { type: IFLA.IFNAME, value: nameOf(name) },
      {
        type: IFLA.LINKINFO,
        value: attributes([
          { type: IFLA.INFO_SLAVE_KIND, value: nameOf('bridge') },
          { type: IFLA.INFO_SLAVE_DATA, value: attributes([isolated]) },
        ]),
      },
    ],
    'changes',
  );
  ask(out, 'host_links', message);
}

/** The kernel finds it by its name in the network of the socket. */
function lowerMove(out: Assembly, { name }: StepOf<'link.move'>): void {
  const all = [{ type: IFLA.IFNAME, value: nameOf(name) }, IN_CONTAINER];
  const message = request('RTM_NEWLINK', linkHead(0, false), all, 'changes');
  whenFree(out, (busy) => ask(out, 'host_links', message, theContainer(), { error: ENODEV, busy }));
}

/** @see include/uapi/linux/if_link.h, enum macvlan_mode */
const modes = { private: 1, vepa: 2, bridge: 4, passthrough: 8 } as const;

function lowerMacvlan(out: Assembly, step: StepOf<'link.macvlan'>): void {
  const parent = indexOf(out, 'host_links', step.parent);
  const mode = words([4, modes[step.mode]]);
  const message = request(
    'RTM_NEWLINK',
    linkHead(0, false),
    [
      { type: IFLA.IFNAME, value: nameOf(step.name) },
      { type: IFLA.ADDRESS, value: mac(step.mac) },
      ...ofSize(step.mtu),
      IN_CONTAINER,
      { type: IFLA.LINK, value: u32({ later: 'parent' }, `index_of_${step.parent}`) },
      linkInfo(
        'macvlan',
        attributes([{ type: IFLA.MACVLAN_MODE, value: raw(mode, `MACVLAN_MODE_${step.mode}`) }]),
      ),
    ],
    'creates',
  );
  ask(out, 'host_links', message, { ...theContainer(), parent });
}

/** An address of IPv4 says where broadcasts go, one with a peer who is at the other end. @see rtnetlink(7) */
function lowerAddress(
  out: Assembly,
  socket: Socket,
  { link, address: text, peer }: LinkOps['link.address'],
): void {
  const index = indexOf(out, socket, link);
  const { address: own, prefix } = networkOf(text);
  const other =
    peer !== undefined
      ? [{ type: IFA.ADDRESS, value: internet(addressOf(peer)) }]
      : own.family === 'ipv4'
        ? [{ type: IFA.BROADCAST, value: internet(broadcastOf(own, prefix)) }]
        : [];
  const head = addressHead(own.family, prefix, { later: `index_of_${link}` });
  const all = [{ type: IFA.LOCAL, value: internet(own) }, ...other];
  const message = request('RTM_NEWADDR', head, all, 'creates');
  ask(out, socket, message, { [`index_of_${link}`]: index });
}

/** The default route has no destination. */
function lowerRoute(
  out: Assembly,
  socket: Socket,
  { link, to, via, metric }: LinkOps['link.route'],
): void {
  const index = indexOf(out, socket, link);
  const { address: destination, prefix } = networkOf(to);
  const all: readonly Attribute[] = [
    ...(prefix === 0 ? [] : [{ type: RTA.DST, value: internet(destination) }]),
    { type: RTA.GATEWAY, value: internet(addressOf(via)) },
    { type: RTA.OIF, value: u32({ later: `index_of_${link}` }) },
    { type: RTA.PRIORITY, value: u32(metric) },
  ];
  const message = request('RTM_NEWROUTE', routeHead(destination.family, prefix), all, 'creates');
  ask(out, socket, message, { [`index_of_${link}`]: index });
}

const internet = (of: Address): Encoded =>
  raw(
    addressBytes(of),
    of.family === 'ipv4' ? `inet_addr("${of.text}")` : `inet_pton(AF_INET6, "${of.text}")`,
  );

function addressOf(text: string): Address {
  const parsed = parseAddress(text);
  invariant(parsed !== undefined, 'the rules know the addresses of a plan');
  return parsed;
}

function networkOf(text: string): { readonly address: Address; readonly prefix: number } {
  const [own = '', prefix = '0'] = text.split('/');
  return { address: addressOf(own), prefix: Number(prefix) };
}
