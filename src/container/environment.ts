import type { Domain } from '../ir/domain.ts';

/**
 * The environment of init, built from nothing. Where libvirt's page and its program disagree
 * (`container`, `PATH`), the page is followed; an `<initenv>` of the same name replaces in place.
 * @see https://libvirt.org/drvlxc.html, "Environment variables"
 */
export function environment(domain: Domain): string[] {
  const uuid = domain.uuid?.value ?? '';
  const variables = new Map([
    ['PATH', '/bin:/usr/bin'],
    ['TERM', 'linux'],
    ['container', 'libvirt-lxc'],
    ['HOME', '/'],
    ['container_uuid', uuid],
  ]);
  if (domain.consoles.length > 1) {
    const others = domain.consoles.slice(1).map((_, index) => `pts/${index + 1}`);
    variables.set('container_ttys', others.join(' '));
  }
  variables.set('LIBVIRT_LXC_UUID', uuid);
  variables.set('LIBVIRT_LXC_NAME', domain.name.value);
  if (domain.os.cmdline !== undefined) {
    variables.set('LIBVIRT_LXC_CMDLINE', domain.os.cmdline.value);
  }
  for (const { name, value } of domain.os.initEnv) variables.set(name, value);
  return [...variables].map(([name, value]) => `${name}=${value}`);
}
