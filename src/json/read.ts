import {
  jsonInvalid,
  jsonShape,
  jsonTooDeep,
  jsonTooManyValues,
} from '../diagnostics/catalog/json.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { invariant } from '../diagnostics/invariant.ts';
import { locate } from './locate.ts';
import { excess, firstFault } from './scan.ts';
import type { Fault, Validator } from './validator.ts';

/** A value of the shape that a schema gives, or what is wrong with the text. */
export type ReadJson<T> =
  | { readonly value: T; readonly diagnostics: readonly [] }
  | { readonly value?: undefined; readonly diagnostics: readonly Diagnostic[] };

/** Deeper and longer than anything that lxplain writes; in time for the largest file. */
const [MOST_LEVELS, MOST_VALUES] = [64, 80_000];

/** Reads JSON text of the shape that `validate` checks. `what` names that: 'a plan'. Reports the first fault. */
export function readJson<T>(
  file: string,
  text: string,
  validate: Validator,
  what: string,
  mostValues = MOST_VALUES,
): ReadJson<T> {
  const tooMuch = tooMuchIn(file, text, mostValues);
  if (tooMuch !== undefined) return { diagnostics: [tooMuch] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = jsonFault(file, text);
    return { diagnostics: fault === undefined ? [] : [fault] };
  }
  if (validate(value)) return { value: value as T, diagnostics: [] };
  const [fault] = validate.errors ?? [];
  invariant(fault !== undefined, 'what has not the shape has a fault');
  const { instancePath } = fault;
  const place = locate(file, text, instancePath);
  return { diagnostics: [jsonShape(what, instancePath, problem(fault), place)] };
}

function tooMuchIn(file: string, text: string, mostValues: number): Diagnostic | undefined {
  const found = excess(text, MOST_LEVELS, mostValues);
  if (found === undefined) return undefined;
  const place = { file, start: found.at, end: found.at + 1 };
  return found.of === 'levels'
    ? jsonTooDeep(MOST_LEVELS, place)
    : jsonTooManyValues(mostValues, place);
}

/** Where a text stops to be JSON that is read; undefined if it is. */
export function jsonFault(file: string, text: string): Diagnostic | undefined {
  const tooMuch = tooMuchIn(file, text, MOST_VALUES);
  if (tooMuch !== undefined) return tooMuch;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const { token, expected } = firstFault(text);
    const { content, start, end } = token;
    return jsonInvalid(content, expected, { file, start, end });
  }
}

/** What is wrong with the value, with the names and values that ajv's own message leaves out. */
function problem({ keyword, params, message }: Fault): string {
  const text = (value: unknown): string => `'${String(value)}'`;
  switch (keyword) {
    case 'additionalProperties':
      return `has the unknown member ${text(params.additionalProperty)}`;
    case 'unevaluatedProperties':
      return `has the unknown member ${text(params.unevaluatedProperty)}`;
    case 'required':
      return `lacks the member ${text(params.missingProperty)}`;
    case 'discriminator':
      return `has the ${String(params.tag)} ${text(params.tagValue)}, which is not known`;
    case 'enum':
      return `is none of ${(params.allowedValues as readonly unknown[]).map(text).join(', ')}`;
    case 'const':
      return `is not ${JSON.stringify(params.allowedValue)}`;
    case 'pattern':
      return `does not match ${String(params.pattern)}`;
    default:
      return message ?? 'has another shape';
  }
}
