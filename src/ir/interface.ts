import type { Located, Origin } from '../diagnostics/origin.ts';
import type { Kept, KeptAttribute } from './kept.ts';

interface InterfaceBase {
  /** Lower case, six parts. */
  readonly mac?: Located<string>;
  /** Attributes `type` and `check` of `<mac>`: without effect. */
  readonly keptMac?: readonly KeptAttribute[];
  /** Name of the host's end. */
  readonly target?: Located<string>;
  /** `target/@managed`: without it the host's end is made, and goes, with the container. */
  readonly targetManaged?: boolean;
  /** Name inside the container. */
  readonly guest?: Located<string>;
  /** `guest/@actual`: status that libvirt prints back. */
  readonly guestActual?: string;
  readonly addresses: readonly IpAddress[];
  readonly routes: readonly Route[];
  readonly link?: Located<'up' | 'down'>;
  readonly mtu?: Located<number>;
  readonly bandwidth?: Bandwidth;
  readonly vlan?: Vlan;
  readonly virtualport?: Virtualport;
  readonly filterref?: Filterref;
  readonly script?: Located<string>;
  readonly downscript?: Located<string>;
  readonly backendDomain?: Located<string>;
  readonly isolated?: Located<boolean>;
  /** Attributes of `<interface>` without effect: `managed`, `trustGuestRxFilters`. */
  readonly keptAttributes?: readonly KeptAttribute[];
  /** `<model>`, `<driver>`, `<backend>`, `<teaming>`, `<tune>`, `<coalesce>`, `<boot>`, `<rom>`, `<address>` … */
  readonly kept?: readonly Kept[];
  /** The `<interface>` element. */
  readonly origin: Origin;
}

/** libvirt's `<interface>`; `kind` is its `type` attribute. */
export type Interface = InterfaceBase &
  (
    | { readonly kind: 'network'; readonly network: Located<string>; readonly portgroup?: string }
    | { readonly kind: 'bridge'; readonly bridge: Located<string> }
    | { readonly kind: 'direct'; readonly device: Located<string>; readonly mode: DirectMode }
    | {
        readonly kind: 'ethernet';
        /** Of the host's end. */
        readonly hostAddresses: readonly IpAddress[];
        readonly hostRoutes: readonly Route[];
      }
    | {
        /** Kinds that only virtual machines have. */
        readonly kind: 'other';
        readonly type: Located<string>;
        readonly keptSource?: Kept;
      }
  );

export type DirectMode = 'vepa' | 'private' | 'bridge' | 'passthrough';

export interface IpAddress {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** Length of the network's part. */
  readonly prefix?: number;
  readonly peer?: string;
  readonly origin: Origin;
}

export interface Route {
  readonly family?: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly prefix?: number;
  /** Instead of `prefix`. */
  readonly netmask?: string;
  readonly gateway: string;
  readonly metric?: number;
  readonly origin: Origin;
}

export interface Bandwidth {
  readonly inbound?: BandwidthLimit;
  readonly outbound?: BandwidthLimit;
  readonly origin: Origin;
}

/** `average`, `peak` and `floor` in KiB a second, `burst` in KiB; 0 is not given. */
export interface BandwidthLimit {
  readonly average?: bigint;
  readonly peak?: bigint;
  readonly burst?: bigint;
  readonly floor?: bigint;
  readonly origin: Origin;
}

export interface Vlan {
  readonly trunk: boolean;
  readonly tags: readonly VlanTag[];
  readonly origin: Origin;
}

export interface VlanTag {
  readonly id: number;
  readonly nativeMode?: 'tagged' | 'untagged';
}

export interface Virtualport {
  readonly type?: '802.1Qbg' | '802.1Qbh' | 'openvswitch' | 'midonet';
  readonly managerId?: number;
  readonly typeId?: number;
  readonly typeIdVersion?: number;
  readonly instanceId?: string;
  readonly interfaceId?: string;
  readonly profileId?: string;
  readonly origin: Origin;
}

export interface Filterref {
  readonly filter: string;
  /** By name. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly origin: Origin;
}
