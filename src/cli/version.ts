/** Of the package, and so of what is printed. */
export const version = '0.1.0';

declare const LXPLAIN_BUILD: string | undefined;

/** Tells apart what two builds of one version compile: a hash of the source, put here when it is bundled. */
export const build = `${version}+${typeof LXPLAIN_BUILD === 'undefined' ? 'source' : LXPLAIN_BUILD}`;
