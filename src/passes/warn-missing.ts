import { missingOnHost } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { type Shared, sharedNamespaces } from '../ir/shared-namespaces.ts';
import { placeOfShared } from '../libvirt/shared-paths.ts';

/** Something of the host that a domain names, and the path that is there if it is. */
interface HostThing {
  readonly what: string;
  readonly named: Located<string>;
  readonly path: string;
}

/** Images, links and namespaces of the host that a domain names, but for what the checks look for. */
export function hostThings(domain: Domain, runtimeDirectory: string): HostThing[] {
  const { hostdevs } = domain;
  return [
    ...sharedNamespaces(domain).flatMap((shared) => donor(shared, runtimeDirectory)),
    ...hostdevs.flatMap((hostdev) =>
      hostdev.kind === 'net' ? link('interface', hostdev.interface) : [],
    ),
  ];
}

const donors = { name: 'running domain', pid: 'process', netns: 'network namespace' } as const;

/** Whose namespace is shared. What is no name has no path. */
function donor(shared: Shared, runtimeDirectory: string): HostThing[] {
  if (!/^(?!\.{1,2}$)[^/\0\n]+$/.test(shared.value)) return [];
  const place = placeOfShared(shared, runtimeDirectory);
  const path = 'path' in place ? place.path : place.directory;
  const named = { value: shared.value, origin: shared.origin };
  return [{ what: donors[shared.type], named, path }];
}

/** @see Documentation/ABI/testing/sysfs-class-net */
function link(what: string, named: Located<string>): HostThing[] {
  const isName = /^(?!\.{1,2}$)[^/\0]+$/.test(named.value);
  return isName ? [{ what, named, path: `/sys/class/net/${named.value}` }] : [];
}

/** libvirt takes such a definition, and fails when it starts. */
export const warnMissing = (domain: Domain, facts: HostFacts): readonly Diagnostic[] =>
  hostThings(domain, facts.runtimeDirectory)
    .filter(({ path }) => facts.paths[path]?.kind === 'missing')
    .map(({ what, named }) => missingOnHost(what, named.value, named.origin));
