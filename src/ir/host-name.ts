/** libvirt's host name: the letters, digits and hyphens of the name, without a leading hyphen. */
export const hostName = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9-]/g, '').replace(/^-/, '');
