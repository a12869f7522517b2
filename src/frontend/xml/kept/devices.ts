import type { Origin } from '../../../diagnostics/origin.ts';
import type { Kept } from '../../../ir/kept.ts';
import { finishVideoModel } from './display.ts';
import { graphicsRule } from './graphics.ts';
import {
  flag,
  integer,
  type KeptRule,
  number,
  number64,
  oneOf,
  onOff,
  text,
  yesNo,
} from './rule.ts';

const virtioModels = 'virtio virtio-transitional virtio-non-transitional';

const virtioDriver: KeptRule = {
  attributes: { iommu: onOff(), ats: onOff(), packed: onOff(), page_per_vq: onOff() },
  emptyIsDropped: true,
};

/** One end of a character device on a socket. */
const socketEnd: KeptRule = {
  attributes: { mode: oneOf('connect bind'), path: text(), host: text(), service: text() },
};

const automaticCid = (origin: Origin): Kept => ({
  name: 'cid',
  attributes: [{ name: 'auto', value: 'yes' }],
  children: [],
  origin,
});

/**
 * The devices that no container has, in print order; `address` and `boot` come with every one of them.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefFormatInternalSetRootName
 */
export const deviceRules = {
  lease: {
    children: {
      lockspace: { text: text() },
      key: { text: text() },
      target: { attributes: { path: text(), offset: number64({ zero: 'dropped' }) } },
    },
  },
  smartcard: {
    attributes: {
      mode: oneOf('host host-certificates passthrough', { required: true }),
      type: text(),
    },
    children: {
      certificate: { many: true, text: text() },
      database: { text: text() },
      source: socketEnd,
      protocol: { attributes: { type: oneOf('raw telnet telnets tls') } },
    },
  },
  tpm: {
    attributes: { model: oneOf('tpm-tis tpm-crb tpm-spapr tpm-spapr-proxy') },
    children: {
      backend: {
        attributes: {
          type: oneOf('passthrough emulator external', { required: true }),
          version: oneOf('1.2 2.0'),
          persistent_state: yesNo(),
        },
        children: { device: { attributes: { path: text() } } },
      },
    },
  },
  graphics: graphicsRule,
  sound: {
    attributes: {
      model: oneOf('sb16 es1370 pcspk ac97 ich6 ich9 usb ich7', { required: true }),
      multichannel: yesNo(),
    },
    children: {
      codec: {
        many: true,
        attributes: { type: oneOf('duplex micro output', { required: true }) },
      },
      audio: { attributes: { id: number() } },
    },
  },
  audio: {
    attributes: {
      id: number({ required: true, zero: 'refused' }),
      type: oneOf('none alsa coreaudio dbus jack oss pulseaudio sdl spice file', {
        required: true,
      }),
    },
  },
  video: {
    children: {
      driver: virtioDriver,
      model: {
        attributes: {
          type: oneOf(
            'default vga cirrus vmvga xen vbox qxl parallels virtio gop none bochs ramfb',
            { phrase: 'unknown video model' },
          ),
          ram: number({ zero: 'dropped' }),
          vram: number({ zero: 'dropped' }),
          vram64: number({ zero: 'dropped' }),
          vgamem: number({ zero: 'dropped' }),
          heads: number({ default: '1', zero: 'dropped' }),
          primary: yesNo(),
          blob: onOff(),
        },
        finish: finishVideoModel,
        children: {
          acceleration: { attributes: { accel3d: yesNo(), accel2d: yesNo(), rendernode: text() } },
          resolution: { attributes: { x: number(), y: number() } },
        },
      },
    },
  },
  redirdev: { attributes: { bus: oneOf('usb'), type: text() } },
  redirfilter: {
    children: {
      usbdev: {
        many: true,
        attributes: {
          class: number({ hexDigits: 2, upperCase: true }),
          vendor: number({ hexDigits: 4, upperCase: true }),
          product: number({ hexDigits: 4, upperCase: true }),
          version: text(),
          allow: yesNo({ required: true }),
        },
      },
    },
  },
  hub: { attributes: { type: oneOf('usb', { required: true }) } },
  watchdog: {
    attributes: {
      model: oneOf('i6300esb ib700 diag288', { required: true, phrase: 'unknown watchdog model' }),
      action: oneOf('reset shutdown poweroff pause none dump inject-nmi', { default: 'reset' }),
    },
  },
  memballoon: {
    attributes: {
      model: oneOf(`${virtioModels} xen none`, { required: true }),
      autodeflate: onOff(),
      freePageReporting: onOff(),
    },
    children: {
      stats: { attributes: { period: number({ zero: 'dropped' }) }, emptyIsDropped: true },
      driver: virtioDriver,
    },
  },
  rng: {
    attributes: { model: oneOf(virtioModels, { required: true, phrase: 'unknown RNG model' }) },
    children: {
      rate: {
        attributes: { bytes: number({ required: true }), period: number({ zero: 'dropped' }) },
      },
      backend: {
        attributes: {
          model: oneOf('random egd builtin', {
            required: true,
            phrase: 'unknown RNG backend model',
          }),
          type: text(),
        },
        children: { source: { ...socketEnd, many: true } },
        text: text(),
      },
      driver: virtioDriver,
    },
  },
  nvram: {},
  panic: {
    attributes: {
      model: oneOf('default isa pseries hyperv s390 pvpanic', { unprinted: 'default' }),
    },
    emptyIsDropped: true,
  },
  shmem: {
    attributes: { name: text({ required: true }), role: oneOf('peer master') },
    children: {
      model: { attributes: { type: oneOf('ivshmem ivshmem-plain ivshmem-doorbell') } },
      size: { attributes: { unit: text() }, text: number64() },
      server: { attributes: { path: text() } },
      msi: { attributes: { enabled: onOff(), vectors: number(), ioeventfd: onOff() } },
    },
  },
  iommu: {
    attributes: { model: oneOf('intel smmuv3 virtio', { required: true }) },
    children: {
      driver: {
        attributes: {
          intremap: onOff(),
          caching_mode: onOff(),
          eim: onOff(),
          iotlb: onOff(),
          aw_bits: number({ zero: 'dropped' }),
        },
        emptyIsDropped: true,
      },
    },
  },
  vsock: {
    attributes: { model: oneOf(virtioModels) },
    children: { cid: { attributes: { auto: yesNo(), address: number() } } },
    finish: (kept) =>
      kept.children.some(({ name }) => name === 'cid')
        ? kept
        : { ...kept, children: [automaticCid(kept.origin), ...kept.children] },
  },
} as const satisfies Readonly<Record<string, KeptRule>>;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainControllerDefParseXML and virDomainControllerDefFormat */
export const controllerRule: KeptRule = {
  attributes: {
    type: oneOf('ide fdc scsi sata virtio-serial ccid usb pci xenbus isa', { required: true }),
    index: integer(),
    model: text(),
    ports: number(),
    vectors: number(),
    maxGrantFrames: number(),
  },
  children: {
    master: { attributes: { startport: number() } },
    driver: {
      attributes: {
        queues: number({ zero: 'dropped' }),
        cmd_per_lun: number({ zero: 'dropped' }),
        max_sectors: number({ zero: 'dropped' }),
        ioeventfd: onOff(),
        iothread: number({ zero: 'dropped' }),
      },
      emptyIsDropped: true,
    },
  },
};

export const inputRule: KeptRule = {
  attributes: { type: text(), bus: text(), model: text() },
  children: { driver: flag, source: { attributes: { evdev: text() } } },
};
