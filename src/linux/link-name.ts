/** IFNAMSIZ of linux/if.h, without the NUL. */
export const LONGEST_LINK_NAME = 15;

/**
 * Whether the kernel takes it as the name of a link. A `%` would ask it to choose a number.
 * @see net/core/dev.c, dev_valid_name
 */
export const isLinkName = (name: string): boolean =>
  /^(?!\.{1,2}$)[^\s/:%\0]+$/.test(name) && Buffer.byteLength(name) <= LONGEST_LINK_NAME;
