import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Sources } from '../../diagnostics/render.ts';

/** What the keys of each kind become, old names of kinds included. */
const elements: Readonly<Record<string, readonly string[]>> = {
  cap: ['features'],
  environment: ['os'],
  execute: ['os'],
  id_map: ['idmap'],
  idmap: ['idmap'],
  include: ['devices', 'features', 'idmap', 'name', 'os'],
  init: ['os'],
  init_cmd: ['os'],
  mount: ['devices'],
  net: ['devices', 'features'],
  network: ['devices', 'features'],
  rootfs: ['devices'],
  tty: ['devices'],
  uts: ['name'],
  utsname: ['name'],
};

/** The elements of domain XML that the lines with errors were to become. */
export function doubtsOf(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
): ReadonlySet<string> {
  const doubts = new Set<string>();
  for (const { severity, span } of diagnostics) {
    if (severity !== 'error' || span === undefined) continue;
    const text = sources.get(span.file) ?? '';
    const line = text.slice(text.lastIndexOf('\n', span.start - 1) + 1, span.end);
    const [, kind = 'include'] = /^\s*lxc\.(\w+)/.exec(line) ?? [];
    for (const element of elements[kind] ?? []) doubts.add(element);
  }
  return doubts;
}
