import { integer, type KeptRule, number, oneOf, onOff, text, yesNo } from './rule.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetModel */
export const netModels: readonly string[] =
  'netfront rtl8139 virtio e1000 e1000e virtio-transitional virtio-non-transitional usb-net spapr-vlan lan9118 scm91c111 vlance vmxnet vmxnet2 vmxnet3 Am79C970A Am79C973 82540EM 82545EM 82543GC'.split(
    ' ',
  );

const offloads = (names: string): KeptRule => ({
  attributes: Object.fromEntries(names.split(' ').map((name) => [name, onOff()])),
  emptyIsDropped: true,
});

const limit: KeptRule = {
  children: {
    frames: { attributes: { max: number({ zero: 'dropped' }) }, emptyIsDropped: true },
  },
  emptyIsDropped: true,
};

/** What an interface of a virtual machine may have besides. @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetDefFormat */
export const interfaceRules = {
  driver: {
    attributes: {
      name: oneOf('vhost qemu'),
      txmode: oneOf('iothread timer', { phrase: 'Unknown interface <driver txmode' }),
      ioeventfd: onOff(),
      event_idx: onOff(),
      queues: number({ zero: 'dropped' }),
      rx_queue_size: number({ zero: 'dropped' }),
      tx_queue_size: number({ zero: 'dropped' }),
      rss: onOff(),
      rss_hash_report: onOff(),
      iommu: onOff(),
      ats: onOff(),
      packed: onOff(),
      page_per_vq: onOff(),
    },
    children: {
      host: offloads('csum gso tso4 tso6 ecn ufo mrg_rxbuf'),
      guest: offloads('csum tso4 tso6 ecn ufo'),
    },
    emptyIsDropped: true,
  },
  backend: {
    attributes: { tap: text(), vhost: text() },
    emptyIsDropped: true,
  },
  teaming: {
    attributes: {
      type: oneOf('persistent transient', { phrase: 'unknown teaming type', xpath: true }),
      persistent: text({ xpath: true }),
    },
    emptyIsDropped: true,
  },
  coalesce: { children: { rx: limit }, emptyIsDropped: true },
} as const satisfies Readonly<Record<string, KeptRule>>;

const port = integer({ required: true, negative: 'kept' });

const socket: KeptRule = { attributes: { address: text(), port } };

/** `<source>` of the types that no container has. */
export const interfaceSources: Readonly<Record<string, KeptRule>> = {
  internal: { attributes: { name: text({ required: true }) } },
  server: socket,
  client: socket,
  mcast: socket,
  udp: { ...socket, children: { local: socket } },
  vdpa: { attributes: { dev: text({ required: true }) } },
  vhostuser: {
    attributes: { type: oneOf('unix'), path: text(), mode: oneOf('client server') },
    children: { reconnect: { attributes: { enabled: yesNo(), timeout: number() } } },
  },
  hostdev: {
    children: {
      address: {
        attributes: {
          type: oneOf('pci'),
          domain: number({ hexDigits: 4, default: '0x0000' }),
          bus: number({ hexDigits: 2, default: '0x00' }),
          slot: number({ hexDigits: 2, default: '0x00' }),
          function: number({ hexDigits: 1, default: '0x0' }),
        },
      },
    },
  },
  vds: {
    attributes: { switchid: text(), portgroupid: text(), portid: text(), connectionid: text() },
  },
};
