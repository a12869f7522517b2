import type { LxcVersion } from '../../frontend/lxc/versions.ts';
import type { ReportOptions } from '../report/report.ts';

/** Of domxml-from-native, in both of its ways to answer. */
export interface Options extends ReportOptions {
  readonly format?: string;
  readonly config?: string;
  readonly output?: string;
  readonly uuid?: string;
  readonly full?: boolean;
  readonly strict?: boolean;
  readonly libvirtQuirks?: boolean;
  readonly emulator: string;
  readonly hostMemory?: string;
  readonly root?: string;
  readonly lxcVersion: LxcVersion;
}
