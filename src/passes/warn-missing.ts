import { missingOnHost } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/** Something of the host that a domain names, and the path that is there if it is. */
interface HostThing {
  readonly what: string;
  readonly named: Located<string>;
  readonly path: string;
}

/** All devices, images and links of the host that a domain names, but for those of its interfaces. */
export function hostThings({ filesystems, disks, hostdevs }: Domain): HostThing[] {
  const file = (what: string, named: Located<string> | undefined): HostThing[] =>
    named?.value.startsWith('/') ? [{ what, named, path: named.value }] : [];
  return [
    ...filesystems.flatMap((filesystem) =>
      filesystem.kind === 'block' || filesystem.kind === 'file'
        ? file(filesystem.kind === 'block' ? 'block device' : 'image', filesystem.source)
        : [],
    ),
    ...disks.flatMap(({ kind, source }) =>
      kind === 'block' || kind === 'file'
        ? file(kind === 'block' ? 'block device' : 'image', source)
        : [],
    ),
    ...hostdevs.flatMap((hostdev) => {
      switch (hostdev.kind) {
        case 'storage':
          return file('block device', hostdev.block);
        case 'misc':
          return file('character device', hostdev.char);
        case 'net':
          return link('interface', hostdev.interface);
        default:
          return [];
      }
    }),
  ];
}

/** @see Documentation/ABI/testing/sysfs-class-net */
function link(what: string, named: Located<string>): HostThing[] {
  const isName = /^(?!\.{1,2}$)[^/\0]+$/.test(named.value);
  return isName ? [{ what, named, path: `/sys/class/net/${named.value}` }] : [];
}

/** libvirt takes such a definition, and fails when it starts. */
export const warnMissing = (domain: Domain, facts: HostFacts): readonly Diagnostic[] =>
  hostThings(domain)
    .filter(({ path }) => facts.paths[path]?.kind === 'missing')
    .map(({ what, named }) => missingOnHost(what, named.value, named.origin));
