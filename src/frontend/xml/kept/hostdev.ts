import {
  flag,
  type KeptRule,
  number,
  oneOf,
  onOff,
  text,
  uuid,
  type ValueRule,
  yesNo,
} from './rule.ts';

interface SourceRule {
  /** Attributes of `<hostdev>` itself. */
  readonly attributes: Readonly<Record<string, ValueRule>>;
  readonly source: KeptRule;
  /** What stands in front of `<source>`, and behind it. */
  readonly front?: Readonly<Record<string, KeptRule>>;
  readonly behind?: Readonly<Record<string, KeptRule>>;
  /** `managed` is not printed. */
  readonly unmanaged?: true;
}

const pciAddress: KeptRule = {
  attributes: {
    domain: number({ hexDigits: 4, default: '0x0000' }),
    bus: number({ hexDigits: 2, default: '0x00' }),
    slot: number({ hexDigits: 2, default: '0x00' }),
    function: number({ hexDigits: 1, default: '0x0' }),
    multifunction: onOff(),
  },
};

/** Devices of the host that only virtual machines can take. @see libvirt 9.0, src/conf/domain_conf.c */
export const hostdevSources: Readonly<Record<string, SourceRule>> = {
  pci: {
    attributes: {},
    source: { attributes: { writeFiltering: yesNo() }, children: { address: pciAddress } },
    front: { driver: { attributes: { name: oneOf('kvm vfio xen') }, emptyIsDropped: true } },
  },
  scsi: {
    attributes: { sgio: oneOf('filtered unfiltered'), rawio: yesNo() },
    source: {
      children: {
        adapter: { attributes: { name: text() } },
        address: { attributes: { bus: number(), target: number(), unit: number() } },
      },
    },
    behind: { readonly: flag, shareable: flag },
  },
  scsi_host: {
    attributes: { model: oneOf('virtio virtio-transitional virtio-non-transitional') },
    source: { attributes: { protocol: oneOf('vhost'), wwpn: text() } },
  },
  mdev: {
    attributes: {
      model: oneOf('vfio-pci vfio-ccw vfio-ap', { required: true }),
      display: onOff(),
      ramfb: onOff(),
    },
    source: { children: { address: { attributes: { uuid: uuid() } } } },
  },
};
