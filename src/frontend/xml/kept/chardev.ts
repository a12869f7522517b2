import { keptValue } from '../../../ir/kept.ts';
import { type KeptRule, number, oneOf, onOff, text, type ValueRule, yesNo } from './rule.ts';

export const chardevTypes: readonly string[] =
  'null vc pty dev file pipe stdio udp tcp unix spicevmc spiceport nmdm qemu-vdagent dbus'.split(
    ' ',
  );

const mode = oneOf('connect bind', { default: 'connect' });

/** The attributes of `<source>` by type. @see libvirt 9.0, src/conf/domain_conf.c, virDomainChrSourceDefFormat */
export const chardevSources: Readonly<Record<string, Readonly<Record<string, ValueRule>>>> = {
  dev: { path: text() },
  pipe: { path: text() },
  file: { path: text(), append: onOff() },
  unix: { mode, path: text() },
  tcp: { mode, host: text(), service: text(), tls: oneOf('yes no') },
  udp: { mode, host: text(), service: text() },
  spiceport: { channel: text() },
  nmdm: { master: text(), slave: text() },
  dbus: { channel: text() },
  'qemu-vdagent': {},
};

/** The children of the source of type qemu-vdagent. */
export const agentRules: readonly (readonly [name: string, rule: KeptRule])[] = [
  ['clipboard', { attributes: { copypaste: yesNo({ required: true }) } }],
  ['mouse', { attributes: { mode: oneOf('client server', { required: true }) } }],
];

export const reconnectRule: KeptRule = {
  attributes: { enabled: oneOf('yes no'), timeout: number() },
  emptyIsDropped: true,
};

export const protocolRule: KeptRule = {
  attributes: {
    type: oneOf('raw telnet telnets tls', { default: 'raw', phrase: 'Unknown protocol' }),
  },
};

export const logRule: KeptRule = {
  attributes: { file: text(), append: onOff() },
  finish: (log) => (keptValue(log, 'file') === undefined ? undefined : log),
};

/** `<target>` of the devices that are no consoles. */
export const chardevTargets: Readonly<Record<string, KeptRule>> = {
  serial: {
    attributes: {
      type: oneOf(
        'isa-serial usb-serial pci-serial spapr-vio-serial system-serial sclp-serial isa-debug',
      ),
      port: number(),
    },
    children: { model: { attributes: { name: text() } } },
  },
  parallel: { attributes: { port: number() } },
  channel: {
    attributes: {
      type: oneOf('guestfwd virtio xen'),
      name: text(),
      address: text(),
      port: number(),
    },
  },
};
