import { error, warning } from '../diagnostic.ts';
import type { Origin, Span } from '../origin.ts';

export const xmlEmpty = (at: Span) =>
  error('xml/empty', at, 'no element: expected <domain>', {
    libvirt: 'XML error: (domain_definition):1: Start tag expected',
  });

export const xmlWrongRoot = (name: string, at: Span) =>
  error('xml/wrong-root', at, `the root element is <${name}>: expected <domain>`, {
    libvirt: `XML error: unexpected root element <${name}>, expecting <domain>`,
  });

const meant = (nearest: string | undefined, form: (name: string) => string) =>
  nearest === undefined ? {} : { help: `did you mean ${form(nearest)}?` };

export const unknownElement = (
  name: string,
  parent: string,
  at: Span,
  nearest: string | undefined,
) =>
  warning(
    'xml/unknown-element',
    at,
    `<${name}> is not known in <${parent}> and has no effect`,
    meant(nearest, (n) => `<${n}>`),
  );

export const unknownAttribute = (
  name: string,
  element: string,
  at: Span,
  nearest: string | undefined,
) =>
  warning(
    'xml/unknown-attribute',
    at,
    `attribute '${name}' is not known on <${element}> and has no effect`,
    meant(nearest, (n) => `'${n}'`),
  );

export const elementIgnored = (name: string, at: Span) =>
  warning('xml/element-ignored', at, `<${name}> has no effect on a container`);

export const unsupportedElement = (name: string, at: Span) =>
  error('domain/unsupported-element', at, `<${name}> is not supported yet`);

export const unsupportedAttribute = (name: string, element: string, at: Span) =>
  error(
    'domain/unsupported-attribute',
    at,
    `attribute '${name}' of <${element}> is not supported yet`,
  );

export const elementTwice = (name: string, at: Span, first: Span) =>
  error('domain/element-twice', at, `<${name}> is given twice`, {
    notes: [{ message: 'first given here', span: first }],
  });

export const missingElement = (name: string, parent: string, at: Span, libvirt?: string) =>
  error(
    'domain/missing-element',
    at,
    `<${parent}> has no <${name}>`,
    libvirt === undefined ? {} : { libvirt },
  );

export const missingAttribute = (name: string, element: string, at: Span) =>
  error('domain/missing-attribute', at, `<${element}> has no attribute '${name}'`);

export const badValue = (what: string, value: string, expected: string, at: Span | Origin) =>
  error(
    'domain/bad-value',
    at,
    `${what} '${value.slice(0, 80)}' is not valid: expected ${expected}`,
  );

export const unknownCapability = (name: string, at: Span, nearest: string | undefined) =>
  error(
    'capability/unknown',
    at,
    `capability <${name}> is not known`,
    meant(nearest, (n) => `<${n}>`),
  );
