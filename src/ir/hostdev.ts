import type { Located, Origin } from '../diagnostics/origin.ts';
import type { IpAddress, Route } from './interface.ts';
import type { Kept, KeptAttribute } from './kept.ts';

interface HostdevBase {
  /** `<boot>`, `<rom>`, `<address>`. */
  readonly kept?: readonly Kept[];
  readonly origin: Origin;
}

/** `<hostdev>`: a device of the host for the container. */
export type Hostdev = HostdevBase &
  (
    | { readonly kind: 'storage'; readonly block: Located<string> }
    | { readonly kind: 'misc'; readonly char: Located<string> }
    | {
        readonly kind: 'net';
        readonly interface: Located<string>;
        readonly addresses: readonly IpAddress[];
        readonly routes: readonly Route[];
      }
    | {
        readonly kind: 'usb';
        readonly managed: boolean;
        readonly vendor?: number;
        readonly product?: number;
        readonly bus?: number;
        readonly device?: number;
        /** Attributes of `<source>`: `startupPolicy`, `guestReset`. */
        readonly keptSource?: readonly KeptAttribute[];
      }
    | {
        /** Devices that only virtual machines can take. */
        readonly kind: 'other';
        readonly type: string;
        readonly keptAttributes: readonly KeptAttribute[];
      }
  );
