import type { Origin } from '../diagnostics/origin.ts';

/** `<seclabel>`. Without `model` the host's security model is meant. */
export type Seclabel = { readonly model?: string; readonly origin: Origin } & (
  | { readonly type: 'dynamic'; readonly baselabel?: string }
  | { readonly type: 'static'; readonly relabel: boolean; readonly label: string }
  | { readonly type: 'none' }
);
