import { type Example, type Explanation, exampleDocument } from './explanations/explanation.ts';
import { explanations } from './explanations.ts';
import { printable } from './printable.ts';

/** What `lxplain explain CODE` prints; undefined if there is no such code. */
export function explainCode(code: string): string | undefined {
  const explanation = explanations.get(code);
  if (explanation === undefined) return undefined;
  return `${code}\n\n${wrap(explanation.summary)}\n\nExample:\n\n${indent(exampleText(explanation.example))}\n\nRemedy: ${wrap(explanation.remedy)}\n`;
}

/** The page of all codes. */
export function diagnosticsPage(): string {
  const entries = [...explanations].map(
    ([code, explanation]) => `## ${code}\n\n${section(explanation)}`,
  );
  const contents = [...explanations.keys()].map(
    (code) => `- [${code}](#${code.replace('/', '')})\n`,
  );
  return `# Diagnostics\n\n${PREFACE}\n\n${contents.join('')}\n${entries.join('\n')}`;
}

const PREFACE = `<!-- Made by \`npm run docs\` from src/diagnostics/explanations. -->
Every message of lxplain ends with a code in brackets. Codes are stable: they can be searched for, and \`lxplain explain CODE\`
prints what stands here. The tests run each example and expect its code.`;

function section({ summary, example, remedy }: Explanation): string {
  const language = { domain: 'xml', config: 'ini', command: 'console' }[example.kind];
  return `${summary}\n\n\`\`\`${language}\n${exampleText(example)}\n\`\`\`\n\n${remedy}\n`;
}

const LONGEST = 400;

function exampleText(example: Example): string {
  if (example.kind === 'command') {
    const setup = example.setup === undefined ? [] : example.setup.split('\n');
    return [...setup, example.command].map((line) => `$ ${line}`).join('\n');
  }
  const written = example.kind === 'config' ? example.text : exampleDocument(example.xml);
  const text = printableLines(written.trimEnd());
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

const indent = (text: string): string => text.replace(/^(?=.)/gm, '    ');

/** Lines of at most 100 characters, if no word is longer. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= 100) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
