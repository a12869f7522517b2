// Writes plans/domain.schema.json (npm run schema): the type Domain of src/ir/domain.ts as `lxplain format --json` writes it.
// Places are left out; `$comment` says where one belongs, and which texts are 64-bit numbers.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

export function domainSchema() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([`${root}/src/ir/domain.ts`], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(`${root}/src/ir/domain.ts`);
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  const domain = checker.getDeclaredTypeOfSymbol(exported.find(({ name }) => name === 'Domain'));
  const defs = {};
  const main = objectSchema(domain);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'domain.schema.json',
    title: 'Domain',
    description:
      "A container, as 'lxplain format --json' prints it and 'lxplain format' reads it. src/ir/domain.ts has the same as a type, with the words of libvirt's domain XML.",
    ...main,
    $defs: Object.fromEntries(Object.entries(defs).sort(([a], [b]) => (a < b ? -1 : 1))),
  };

  function schemaOf(type) {
    const name = type.aliasSymbol?.name ?? type.symbol?.name;
    if (name === 'Located') {
      const inner = schemaOf(checker.getTypeArguments(type)[0]);
      return { ...inner, $comment: inner.$comment === undefined ? 'located' : `located ${inner.$comment}` };
    }
    if (type.flags & ts.TypeFlags.BigIntLike) {
      return { type: 'string', pattern: '^-?[0-9]{1,20}$', $comment: 'bigint' };
    }
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'integer', minimum: 0 };
    if (type.isStringLiteral()) return { const: type.value };
    if (type.isUnion()) return unionSchema(type, name);
    if (checker.isTupleType(type)) {
      const [item] = checker.getTypeArguments(type);
      return { type: 'array', items: schemaOf(item), minItems: 2, maxItems: 2 };
    }
    if (checker.isArrayType(type)) {
      return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
    }
    return named(name, () => objectSchema(type));
  }

  function named(name, make) {
    if (name === undefined || name === '__type') return make();
    if (!(name in defs)) {
      defs[name] = {};
      defs[name] = make();
    }
    return { $ref: `#/$defs/${name}` };
  }

  function unionSchema(type, name) {
    const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' };
    if (parts.length === 1) return schemaOf(parts[0]);
    if (parts.every((part) => part.isStringLiteral())) {
      return { enum: parts.map(({ value }) => value) };
    }
    return named(type.aliasSymbol?.name ?? name, () => {
      const tag = ['kind', 'offset', 'type'].find((each) => isTag(parts, each));
      return {
        type: 'object',
        $comment: 'union',
        required: [tag],
        discriminator: { propertyName: tag },
        oneOf: parts.map((part) => objectSchema(part)),
      };
    });
  }

  function isTag(parts, name) {
    return parts.every((part) => {
      const property = checker.getPropertyOfType(part, name);
      if (property === undefined) return false;
      const type = checker.getTypeOfSymbol(property);
      return type.isStringLiteral() || (type.isUnion() && type.types.every((each) => each.isStringLiteral()));
    });
  }

  function objectSchema(type) {
    const properties = checker.getPropertiesOfType(type);
    const has = properties.some(({ name }) => name === 'origin');
    const told = properties.filter(({ name }) => name !== 'origin');
    return {
      type: 'object',
      ...(has ? { $comment: 'origin' } : {}),
      required: told.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name),
      additionalProperties: false,
      properties: Object.fromEntries(
        told.map((property) => [property.name, schemaOf(checker.getTypeOfSymbol(property))]),
      ),
    };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(domainSchema(), undefined, 2)}\n`);
}
