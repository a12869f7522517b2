// Installs what is missing, checks the types, runs every test, and ends with `N passed, N failed, N skipped`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, run } from './install.mjs';

install();
if (run(process.execPath, ['scripts/build.mjs']) !== 0) process.exit(1);
const types = run('node_modules/.bin/tsc', []);
const folder = mkdtempSync(join(tmpdir(), 'lxplain-test-'));
const report = join(folder, 'report.json');
const status = run('node_modules/.bin/vitest', [
  'run', '--dir', 'test', '--update=none', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`,
]);
const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
rmSync(folder, { recursive: true });
const tests = (results?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
for (const { fullName, status: state, failureMessages } of tests) {
  if (state === 'pending' || state === 'skipped' || state === 'todo') console.log(`skipped: ${fullName}`);
  if (state === 'passed' && failureMessages.length > 0) console.log(`only at the second try: ${fullName}\n${failureMessages[0]}`);
}
const count = (...states) => tests.filter(({ status: state }) => states.includes(state)).length;
const failed = Math.max(count('failed'), types === 0 && status === 0 ? 0 : 1);
console.log(`${count('passed')} passed, ${failed} failed, ${count('pending', 'skipped', 'todo')} skipped`);
process.exit(failed === 0 && tests.length > 0 ? 0 : 1);
