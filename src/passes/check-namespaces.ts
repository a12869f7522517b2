import {
  namespaceOfItself,
  namespaceValueBad,
  netnsOfOther,
  twoNetworks,
} from '../diagnostics/catalog/namespaces.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';
import { type Shared, sharedNamespaces } from '../ir/shared-namespaces.ts';

/** What a namespace that is shared would fail with, as far as it shows in the domain. */
export function checkNamespaces(domain: Domain): readonly Diagnostic[] {
  const shared = sharedNamespaces(domain);
  return [...shared.flatMap((each) => value(each, domain.name.value)), ...network(domain, shared)];
}

function value(shared: Shared, name: string): readonly Diagnostic[] {
  const { namespace, type, origin } = shared;
  if (type === 'netns' && namespace !== 'net') return [netnsOfOther(namespace, origin)];
  if (type === 'pid')
    return /^[1-9]\d{0,9}$/.test(shared.value)
      ? []
      : [namespaceValueBad(shared.value, 'the number of a process', origin)];
  if (/^(\.{0,2}|.*[/\0\n].*)$/.test(shared.value) || Buffer.byteLength(shared.value) > 200) {
    const what = type === 'name' ? 'the name of a domain' : 'a name of `ip netns list`';
    return [namespaceValueBad(shared.value, what, origin)];
  }
  return type === 'name' && shared.value === name ? [namespaceOfItself(name, origin)] : [];
}

/** `<privnet/>` is ignored beside it, as the page of the driver says; an interface cannot be. */
function network(
  { interfaces, hostdevs }: Domain,
  shared: readonly Shared[],
): readonly Diagnostic[] {
  const net = shared.find(({ namespace }) => namespace === 'net');
  const own = interfaces[0] ?? hostdevs.find(({ kind }) => kind === 'net');
  return net === undefined || own === undefined ? [] : [twoNetworks(own.origin, net.origin)];
}
