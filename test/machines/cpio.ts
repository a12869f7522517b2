/** A file of an initramfs. The directories above one need not be given: they get mode 0755. */
export type Entry =
  | { readonly kind: 'file'; readonly mode: number; readonly content: Uint8Array | string }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory'; readonly mode: number };

const types = { file: 0o100000, link: 0o120000, directory: 0o040000 } as const;

/**
 * An uncompressed initramfs: a cpio archive in the "newc" format, everything owned by root.
 * @see Documentation/driver-api/early-userspace/buffer-format.rst
 */
export function cpio(entries: ReadonlyMap<string, Entry>): Buffer {
  const all = new Map<string, Entry>();
  for (const [path, entry] of entries) {
    const parts = path.split('/').slice(1);
    parts.slice(0, -1).forEach((_, index) => {
      const parent = parts.slice(0, index + 1).join('/');
      if (!all.has(parent)) all.set(parent, { kind: 'directory', mode: 0o755 });
    });
    all.set(parts.join('/'), entry);
  }
  const records = [...all].map(([path, entry], index) => record(path, entry, index + 1));
  return Buffer.concat([...records, record('TRAILER!!!', undefined, 0)]);
}

function record(path: string, entry: Entry | undefined, inode: number): Buffer {
  const content = Buffer.from(
    entry?.kind === 'file' ? entry.content : entry?.kind === 'link' ? entry.target : '',
  );
  const mode =
    entry === undefined ? 0 : types[entry.kind] | (entry.kind === 'link' ? 0o777 : entry.mode);
  const name = Buffer.from(`${path}\0`);
  // Inode, mode, uid, gid, links, mtime, size, device, rdev (each major and minor), length of the name, checksum.
  const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([
    padded(Buffer.concat([Buffer.from(`070701${header}`), name])),
    padded(content),
  ]);
}

/** Headers and contents start at multiples of four. */
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
