import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of an image: the marks of all that is known lie in them. */
const HEAD = 0x10048;

/**
 * The file systems whose marks an image or a block device has, by the names that mount(2) knows; undefined if it cannot
 * be read.
 */
export function filesystemsIn(path: string): readonly string[] | undefined {
  const head = Buffer.alloc(HEAD);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head, 0, HEAD, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  return marks.flatMap((mark) => mark(head) ?? []);
}

type Mark = (head: Buffer) => string | undefined;

const at =
  (offset: number, text: string, type: string): Mark =>
  (head) =>
    head.toString('latin1', offset, offset + text.length) === text ? type : undefined;

/** @see the formats' own documents; Documentation/filesystems of Linux */
const marks: readonly Mark[] = [
  ext,
  at(0, 'XFSB', 'xfs'),
  at(0x10040, '_BHRfS_M', 'btrfs'),
  at(0, 'hsqs', 'squashfs'),
  at(1024, '\xe2\xe1\xf5\xe0', 'erofs'),
  at(1024, '\x10\x20\xf5\xf2', 'f2fs'),
  at(0x8001, 'CD001', 'iso9660'),
  fat,
];

const SUPERBLOCK = 1024;
const HAS_JOURNAL = 0x4;
/** What ext3 knows of the features that a file system cannot be read, or not be written, without. */
const [INCOMPATIBLE, READ_ONLY] = [0x2 | 0x4 | 0x10, 0x1 | 0x2 | 0x4];

/** @see Documentation/filesystems/ext4/super.rst */
function ext(head: Buffer): string | undefined {
  const word = (offset: number): number => head.readUInt32LE(SUPERBLOCK + offset);
  if (head.readUInt16LE(SUPERBLOCK + 56) !== 0xef53) return undefined;
  const isNewer = (word(96) & ~INCOMPATIBLE) !== 0 || (word(100) & ~READ_ONLY) !== 0;
  if (isNewer) return 'ext4';
  return (word(92) & HAS_JOURNAL) === 0 ? 'ext2' : 'ext3';
}

/** The boot sector has the name only where the width of the table says the same. */
function fat(head: Buffer): string | undefined {
  if (head.readUInt16LE(510) !== 0xaa55) return undefined;
  const names = [head.toString('latin1', 54, 59), head.toString('latin1', 82, 87)];
  return names[0] === 'FAT12' || names[0] === 'FAT16' || names[1] === 'FAT32' ? 'vfat' : undefined;
}
