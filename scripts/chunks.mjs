// The modules that esbuild makes of the command line as a few CommonJS files, in which each is a function that runs when
// it is first needed. To V8 a module that a command does not need is then one function that is never called; in a flat
// bundle it has to read the names and places of all functions in it, which takes a quarter of the start. Several files,
// so that a command need not read the texts and parsers that it does without.
import { basename } from 'node:path';

/**
 * The build is one with `format: 'esm'`, `splitting` and `minify`. A module goes into the first of the parts one of whose
 * sources loads it, and into the last if none does; the first part exports the first of its sources.
 */
export function joinChunks({ outputFiles, metafile }, parts) {
  const texts = new Map(outputFiles.map((file) => [basename(file.path), file.text]));
  const outputs = Object.entries(metafile.outputs).filter(([path]) => !path.endsWith('.map'));
  const nameOf = (source) => outputs.find(([, output]) => output.entryPoint === source)[0];
  const closures = Object.values(parts).map((sources) => closure(metafile.outputs, sources.map(nameOf)));
  const names = Object.keys(parts);
  const partOf = (path) => names[closures.findIndex((each) => each.has(path))] ?? names.at(-1);
  const file = (part, end) => {
    let code = 'const chunks={\n';
    const sections = [];
    for (const [path, output] of outputs.filter(([path]) => partOf(path) === part)) {
      const name = basename(path);
      code += `"./${name}"(load){\n`;
      sections.push({ offset: { line: code.split('\n').length - 1, column: 0 }, map: JSON.parse(texts.get(`${name}.map`)) });
      code += `${asFunctionBody(texts.get(name), output, name).trimEnd()}\n},\n`;
    }
    return { code: `${code}};\n${end}\n`, map: JSON.stringify({ version: 3, sections }) };
  };
  const elsewhere = outputs.map(([path]) => [`./${basename(path)}`, `./${partOf(path)}.cjs`]).filter(([, part]) => part !== `./${names[0]}.cjs`);
  const start = `const elsewhere=${JSON.stringify(Object.fromEntries(elsewhere))};
const made={};
function load(name){return made[name]??=chunkOf(name)(load)}
function chunkOf(name){return chunks[name]??Object.assign(chunks,require(elsewhere[name]))[name]}
module.exports=load("./${basename(nameOf(parts[names[0]][0]))}");`;
  return names.map((name, index) => ({ name, ...file(name, index === 0 ? start : 'module.exports=chunks;') }));
}

/** All that is loaded with these. */
function closure(outputs, paths, found = new Set()) {
  for (const path of paths.filter((each) => !found.has(each))) {
    found.add(path);
    const { imports } = outputs[path];
    const loaded = imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true);
    closure(outputs, loaded.map(({ path: each }) => each), found);
  }
  return found;
}

/** Its imports become constants, its exports the result. @throws Error if a statement is left or a text was taken for one */
function asFunctionBody(text, { imports, exports }, name) {
  let found = 0;
  const get = (id) => {
    found++;
    return `${id.startsWith('./') && id.endsWith('.js') ? 'load' : 'require'}("${id}")`;
  };
  const body = text
    .replaceAll(/(^|[;}\n])import([^"'();]*?)from"([^"]+)"(?=;)/g, (_, before, what, id) => `${before}const ${target(what.trim())}=${get(id)}`)
    .replaceAll(/(^|[;}\n])import"([^"]+)"(?=;)/g, (_, before, id) => `${before}${get(id)}`)
    .replaceAll(/\bimport\("([^"]+)"\)/g, (_, id) => `Promise.resolve().then(()=>${get(id)})`)
    .replace(/export\{([^}]*)\};\s*$/, (_, list) => `return{${pairs(list, (from, to) => `${to}:${from}`)}}`);
  const expected = imports.filter(({ kind }) => kind !== 'require-call').length;
  if (found !== expected || body.includes('return{') !== exports.length > 0)
    throw new Error(`${name}: ${found} imports were found, of ${expected}`);
  return body;
}

/** `{a as b}`, `* as a` or `a` as what stands left of `=`. A CommonJS module is its own default. */
function target(what) {
  if (what.startsWith('{')) return `{${pairs(what.slice(1, -1), (from, to) => `${from}:${to}`)}}`;
  return what.replace(/^\*as /, '');
}

const pairs = (list, pair) =>
  list.split(',').map((part) => pair(...(part.includes(' as ') ? part.split(' as ') : [part, part]))).join(',');
