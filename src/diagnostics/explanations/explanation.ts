/** What a diagnostic means, apart from the place where it was met. */
export interface Explanation {
  /** What is wrong, and what follows from it. */
  readonly summary: string;
  /** An input that yields the diagnostic; the tests hold it to that. */
  readonly example: Example;
  /** What to do about it. */
  readonly remedy: string;
}

export type Example =
  | {
      readonly kind: 'domain';
      /** A whole document, or what stands inside `<domain>` beside `<name>`, `<memory>` and `<os>`. */
      readonly xml: string;
      /** Facts of the host that the diagnostic needs, in place of those of a common machine. */
      readonly facts?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'config';
      /** The whole text of a config of lxc-tools. */
      readonly text: string;
    }
  | {
      readonly kind: 'command';
      readonly command: string;
      /** Shell commands that make the files it needs. `hello.xml` is a domain and always there. */
      readonly setup?: string;
      /** Why the tests do not run it. */
      readonly untested?: string;
    };

export const domain = (xml: string, facts?: Readonly<Record<string, unknown>>): Example => ({
  kind: 'domain',
  xml,
  ...(facts === undefined ? {} : { facts }),
});

/** The lines of a config that already has a name and a root, unless they are the `whole` of it. */
export const config = (lines: string, { whole = false } = {}): Example => ({
  kind: 'config',
  text: `${whole ? '' : 'lxc.uts.name = vm1\nlxc.rootfs.path = /srv/vm1\n'}${lines}\n`,
});

export const command = (text: string, setup?: string): Example => ({
  kind: 'command',
  command: text,
  ...(setup === undefined ? {} : { setup }),
});

export const untested = (text: string, why: string): Example => ({
  kind: 'command',
  command: text,
  untested: why,
});

/** The document of an example: what it leaves out of a domain is filled in. */
export function exampleDocument(xml: string): string {
  if (/^<(\?|!|domain|[a-z]+:domain)|^[^<]|^<network/.test(xml)) return xml;
  const parts = ['<name>vm1</name>', "<memory unit='MiB'>64</memory>", OS];
  const given = new Set([...xml.matchAll(/^<(\w+)/gm)].map(([, name]) => name));
  const missing = parts.filter((part) => !given.has(/^<(\w+)/.exec(part)?.[1]));
  const lines = [...missing, ...xml.split('\n')].map((line) => `  ${line}\n`);
  return `<domain type='lxc'>\n${lines.join('')}</domain>\n`;
}

const OS = '<os><type>exe</type><init>/sbin/init</init></os>';
