import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS, until } from '../tools.ts';
import { domainXml, makeRoot, mounted, noContainer, skipped } from './domains.ts';

// What becomes of domains, as `event` tells it, and what their interfaces are.

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const name = 'lxplain-look';
let folder: string;
let env: NodeJS.ProcessEnv;

const call = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(lxplain, args, {
    encoding: 'utf8',
    timeout: HANGS_MS,
    env,
  });
  return { status, stdout, stderr };
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-look-'));
  mkdirSync(join(folder, 'run'));
  env = { ...process.env, LXPLAIN_ROOT: folder };
  if (noContainer !== undefined) return;
  makeRoot(join(folder, 'root'), ['sh', 'sleep', 'ping']);
  const interfaces = `<interface type='ethernet'><mac address='52:54:0b:ad:00:77'/><source><ip address='10.97.9.9' prefix='24'/></source><ip address='10.97.9.10' prefix='24'/></interface>
<interface type='ethernet'><mac address='52:54:0b:ad:00:78'/><guest dev='lan'/><target dev='lxplain-look1'/><link state='down'/></interface>`;
  const disk = "<disk type='block'><source dev='/dev/loop0'/><target dev='sda'/></disk>";
  const contents = {
    init: ['/bin/sleep', '1000'],
    devices: mounted(join(folder, 'root'), '/') + interfaces + disk,
  };
  writeFileSync(join(folder, 'box.xml'), domainXml(name, contents));
});
afterAll(() => {
  call('destroy', name);
  rmSync(folder, { recursive: true });
});

/** Follows until it is interrupted. */
function follow(...args: string[]) {
  const child = spawn(lxplain, ['event', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    said += String(data);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, text: () => said, ended };
}

const line = (what: string) => `event 'lifecycle' for domain '${name}': ${what}\n`;

describe.skipIf(noContainer !== undefined)(
  `what becomes of a domain${skipped(noContainer)}`,
  () => {
    test('each change is told once, in its order', async () => {
      const events = follow('--loop');
      const json = follow('--loop', '--json');
      const one = follow('--domain', name, '--timeout', '60');
      // Its first look is before anything happens.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      one.child.kill('SIGINT');
      expect(await one.ended).toBe(1);
      const expected: string[] = [];
      const happens = async (...steps: readonly (readonly [string[], string])[]) => {
        for (const [args, what] of steps) {
          expect(call(...args)).toMatchObject({ status: 0, stderr: '' });
          expected.push(line(what));
          const event = what.split(' ')[0] ?? '';
          const isTold = () =>
            events.text().endsWith(line(what)) && json.text().includes(`"event":"${event}"`);
          await until(isTold, `${what}: ${events.text()}${json.text()}`);
        }
      };
      await happens(
        [['define', join(folder, 'box.xml')], 'Defined Added'],
        [['start', name], 'Started Booted'],
        [['suspend', name], 'Suspended Paused'],
        [['resume', name], 'Resumed Unpaused'],
        [['destroy', name], 'Stopped Destroyed'],
        [['undefine', name], 'Undefined Removed'],
      );
      events.child.kill('SIGINT');
      expect(await events.ended).toBe(0);
      expect(events.text()).toBe(`${expected.join('')}events received: 6\n\n`);
      await until(() => json.text().includes('Undefined'), json.text());
      json.child.kill('SIGTERM');
      await json.ended;
      const told = json.text().trimEnd().split('\n');
      expect(told.map((each) => JSON.parse(each).event)).toEqual(
        expected.map((each) => /: (\w+) \w+\n$/.exec(each)?.[1]),
      );
    });

    test('its interfaces, and what they have received', () => {
      expect(call('create', join(folder, 'box.xml'))).toMatchObject({ status: 0 });
      const shown = (...args: string[]) => {
        const { status, stdout, stderr } = call(...args);
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        return stdout;
      };
      expect(shown('-q', 'domiflist', name)).toBe(
        ' vnet540bad0077   ethernet   -        -       52:54:0b:ad:00:77\n lxplain-look1    ethernet   -        -       52:54:0b:ad:00:78\n',
      );
      expect(shown('domifaddr', name)).toContain(
        ' vnet540bad0077 52:54:0b:ad:00:77    ipv4         10.97.9.10/24\n',
      );
      expect(shown('domif-getlink', name, 'eth0')).toBe('eth0 up\n');
      expect(shown('domif-getlink', name, 'lan')).toBe('lan down\n');
      expect(shown('domblklist', name)).toContain(' sda      /dev/loop0\n');
      expect(call('exec', name, 'ping', '-c', '1', '10.97.9.9')).toMatchObject({ status: 0 });
      for (const by of ['eth0', 'vnet540bad0077', '52:54:0b:ad:00:77']) {
        const [, packets] = /^\S+ tx_packets (\d+)$/m.exec(shown('domifstat', name, by)) ?? [];
        expect(Number(packets)).toBeGreaterThan(0);
      }
      expect(call('domifstat', name, 'eth7').stderr).toContain('[domain/no-interface]');
    });

    test('what is asked wrongly', () => {
      expect(call('event', '--timeout', '0').stderr).toContain('[cli/bad-value]');
      expect(call('dumpxml', name, '--xpath', '//[').stderr).toContain('[cli/bad-xpath]');
      const uri = 'http://example.org/app';
      expect(call('metadata', name, uri).stderr).toContain('[domain/no-metadata]');
      expect(call('metadata', name, uri, '--set', '<a/>').stderr).toContain('[cli/key-needed]');
      expect(call('metadata', name, uri, '--key', 'k', '--set', '<a/>').stderr).toContain(
        '[domain/not-defined]',
      );
    });
  },
);
