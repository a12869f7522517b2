import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';
import { type Libvirtd, noLibvirtd, startLibvirtd } from './libvirtd.ts';

// The same command lines by virsh and by lxplain: what they print on success is the same, ids and figures aside.

const why = noLibvirtd === undefined ? '' : ` (skipped: ${noLibvirtd})`;
const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const uuid = '6f1c0d5e-8a3b-4c6e-9a51-0d7f2f4b1c77';
const name = 'lxplain-same';

/** In this order, and each changes what the next ones find. FILE and NAME are put in. */
const lines: readonly string[] = [
  'uri',
  'list',
  'list --all',
  'list --all --name',
  'define FILE',
  'define FILE',
  'list',
  'list --all',
  'list --all --title',
  'list --inactive',
  'list --inactive --name',
  'list --all --uuid',
  'list --all --uuid --name',
  'list --all --id',
  'list --persistent --all',
  'list --transient --all',
  'list --autostart --all --name',
  'list --no-autostart --all --name',
  'list --state-running --all --name',
  'list --state-shutoff --all --name',
  'list --all --table',
  '-q list --all',
  '-q list --all --title',
  '-q list --all --name',
  'domid NAME',
  'domname UUID',
  'domuuid NAME',
  'domuuid UUID',
  'domstate NAME',
  'domstate NAME --reason',
  'domstate UUID --reason',
  '-q domstate NAME',
  'dominfo NAME',
  'dumpxml NAME',
  'dumpxml NAME --inactive',
  'dumpxml UUID',
  '-q dumpxml NAME',
  'dumpxml NAME --security-info',
  'desc NAME',
  'desc NAME --title',
  'desc NAME --config a box for tests',
  'desc NAME',
  'desc NAME --config --title Another box',
  'desc NAME --title',
  'list --all --title',
  'memtune NAME',
  'blkiotune NAME',
  'domiflist NAME',
  'domiflist UUID --inactive',
  'domblklist NAME',
  'dumpxml NAME --xpath //console',
  'dumpxml NAME --xpath //console --wrap',
  'dumpxml NAME --xpath /domain/name/text()',
  'dumpxml NAME --xpath //target/@dir',
  'dumpxml NAME --xpath //nothing',
  'metadata NAME http://example.org/app --key app --set <a><b/></a>',
  'metadata NAME http://example.org/app',
  'dumpxml NAME --xpath //metadata',
  "metadata NAME http://example.org/app --key other --set <c x='1'>text</c>",
  'metadata NAME http://example.org/app --config',
  'metadata NAME http://example.org/app --remove',
  'autostart NAME',
  'list --autostart --all --name',
  'list --no-autostart --all --name',
  'dominfo NAME',
  'autostart NAME --disable',
  'autostart UUID',
  'autostart UUID --disable',
  'list --autostart --all',
  'start NAME',
  'list',
  'list --all',
  'list --all --title',
  'list --name',
  'list --uuid',
  'list --state-running --name',
  'list --state-shutoff --name',
  'list --persistent --name',
  'list --transient --name',
  'list --inactive --name',
  'domstate NAME',
  'domstate NAME --reason',
  'domname NAME',
  'domuuid NAME',
  'memtune NAME',
  'dumpxml NAME --inactive',
  'autostart NAME',
  'autostart NAME --disable',
  'undefine NAME',
  'list --transient --name',
  'list --persistent --name',
  'domstate NAME --reason',
  'define FILE',
  'list --persistent --name',
  'destroy NAME',
  'list --all',
  'domstate NAME',
  'domstate NAME --reason',
  'start NAME',
  'destroy UUID',
  'start UUID',
  '-q destroy NAME',
  '-q start NAME',
  'destroy NAME',
  'undefine NAME',
  'list --all',
  'list --all --name',
  'create FILE',
  'list --transient --name',
  'list',
  'domstate NAME --reason',
  'domuuid NAME',
  'list --uuid --name',
  'destroy NAME',
  'list --all',
  'hostname',
  'nodeinfo',
  'capabilities',
  'nodememstats',
  'nodecpustats',
  'nodecpumap',
  'freecell',
  'freecell --all',
  'echo some words',
  "'uri; list --all'",
  "'define FILE; list --all --name; undefine NAME'",
];

/** Ids, and what is counted; where what has to be there differs is in docs/differences.md. */
const plain = (text: string): string =>
  text
    .replaceAll(/ \d+( +lxplain-same)/g, ' ID$1')
    .replaceAll(/-{10,}/g, '---')
    .replaceAll(/ Id +Name/g, ' Id Name')
    .replaceAll(/ (ID|-) +lxplain-same/g, ' $1 lxplain-same')
    .replaceAll(/^(Id: +)\d+$/gm, '$1ID')
    .replaceAll(/^(Memory size: +)\d+ KiB$/gm, '$1N')
    .replaceAll(/^(CPU frequency: +)\d+ MHz$/gm, '$1N MHz')
    // Which one a machine without one in its firmware has libvirt makes up.
    .replaceAll(/^( {4}<uuid>).*(<\/uuid>)$/gm, '$1U$2')
    .replaceAll(/\d+ KiB$/gm, 'N KiB')
    .replaceAll(/ +N KiB$/gm, ' N KiB')
    .replaceAll(/^((?:user|system|idle|iowait):) +\d+$/gm, '$1 N')
    .replaceAll(/^(Used memory: +|CPU time: +).*$/gm, '$1N')
    .replaceAll(/^ {2}<resource>\n.*\n {2}<\/resource>\n/gm, '');

/** What one does and the other does not, with the reason. */
const known: Readonly<Record<string, string>> = {
  'domuuid UUID': 'virsh wants a name or an id there',
  'domname NAME': 'virsh wants an id or a UUID there',
};

describe.skipIf(noLibvirtd !== undefined)(`virsh and lxplain${why}`, () => {
  let libvirtd: Libvirtd;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lxplain-same-verbs-'));
    mkdirSync(join(folder, 'run'));
    writeFileSync(
      join(folder, 'box.xml'),
      `<domain type='lxc'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <title>Demo box</title>
  <memory unit='MiB'>64</memory>
  <os><type>exe</type><init>/bin/sleep</init><initarg>1000</initarg></os>
  <features><privnet/></features>
  <devices><console type='pty'/></devices>
</domain>
`,
    );
    libvirtd = await startLibvirtd();
  });
  afterAll(async () => {
    await libvirtd?.stop();
    rmSync(folder, { recursive: true });
  });

  test(`${lines.length} command lines`, () => {
    const wrong: string[] = [];
    for (const line of lines) {
      const text = line
        .replaceAll('FILE', join(folder, 'box.xml'))
        .replaceAll('NAME', name)
        .replaceAll('UUID', uuid);
      const args = text.startsWith("'") ? [text.slice(1, -1)] : text.split(' ');
      const virsh = libvirtd.virsh(...args);
      const ours = spawnSync(lxplain, args, {
        encoding: 'utf8',
        env: { ...process.env, LXPLAIN_ROOT: folder },
        timeout: HANGS_MS,
      });
      if (known[line] !== undefined) continue;
      const [theirs, own] = [virsh, ours].map(
        ({ status, stdout }) => `[${status}]\n${status === 0 ? plain(stdout) : ''}`,
      );
      if (theirs !== own)
        wrong.push(`${line}\nvirsh ${theirs}${virsh.stderr}lxplain ${own}${ours.stderr}`);
    }
    expect(wrong.join('\n')).toBe('');
  });
});
