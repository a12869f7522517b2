import type { MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Seclabel } from '../ir/seclabel.ts';

/**
 * Gives a label without a model the host's; where that is `none`, there is no label.
 * @see libvirt 9.0, src/conf/domain_conf.c, virSecurityLabelDefsParseXML
 */
export function defaultSecurityModel(domain: Domain, { libvirt }: MachineFacts): Domain {
  if (domain.seclabels.every(({ model }) => model !== undefined)) return domain;
  const complete = (label: Seclabel): Seclabel => {
    if (label.model !== undefined) return label;
    const model = libvirt.securityModel;
    return model === 'none' ? { type: 'none', model, origin: label.origin } : { ...label, model };
  };
  return { ...domain, seclabels: domain.seclabels.map(complete) };
}
