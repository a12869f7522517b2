import {
  flag,
  type KeptRule,
  number,
  number64,
  oneOf,
  onOff,
  text,
  uuid,
  type ValueRule,
  yesNo,
} from './rule.ts';

export const diskAttributes: Readonly<Record<string, ValueRule>> = {
  model: oneOf('virtio virtio-transitional virtio-non-transitional'),
  rawio: yesNo(),
  sgio: oneOf('filtered unfiltered'),
  snapshot: oneOf('no internal external manual'),
};

/** Of `<driver>`, behind name, type and cache. @see libvirt 9.0, src/conf/domain_conf.c, virDomainDiskDefFormatDriver */
export const diskDriverAttributes: Readonly<Record<string, ValueRule>> = {
  error_policy: oneOf('stop report ignore enospace'),
  rerror_policy: oneOf('stop report ignore'),
  io: oneOf('native threads io_uring'),
  ioeventfd: onOff(),
  event_idx: onOff(),
  copy_on_read: onOff(),
  discard: oneOf('unmap ignore'),
  iothread: number({ zero: 'dropped' }),
  detect_zeroes: oneOf('off on unmap'),
  queues: number({ zero: 'dropped' }),
  queue_size: number({ zero: 'dropped' }),
  iommu: onOff(),
  ats: onOff(),
  packed: onOff(),
};

const rates = ['bytes', 'iops'].flatMap((what) =>
  ['total', 'read', 'write'].map((which) => `${which}_${what}_sec`),
);

const rate: KeptRule = { text: number64({ zero: 'dropped' }), emptyIsDropped: true };

/** Behind `<target>` and before the rest. */
export const iotuneRule: KeptRule = {
  children: Object.fromEntries(
    [
      ...rates,
      ...rates.map((name) => `${name}_max`),
      'size_iops_sec',
      ...rates.map((name) => `${name}_max_length`),
    ].map((name) => [name, rate]),
  ),
  emptyIsDropped: true,
};

export const geometryRule: KeptRule = {
  attributes: { cyls: number(), heads: number(), secs: number(), trans: oneOf('none auto lba') },
};

export const blockioRule: KeptRule = {
  attributes: {
    logical_block_size: number({ zero: 'dropped' }),
    physical_block_size: number({ zero: 'dropped' }),
  },
  emptyIsDropped: true,
};

/** Children behind `<readonly>`, in print order. */
export const diskRules: Readonly<Record<string, KeptRule>> = {
  shareable: flag,
  transient: { attributes: { shareBacking: yesNo() } },
  serial: { text: text() },
  wwn: { text: text() },
  vendor: { text: text() },
  product: { text: text() },
};

/** `<source>` of the kinds that are no file of the host. */
export const diskSources: Readonly<Record<string, KeptRule>> = {
  network: {
    attributes: {
      protocol: oneOf('nbd rbd sheepdog gluster iscsi http https ftp ftps tftp ssh vxhs nfs', {
        required: true,
      }),
      name: text(),
      query: text(),
      tls: yesNo(),
      tlsHostname: text(),
      startupPolicy: oneOf('mandatory requisite optional'),
    },
    children: {
      host: {
        many: true,
        attributes: {
          transport: oneOf('unix rdma'),
          name: text(),
          port: text(),
          socket: text(),
        },
      },
      ssl: { attributes: { verify: yesNo({ required: true }) } },
      initiator: { children: { iqn: { attributes: { name: text({ required: true }) } } } },
      auth: {
        attributes: { username: text({ required: true }) },
        children: {
          secret: { attributes: { type: text({ required: true }), usage: text(), uuid: uuid() } },
        },
      },
    },
  },
  volume: {
    attributes: {
      pool: text({ required: true }),
      volume: text({ required: true }),
      mode: oneOf('host direct'),
      startupPolicy: oneOf('mandatory requisite optional'),
    },
  },
};

export const startupPolicy = { startupPolicy: oneOf('mandatory requisite optional') };
