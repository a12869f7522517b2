import schema from '../../../plans/domain.schema.json' with { type: 'json' };
import { fileTooLarge } from '../../diagnostics/catalog/cli.ts';
import { madeBy } from '../../diagnostics/origin.ts';
import validate from '../../generated/domain.js';
import type { Domain } from '../../ir/domain.ts';
import { type ReadJson, readJson } from '../../json/read.ts';

/** What is read of the XML that says the same has a quarter as many nodes; it is printed and read in turn. */
const [MOST_VALUES, MOST_CHARACTERS] = [25_000, 2 * 1024 * 1024];

/**
 * Reads what `lxplain format --json` printed, or another program wrote. Only the shape is checked: whether the domain
 * makes sense, the reader of its XML says. Its nodes have no places.
 */
export function readDomainJson(file: string, text: string): ReadJson<Domain> {
  if (text.length > MOST_CHARACTERS)
    return { diagnostics: [fileTooLarge(file, text.length, MOST_CHARACTERS)] };
  const read = readJson<unknown>(file, text, validate, 'a domain', MOST_VALUES);
  if (read.value === undefined) return { diagnostics: read.diagnostics };
  return { value: revive(read.value, schema as Schema) as Domain, diagnostics: [] };
}

/** As much of JSON Schema as the domain's uses. */
interface Schema {
  readonly $ref?: string;
  readonly $comment?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
}

const origin = madeBy('json');

/** The value as the type has it: what the schema's comments say was left out or written as text. */
function revive(value: unknown, part: Schema): unknown {
  if (part.$ref !== undefined) return revive(value, definition(part.$ref));
  const marks = part.$comment?.split(' ') ?? [];
  const plain = marks.includes('bigint') ? BigInt(value as string) : reviveMembers(value, part);
  return marks.includes('located') ? { value: plain, origin } : plain;
}

function reviveMembers(value: unknown, part: Schema): unknown {
  const { items } = part;
  if (Array.isArray(value)) return items ? value.map((each) => revive(each, items)) : value;
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {}, $comment } = part.oneOf === undefined ? part : branch(value, part);
  const members = Object.entries(value).map(([name, member]) => {
    const schema = properties[name];
    return [name, schema === undefined ? member : revive(member, schema)];
  });
  return { ...Object.fromEntries(members), ...($comment === 'origin' ? { origin } : {}) };
}

const definition = (reference: string): Schema => {
  const name = reference.replace('#/$defs/', '');
  return (schema.$defs as Readonly<Record<string, Schema>>)[name] ?? {};
};

/** The branch of a union that the value's tag names. */
function branch(value: object, { oneOf = [], discriminator }: Schema): Schema {
  const tag = discriminator?.propertyName ?? '';
  const given = (value as Readonly<Record<string, unknown>>)[tag];
  return (
    oneOf.find(({ properties }) => {
      const each = properties?.[tag];
      return each?.const === given || each?.enum?.includes(given);
    }) ?? {}
  );
}
