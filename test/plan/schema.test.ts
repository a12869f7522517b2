import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readFacts } from '../../src/facts/read.ts';
import { opNames } from '../../src/plan/ops.ts';
import { readPlan } from '../../src/plan/read.ts';

const root = join(import.meta.dirname, '../..');
const cases = join(root, 'golden/cases');
const sound = readdirSync(cases).filter((name) => !name.startsWith('error-'));

/** As much of JSON Schema as the two schemas use. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema | true>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const schemaOf = (name: string): Schema =>
  JSON.parse(readFileSync(join(root, `plans/${name}.schema.json`), 'utf8')) as Schema;

/** A type as one text, whether it is said in TypeScript or in a schema: members sorted, unions sorted. */
const object = (members: readonly string[]): string => `{${[...members].sort().join('; ')}}`;
const union = (texts: readonly string[]): string => [...new Set(texts)].sort().join(' | ');

function ofSchema(schema: Schema, whole: Schema): string {
  const of = (part: Schema): string => ofSchema(part, whole);
  if (schema.$ref !== undefined) {
    const found = whole.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (found === undefined) throw new Error(`no ${schema.$ref}`);
    return of(found);
  }
  if (schema.anyOf !== undefined) return union(schema.anyOf.map(of));
  if (schema.oneOf !== undefined) {
    return union(
      schema.oneOf.map((branch) =>
        of({
          type: 'object',
          additionalProperties: false,
          required: [...(schema.required ?? []), ...(branch.required ?? [])],
          properties: Object.fromEntries(
            Object.entries(branch.properties ?? {}).map(([name, value]) => [
              name,
              value === true ? (schema.properties?.[name] ?? true) : value,
            ]),
          ),
        }),
      ),
    );
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.type === 'array') return `(${of(schema.items ?? {})})[]`;
  if (schema.type === 'integer') return 'number';
  if (schema.type !== 'object') return schema.type ?? '?';
  if (typeof schema.additionalProperties === 'object')
    return `Record<${of(schema.additionalProperties)}>`;
  if (schema.additionalProperties !== false) return 'an open object';
  const members = Object.entries(schema.properties ?? {}).map(([name, value]) => {
    const optional = schema.required?.includes(name) === true ? '' : '?';
    return `${name}${optional}: ${value === true ? 'any' : of(value)}`;
  });
  return object(members);
}

function ofTypescript(type: ts.Type, checker: ts.TypeChecker): string {
  const of = (part: ts.Type): string => ofTypescript(part, checker);
  if (type.flags & ts.TypeFlags.Boolean) return 'boolean';
  if (type.isUnion()) {
    const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const texts = parts.map(of);
    const isBoolean =
      texts.length === 2 && texts.every((text) => text === 'true' || text === 'false');
    return isBoolean ? 'boolean' : union(texts);
  }
  if (type.isStringLiteral() || type.isNumberLiteral()) return JSON.stringify(type.value);
  const { String: text, Number: number, BooleanLiteral: literal } = ts.TypeFlags;
  if (type.flags & (text | number | literal)) return checker.typeToString(type);
  const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  if (element !== undefined) return `(${of(element)})[]`;
  const value = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (value !== undefined) return `Record<${of(value)}>`;
  return object(
    checker.getPropertiesOfType(type).map((property) => {
      const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
      return `${property.name}${optional}: ${of(checker.getTypeOfSymbol(property))}`;
    }),
  );
}

function typescriptOf(file: string, name: string): string {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([join(root, file)], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(root, file));
  const module = source && checker.getSymbolAtLocation(source);
  const symbol = module && checker.getExportsOfModule(module).find((each) => each.name === name);
  if (symbol === undefined) throw new Error(`no ${name} in ${file}`);
  return ofTypescript(checker.getDeclaredTypeOfSymbol(symbol), checker);
}

/** One line per member and operation, so that a difference is found. */
const lines = (text: string): string[] => text.split(/(?<=[|;]) /);

describe('the schemas say what the types say', () => {
  test.each([
    ['plan', 'src/plan/plan.ts', 'Plan'],
    ['facts', 'src/facts/facts.ts', 'HostFacts'],
  ])('%s', (name, file, type) => {
    const schema = schemaOf(name);
    expect(lines(ofSchema(schema, schema))).toEqual(lines(typescriptOf(file, type)));
  });

  test("plans/plan.schema.json is made of the type Plan ('npm run schema')", async () => {
    const { planSchema } = await import(join(root, 'scripts/plan-schema.mjs'));
    expect(schemaOf('plan')).toEqual(planSchema());
  }, 60_000);

  test('every operation has a record', () => {
    const branches = schemaOf('plan').$defs?.step?.oneOf ?? [];
    const found = branches.map(({ properties }) => {
      const op = properties?.op;
      return typeof op === 'object' ? op.const : undefined;
    });
    expect(found.toSorted()).toEqual(opNames.toSorted());
  });
});

type Json = { [key: string]: unknown };
const readJson = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json;

test.each(sound)('the plan of %s is read back', (name) => {
  const text = readFileSync(join(cases, name, 'plan.json'), 'utf8');
  expect(readPlan('plan.json', text)).toEqual({ plan: JSON.parse(text), diagnostics: [] });
});

test.each(readdirSync(join(root, 'golden/facts')))('the facts in %s are read back', (name) => {
  const text = readFileSync(join(root, 'golden/facts', name), 'utf8');
  expect(readFacts(name, text)).toEqual({ value: JSON.parse(text), diagnostics: [] });
});

/** Every text that differs from `value` in one member that is gone, new, or of another type. */
function* mutants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const mutant of mutants(item)) yield value.with(index, mutant);
    yield Object.fromEntries(value.entries());
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const mutant of mutants(item)) yield { ...value, [key]: mutant };
    }
    yield { ...value, 'no such member': 1 };
    yield [];
  } else {
    yield typeof value === 'boolean' ? 'a text' : true;
    yield null;
  }
}

/** One step of each operation, from all golden plans. */
const samples = new Map(
  sound
    .flatMap((name) => readJson(join(cases, name, 'plan.json')).steps as Json[])
    .map((step) => [String(step.op), step]),
);
const plan = readJson(join(cases, 'private-root', 'plan.json'));

const stepSchema = schemaOf('plan').$defs?.step;
const requiredOf = (op: string): string[] => [
  ...(stepSchema?.required ?? []),
  ...(stepSchema?.oneOf?.find(({ properties }) => isOp(properties?.op, op))?.required ?? []),
];
const isOp = (schema: Schema | true | undefined, op: string): boolean =>
  typeof schema === 'object' && schema.const === op;

describe('a step of another shape is refused', () => {
  test.each([...samples])('%s', (op, step) => {
    const required = requiredOf(op);
    const lacking = required.map((key) => {
      const { [key]: _, ...rest } = step;
      return rest;
    });
    for (const mutant of [...mutants(step), ...lacking]) {
      const text = JSON.stringify({ ...plan, steps: [mutant] });
      const codes = readPlan('plan.json', text).diagnostics.map(({ code }) => code);
      expect(codes, text).toEqual(['json/shape']);
    }
  });
});

test('facts of another shape are refused', () => {
  const facts = readJson(join(root, 'golden/facts/hybrid.json'));
  for (const mutant of mutants(facts)) {
    // The names of paths are not fixed.
    const text = JSON.stringify(mutant);
    if (/"(paths|rootPaths)":\{[^{}]*"no such member"|"no such member":1\},"rootPaths/.test(text))
      continue;
    expect(
      readFacts('facts.json', text).diagnostics.map(({ code }) => code),
      text,
    ).toEqual(['json/shape']);
  }
});
