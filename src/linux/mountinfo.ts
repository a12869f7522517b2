/** A mount, as a process sees it. */
export interface MountLine {
  readonly target: string;
  /** Of the mount: `ro`, `nosuid`. */
  readonly flags: readonly string[];
  readonly type: string;
  /** Of the file system. */
  readonly options: readonly string[];
}

/** The lines of /proc/PID/mountinfo. Octal escapes stand for blanks and the like. @see proc_pid_mountinfo(5) */
export const mountsIn = (text: string): readonly MountLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [own = '', rest = ''] = line.split(' - ');
      const [, , , , target = '', flags = ''] = own.split(' ');
      const [type = '', , options = ''] = rest.split(' ');
      return {
        target: unescaped(target),
        flags: flags.split(','),
        type,
        options: options.split(','),
      };
    });

const unescaped = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
