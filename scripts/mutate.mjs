// `npm run mutate`: makes small errors on purpose, one at a time, in a copy of the project, and counts those that the pure tests notice.
//   npm run mutate -- [--seed N] [--each N] [FOLDER …]
// takes N places of each folder (20), chosen by the seed (1); `--each all` takes every one. Those that nobody notices are listed.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');

/** Of each folder, the tests that cover it, those first that notice most in least time. */
const tests = {
  planner: ['test/golden.test.ts', 'test/planner', 'test/plan/verify.test.ts'],
  container: ['test/container', 'test/golden.test.ts', 'test/planner'],
  lower: ['test/lower', 'test/program', 'test/golden.test.ts', 'test/exec'],
  passes: ['test/passes', 'test/golden.test.ts', 'test/diagnostics', 'test/plan/stale.test.ts'],
  print: ['test/print', 'test/golden.test.ts', 'test/frontend'],
  convert: ['test/convert'],
};

/** Of one run of the tests, in seconds of processor time: who is changed into a loop without an end has been noticed. */
const LIMIT = 240;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, each: { type: 'string', default: '20' } },
});

const swapped = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '&&': '||',
  '||': '&&',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
};

/** What can be changed of a file: from where to where, and into what. */
function mutantsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, into) =>
    found.push({ file, start: node.getStart(), end: node.getEnd(), into });
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node))
      return;
    if (ts.isTypeAliasDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const into = swapped[node.operatorToken.getText()];
      if (into !== undefined) add(node.operatorToken, into);
      if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
        add(node, node.right.getText());
    }
    if (ts.isConditionalExpression(node)) {
      add(node.condition, 'true');
      add(node.condition, 'false');
    }
    if (ts.isIfStatement(node)) {
      add(node.expression, 'true');
      add(node.expression, 'false');
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      add(node, node.operand.getText());
    if (ts.isNumericLiteral(node)) add(node, `(${node.getText()} + 1)`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true');
    if (ts.isStringLiteral(node) && node.text !== '' && !ts.isPropertyAssignment(node.parent))
      add(node, `'${'x'}${node.text.replaceAll(/['\\\n]/g, '')}'`);
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) add(node, ';');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.map((each) => ({
    ...each,
    line: source.getLineAndCharacterOfPosition(each.start).line + 1,
    was: text.slice(each.start, each.end),
  }));
}

/** The same sequence for the same seed. @see https://en.wikipedia.org/wiki/Xorshift */
function random(seed) {
  let state = Number(seed) * 2654435761 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function sample(all, count, seed) {
  const next = random(seed);
  const rest = [...all];
  const taken = [];
  while (taken.length < count && rest.length > 0)
    taken.push(...rest.splice(Math.floor(next() * rest.length), 1));
  return taken;
}

const copy = mkdtempSync(join(tmpdir(), 'lxplain-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
for (const name of readdirSync(root))
  if (!['node_modules', '.git', 'dist'].includes(name))
    cpSync(join(root, name), join(copy, name), { recursive: true });
for (const name of ['node_modules', 'dist']) symlinkSync(join(root, name), join(copy, name));

/** The status of the tests: 0 if all pass. */
const run = (files) =>
  spawnSync(
    'sh',
    [
      '-c',
      `ulimit -t ${LIMIT}; exec node node_modules/vitest/vitest.mjs run --project pure --update=none --bail=1 --maxWorkers=1 "$@"`,
      'sh',
      ...files,
    ],
    { cwd: copy, stdio: 'ignore' },
  ).status;

const folders = positionals.length > 0 ? positionals : Object.keys(tests);
for (const folder of folders) {
  const files = readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', folder, name))
    .sort();
  if (run(tests[folder]) !== 0) {
    console.error(`${folder}: its tests fail without any change`);
    process.exit(1);
  }
  const all = files.flatMap(mutantsOf);
  const chosen =
    options.each === 'all' ? all : sample(all, Number(options.each), Number(options.seed));
  let noticed = 0;
  for (const { file, start, end, into, line, was } of chosen) {
    const text = readFileSync(join(root, file), 'utf8');
    writeFileSync(join(copy, file), text.slice(0, start) + into + text.slice(end));
    if (run(tests[folder]) === 0) console.log(`${file}:${line}: ${was} -> ${into}`);
    else noticed++;
    writeFileSync(join(copy, file), text);
  }
  const share = ((100 * noticed) / chosen.length).toFixed(0);
  console.log(`${folder}: ${noticed} of ${chosen.length} noticed (${share} %), of ${all.length}`);
}
