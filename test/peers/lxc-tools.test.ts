import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { printLxcConf } from '../../src/print/lxc-conf.ts';
import { lxcDomain } from '../arbitraries/lxc-domain.ts';

const noLxc =
  spawnSync('lxc-info', ['--version']).status === 0 ? undefined : 'needs lxc-info of lxc-tools';
const title = (text: string): string =>
  noLxc === undefined ? text : `${text} (skipped: ${noLxc})`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-lxc-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** lxc-info reads the config of a container, whether it runs or not, with the reader of lxc-start. */
function askLxc(name: string, config: string, key: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'config'), config);
  const { status, stdout, stderr } = spawnSync('lxc-info', ['-P', folder, '-n', name, '-c', key], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim() : `status ${status}: ${stderr}`;
}

const cases = join(import.meta.dirname, '../../golden/cases');

test.skipIf(noLxc !== undefined)(
  title('lxc-tools read what domxml-to-native prints for every golden domain'),
  async () => {
    let accepted = 0;
    for (const name of readdirSync(cases)) {
      const file = join(cases, name, 'domain.xml');
      if (!existsSync(file)) continue;
      const { domain } = await readDomain(file, readFileSync(file, 'utf8'));
      if (domain === undefined) continue;
      const { text } = printLxcConf(domain, file, {
        cgroups: 'both',
        deviceNumbers: () => 'c 10:200',
      });
      expect(askLxc(name, text, 'lxc.uts.name'), name).toBe(`lxc.uts.name = ${domain.name.value}`);
      accepted++;
    }
    console.log(`lxc-info: ${accepted} configs accepted`);
    expect(accepted).toBeGreaterThanOrEqual(30);
  },
);

test.skipIf(noLxc !== undefined)(title('lxc-tools read it for 60 random domains'), () => {
  for (const domain of fc.sample(lxcDomain, { numRuns: 60, seed: 3 })) {
    const { text } = printLxcConf(domain, 'domain.xml', {
      cgroups: 'both',
      deviceNumbers: () => undefined,
    });
    const tty = `lxc.tty.max = ${domain.consoles.length}`;
    expect(askLxc('random', text, 'lxc.tty.max'), text).toBe(tty);
  }
});
