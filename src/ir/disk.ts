import type { Located, Origin } from '../diagnostics/origin.ts';
import type { Kept, KeptAttribute } from './kept.ts';

/** `<disk>`: a block device of the host as a node of the container. */
export interface Disk {
  readonly kind: 'block' | 'file' | 'dir' | 'network' | 'volume' | 'nvme' | 'vhostuser';
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  /** Path on the host, of kinds block, file and dir. */
  readonly source?: Located<string>;
  /** Attributes of `<source>` without effect. */
  readonly keptSource?: readonly KeptAttribute[];
  /** `<seclabel>` of `<source>`. */
  readonly keptSeclabels?: readonly Kept[];
  /** Name of the node: `sda`. */
  readonly target: Located<string>;
  readonly bus?: string;
  readonly driverName?: string;
  readonly format?: string;
  readonly cache?: string;
  readonly readOnly: boolean;
  /** Attributes of `<disk>` without effect. */
  readonly keptAttributes?: readonly KeptAttribute[];
  /** Further attributes of `<driver>`, in print order. */
  readonly keptDriver?: readonly KeptAttribute[];
  /** `<source>` of the other kinds, `<address>`, `<serial>`, `<iotune>` and the like. */
  readonly kept?: readonly Kept[];
  readonly origin: Origin;
}
