// `npm run deb [-- ARCHITECTURE …]`: a Debian package for each, in dist/deb; amd64 and arm64 if none is named. What is in
// it is what `npm pack` packs, where Debian looks for it, and the native part of koffi for that architecture.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const { version, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const machines = { amd64: 'x64', arm64: 'arm64' };

const folder = mkdtempSync(join(tmpdir(), 'lxplain-deb-'));

/** Packs with npm and unpacks it again: the folder of the package. */
function unpack(args, into) {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', into, ...args], { encoding: 'utf8' }));
  const target = join(into, basename(filename, '.tgz'));
  mkdirSync(target);
  execFileSync('tar', ['-xzf', join(into, filename), '-C', target, '--strip-components=1']);
  return target;
}

function makePackage(architecture, packed) {
  const tree = join(folder, architecture);
  const put = (from, to) => {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    cpSync(from, join(tree, to), { recursive: true });
  };
  const write = (to, text, mode = 0o644) => {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    writeFileSync(join(tree, to), text);
    chmodSync(join(tree, to), mode);
  };
  const library = 'usr/lib/lxplain';
  for (const name of ['bin', 'dist', 'examples', 'package.json']) put(join(packed, name), `${library}/${name}`);
  for (const name of ['man', 'completion', 'LICENSES']) rmSync(join(tree, library, 'dist', name), { recursive: true });
  put(native(architecture), `${library}/${nativePath(architecture)}`);
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/lxplain/bin/lxplain', join(tree, 'usr/bin/lxplain'));
  for (const name of readdirSync(join(packed, 'dist/man'))) {
    write(`usr/share/man/man${name.at(-1)}/${name}.gz`, compressed(join(packed, 'dist/man', name)));
  }
  const completions = { bash: 'bash-completion/completions', zsh: 'zsh/vendor-completions', fish: 'fish/vendor_completions.d' };
  for (const [shell, target] of Object.entries(completions)) put(join(packed, 'dist/completion', shell), `usr/share/${target}`);
  put(join(packed, 'plans'), 'usr/share/lxplain');
  const units = join(root, 'packaging/systemd');
  if (existsSync(units)) put(units, 'usr/lib/systemd/system');
  write('usr/share/doc/lxplain/changelog.gz', compressed(join(packed, 'CHANGELOG.md')));
  put(join(packed, 'README.md'), 'usr/share/doc/lxplain/README.md');
  write('usr/share/doc/lxplain/copyright', copyright(packed));
  write('DEBIAN/control', control(architecture, tree));
  write('DEBIAN/postinst', postinst, 0o755);
  write('DEBIAN/prerm', prerm, 0o755);
  write('DEBIAN/triggers', 'interest-noawait /usr/bin/node\n');
  mkdirSync(join(root, 'dist/deb'), { recursive: true });
  const file = join('dist/deb', `lxplain_${version}_${architecture}.deb`);
  // The same source makes the same package: no time of today, no owner but root.
  const env = { ...process.env, SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? lastChange() };
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, join(root, file)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return file;
}

const compressed = (file) => gzipSync(readFileSync(file), { level: 9 });

const nativePath = (architecture) => {
  const machine = machines[architecture];
  return `node_modules/@koromix/koffi-linux-${machine}/linux_${machine}/koffi.node`;
};

/** Of another architecture npm has to fetch it: an installation has that of its own machine alone. */
function native(architecture) {
  const installed = join(root, nativePath(architecture));
  if (existsSync(installed)) return installed;
  const { version: needed } = JSON.parse(readFileSync(join(root, 'node_modules/koffi/package.json'), 'utf8'));
  const machine = machines[architecture];
  const fetched = unpack([`@koromix/koffi-linux-${machine}@${needed}`], mkdtempSync(join(folder, 'koffi-')));
  return join(fetched, `linux_${machine}/koffi.node`);
}

const lastChange = () => {
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return '0'; // not a checkout
  }
};

function control(architecture, tree) {
  const kib = Number(execFileSync('du', ['-sk', tree], { encoding: 'utf8' }).split('\t')[0]);
  return `Package: lxplain
Version: ${version}
Architecture: ${architecture}
Maintainer: The lxplain developers <maintainers@lxplain.invalid>
Installed-Size: ${kib}
Depends: nodejs (>= 20), libc6
Recommends: iproute2, nftables, dnsmasq-base
Suggests: bash-completion, libvirt-clients, lxc
Section: admin
Priority: optional
Description: compiler for Linux containers
 ${description}.
 .
 It reads domain XML of libvirt and configs of lxc-tools, shows what starting a
 container will do to the host, and does that: there is no daemon.
`;
}

function copyright(packed) {
  const own = 'lxplain is under the Apache License, version 2.0: /usr/share/common-licenses/Apache-2.0.';
  const texts = [join(packed, 'dist/LICENSES'), join(root, 'node_modules/koffi/LICENSE.txt')].map((file) => readFileSync(file, 'utf8'));
  return `${own}\nIts program contains the following packages, and koffi.\n\n${texts.join(`\n${'-'.repeat(80)}\n\nkoffi\n\n`)}`;
}

/** V8's code is of use to one version of Node only: made new when Node changes. Without it a start takes longer. */
const postinst = `#!/bin/sh
set -e
case $1 in
  configure | triggered) node /usr/lib/lxplain/bin/cache.cjs || true ;;
esac
`;

const prerm = `#!/bin/sh
set -e
rm -f /usr/lib/lxplain/dist/*.cache /usr/lib/lxplain/dist/*.cache.new
`;

const wanted = process.argv.slice(2);
try {
  const packed = unpack(['--ignore-scripts', root], folder); // what was built is packed
  for (const architecture of wanted.length > 0 ? wanted : Object.keys(machines)) {
    if (machines[architecture] === undefined) throw new Error(`${architecture}: amd64 or arm64`);
    console.log(makePackage(architecture, packed));
  }
} finally {
  rmSync(folder, { recursive: true });
}

