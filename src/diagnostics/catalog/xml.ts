import { error, warning } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

const meant = (nearest: string | undefined, form: (name: string) => string) =>
  nearest === undefined ? {} : { help: `did you mean ${form(nearest)}?`, suggestion: nearest };

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

export const extensionValue = (name: string, value: string, expected: string, at: Span) =>
  error('extension/bad-value', at, `${name} '${value}': expected ${expected}`);

export const extensionLacks = (name: string, element: string, at: Span) =>
  error('extension/missing-attribute', at, `<${element}> lacks the attribute '${name}'`);

export const elementIgnored = (name: string, at: Span) =>
  warning('xml/element-ignored', at, `<${name}> has no effect on a container`);

export const elementTwice = (name: string, at: Span, first: Span) =>
  warning('xml/element-repeated', at, `<${name}> is given twice: the first one counts`, {
    notes: [{ message: 'first given here', span: first }],
  });

export const tooManyFaults = (limit: number, at: Span | undefined) =>
  error('xml/too-many-faults', at, `more than ${limit} faults: the rest is not looked at`);
