import { error } from '../diagnostic.ts';
import { type Origin, spanOf } from '../origin.ts';

export const netnsOfOther = (namespace: 'ipc' | 'uts' | 'net', at: Origin) =>
  error('namespace/netns-of-other', at, `a netns has a network, and no ${namespace} namespace`, {
    help: "use type='name' or type='pid'",
    libvirt: "'netns' namespace source can only be used with sharenet",
  });

export const namespaceValueBad = (value: string, expected: string, at: Origin) =>
  error('namespace/bad-value', at, `'${value}' names no namespace: expected ${expected}`);

export const namespaceOfItself = (name: string, at: Origin) =>
  error(
    'namespace/of-itself',
    at,
    `'${name}' is this domain: it has no namespace before it starts`,
  );

export const twoNetworks = (at: Origin, shared: Origin) => {
  const span = spanOf(shared);
  return error('namespace/two-networks', at, 'a shared network takes no further interfaces', {
    help: 'give the interface to whose network it is, or leave <lxc:sharenet> out',
    notes: [{ message: 'it is shared here', ...(span === undefined ? {} : { span }) }],
  });
};
