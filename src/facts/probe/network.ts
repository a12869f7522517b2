import type { NetworkFact } from '../facts.ts';
import { text } from './text.ts';

/** libvirt's state of the networks that it has started. */
const LIBVIRT = '/run/libvirt/network';

/**
 * What an interface of a virtual network is connected to. libvirt's network counts where it is started; else the one
 * that is always there, which is started when a container needs it.
 */
export function networkOnHost(name: string): NetworkFact {
  const status = name.includes('/') ? undefined : text(`${LIBVIRT}/${name}.xml`);
  const active = status === undefined ? undefined : networkOf(status);
  if (active !== undefined) return { ...active, of: 'libvirt' };
  return name === 'default' ? { kind: 'bridge', bridge: 'virbr0' } : { kind: 'missing' };
}

/** Of the XML that libvirt has written itself. */
function networkOf(status: string): Exclude<NetworkFact, { kind: 'missing' }> | undefined {
  const bridge = /<bridge name='([^']+)'/.exec(status)?.[1];
  if (bridge !== undefined) return { kind: 'bridge', bridge };
  const mode = /<forward [^>]*mode='(vepa|private|bridge|passthrough)'/.exec(status)?.[1];
  const device = /<interface dev='([^']+)'/.exec(status)?.[1];
  if (mode === undefined || device === undefined) return undefined;
  return { kind: 'direct', device, mode: mode as 'vepa' | 'private' | 'bridge' | 'passthrough' };
}
