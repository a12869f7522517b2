// Writes plans/plan.schema.json (npm run schema): the type Plan of src/plan/plan.ts, and the members of the operations in
// src/plan/ops. A type with a name there becomes a definition; the tags of its comment are keywords of JSON Schema.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

export function planSchema() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([`${root}/src/plan/plan.ts`], options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(`${root}/src/plan/plan.ts`));
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  const membersOf = (name) => checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(exported.get(name)));
  const defs = {};
  const plan = object(membersOf('Plan'));
  defs.step = step();
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plan.schema.json',
    title: 'Plan',
    description:
      'What starting a container will do to the host, in order. src/plan/ops has the same as types and says what each op is, and src/plan/verify.ts holds what no schema can say.',
    ...plan,
    $defs: defs,
  };

  /** Each branch lists the common members again: `unevaluatedProperties` does not work with ajv's `discriminator`. */
  function step() {
    const common = object(membersOf('StepBase'));
    const again = Object.fromEntries(Object.keys(common.properties).map((name) => [name, true]));
    return {
      description: '`oneOf` is the closed list of operations, told apart by `op`.',
      type: 'object',
      required: [...common.required, 'op'],
      properties: common.properties,
      discriminator: { propertyName: 'op' },
      oneOf: membersOf('Operations').map((op) => {
        const own = object(checker.getPropertiesOfType(checker.getTypeOfSymbol(op)));
        return {
          ...(own.required.length === 0 ? {} : { required: own.required }),
          additionalProperties: false,
          properties: { op: { const: op.name }, ...again, ...own.properties },
        };
      }),
    };
  }

  function object(members) {
    return {
      type: 'object',
      required: members.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name),
      additionalProperties: false,
      properties: Object.fromEntries(
        members.map(({ name, valueDeclaration }) => [
          name,
          { ...comment(valueDeclaration), ...schemaOf(valueDeclaration.type), ...keywords(valueDeclaration) },
        ]),
      ),
    };
  }

  function schemaOf(node) {
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { type: 'string' };
      case ts.SyntaxKind.NumberKeyword:
        return { type: 'integer' };
      case ts.SyntaxKind.BooleanKeyword:
        return { type: 'boolean' };
      case ts.SyntaxKind.ParenthesizedType:
      case ts.SyntaxKind.TypeOperator: // readonly
        return schemaOf(node.type);
      case ts.SyntaxKind.ArrayType:
        return { type: 'array', items: schemaOf(node.elementType) };
      case ts.SyntaxKind.TypeLiteral:
        return object(node.members.map((member) => checker.getSymbolAtLocation(member.name)));
      case ts.SyntaxKind.UnionType:
        return literals(node) ?? { anyOf: node.types.map(schemaOf) };
      case ts.SyntaxKind.TypeReference:
        return reference(node);
      default:
        return literals(node);
    }
  }

  /** What can only be certain numbers or texts. */
  function literals(node) {
    const type = checker.getTypeFromTypeNode(node);
    const types = type.isUnion() ? type.types : [type];
    if (!types.every((each) => each.isStringLiteral() || each.isNumberLiteral())) return undefined;
    const values = types.map(({ value }) => value);
    return values.length === 1 ? { const: values[0] } : { enum: values };
  }

  function reference(node) {
    const name = node.typeName.text;
    if (name === 'Readonly') return schemaOf(node.typeArguments[0]);
    if (name === 'Record') return { type: 'object', additionalProperties: schemaOf(node.typeArguments[1]) };
    if (name === 'PlanStep') return { $ref: '#/$defs/step' };
    const symbol = checker.getSymbolAtLocation(node.typeName);
    const [declaration] = (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).declarations;
    const isOfPlan = declaration.getSourceFile().fileName.includes('/src/plan/');
    const few = isOfPlan || ts.isInterfaceDeclaration(declaration) ? undefined : literals(node);
    if (few !== undefined) return few;
    const key = `${name[0].toLowerCase()}${name.slice(1)}`;
    if (!(key in defs)) {
      defs[key] = {};
      const schema = ts.isInterfaceDeclaration(declaration)
        ? object(checker.getPropertiesOfType(checker.getTypeAtLocation(declaration)))
        : schemaOf(declaration.type);
      defs[key] = { ...comment(declaration), ...schema, ...keywords(declaration) };
    }
    return { $ref: `#/$defs/${key}` };
  }

  function comment(node) {
    const text = ts
      .getJSDocCommentsAndTags(node)
      .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
      .find((each) => each !== '');
    return text === undefined ? {} : { description: text.replaceAll(/\s+/g, ' ') };
  }

  function keywords(node) {
    const known = ['pattern', 'minimum', 'maximum', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'propertyNames'];
    return Object.fromEntries(
      ts
        .getJSDocTags(node)
        .map(({ tagName, comment }) => [tagName.text, ts.getTextOfJSDocComment(comment)])
        .filter(([name]) => known.includes(name))
        .map(([name, text]) => [name, valueOf(name, text)]),
    );
  }
}

const valueOf = (keyword, text) =>
  keyword === 'pattern' ? text : keyword === 'propertyNames' ? { pattern: text } : JSON.parse(text);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(planSchema(), undefined, 2)}\n`);
}
