import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** An architecture as Debian names it. */
export type DebianArch = 'amd64' | 'arm64';

const SUITE = 'bookworm';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MARKER = 'packages';
/** Below the modules of a kernel. */
export const FUSE = 'kernel/fs/fuse/fuse.ko';

/**
 * A folder with the files of these Debian packages: of each kernel only its image and the module of FUSE. The first call downloads them
 * with apt, whose lists and caches for this are its own: those of the host, and its list of architectures, stay
 * as they are. Later calls find the folder below `$XDG_CACHE_HOME/lxplain`.
 * @throws Error if the archive cannot be reached, with what apt said
 */
export async function debianPackages(arch: DebianArch, names: readonly string[]): Promise<string> {
  const cache = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'lxplain',
    `debian-${SUITE}`,
  );
  const folder = join(cache, arch);
  const wanted = `${names.join('\n')}\n${FUSE}\n`;
  const marker = join(folder, MARKER);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return folder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'download-'));
  try {
    const files = join(work, 'files');
    // Releases differ in what they have moved to /usr: here both paths lead there.
    for (const name of ['bin', 'lib', 'lib64']) {
      mkdirSync(join(files, 'usr', name), { recursive: true });
      symlinkSync(join('usr', name), join(files, name));
    }
    await download(arch, names, work);
    for (const file of readdirSync(work))
      if (file.endsWith('.deb')) await unpack(join(work, file), files);
    writeFileSync(join(files, MARKER), wanted);
    rmSync(folder, { recursive: true, force: true });
    renameSync(files, folder);
  } finally {
    rmSync(work, { recursive: true });
  }
  return folder;
}

async function download(arch: DebianArch, names: readonly string[], work: string): Promise<void> {
  for (const name of ['lists/partial', 'archives/partial']) {
    mkdirSync(join(work, name), { recursive: true });
  }
  writeFileSync(join(work, 'status'), '');
  writeFileSync(
    join(work, 'sources.list'),
    `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${SUITE} main\n`,
  );
  const options = Object.entries({
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Dir::State': work,
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': work,
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = async (program: 'apt-get' | 'apt-cache', ...args: string[]): Promise<string> => {
    try {
      const { stdout } = await execute(program, [...options, ...args], { cwd: work });
      return stdout;
    } catch (cause) {
      const said = /^E: (.*)$/m.exec((cause as { stderr?: string }).stderr ?? '')?.[1];
      throw said === undefined ? cause : new Error(said);
    }
  };
  await apt('apt-get', 'update', '--error-on=any');
  // A kernel's name has its version in it: the package without one depends on the newest.
  const depends = await apt('apt-cache', 'depends', ...names);
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  const real = names.map((name) => (name.startsWith('linux-image-') ? (kernel ?? name) : name));
  await apt('apt-get', 'download', ...real);
}

/** The modules of a kernel are large, and one of them is needed. */
async function unpack(deb: string, folder: string): Promise<void> {
  const only = deb.includes('/linux-image-') ? ['./boot/vmlinuz*', `./lib/*/${FUSE}`] : ['./*'];
  const script =
    'deb=$1 folder=$2; shift 2; dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$folder" --wildcards "$@"';
  await execute('sh', ['-e', '-c', script, 'unpack', deb, folder, ...only]);
}
