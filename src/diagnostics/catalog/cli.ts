import { error } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

export const fileUnreadable = (file: string, reason: string) =>
  error('file/unreadable', undefined, `cannot read '${file}': ${reason}`);

export const fileNotRegular = (file: string) =>
  error('file/not-regular', undefined, `'${file}' is not a regular file`);

export const fileTooLarge = (file: string, bytes: number, limit: number) =>
  error('file/too-large', undefined, `'${file}' has ${bytes} bytes: expected at most ${limit}`);

export const fileNotUtf8 = (byte: number, at: Span) =>
  error(
    'file/not-utf8',
    at,
    `byte 0x${byte.toString(16).padStart(2, '0')} is not UTF-8 text here`,
    {
      help: "convert the file to UTF-8, such as with 'iconv -t UTF-8'",
    },
  );

export const notAProgram = (file: string) =>
  error('program/not-ours', undefined, `'${file}' is not a program that lxplain compiled`);

export const planComplete = (file: string) =>
  error(
    'cli/plan-complete',
    undefined,
    `'${file}' is a plan: --facts and --arch are settled in it`,
  );

export const noDomain = (file: string) =>
  error(
    'program/no-domain',
    undefined,
    `'${file}' was compiled from a plan: it holds no domain XML`,
  );

export const archUnknown = (arch: string) =>
  error(
    'cli/unknown-arch',
    undefined,
    `architecture '${arch}' is not known: expected x86_64 or aarch64`,
  );

export const passUnknown = (pass: string, known: readonly string[]) =>
  error(
    'cli/unknown-pass',
    undefined,
    `the pass '${pass}' is not known: expected one of ${known.join(', ')}`,
  );

export const codeUnknown = (code: string) =>
  error('cli/unknown-code', undefined, `no diagnostic has the code '${code}'`);

export const stepUnknown = (step: string, count: number) =>
  error('plan/no-such-step', undefined, `the plan has no step '${step}': expected 1 to ${count}`);

export const notRunning = (name: string) =>
  error('domain/not-running', undefined, `no running domain has the name '${name}'`, {
    libvirt: `failed to get domain '${name}'`,
  });

export const alreadyRunning = (name: string) =>
  error('domain/already-running', undefined, `domain '${name}' is already running`, {
    libvirt: `operation failed: domain '${name}' already exists with uuid`,
  });

/** `step` is its description, `errno` the kernel's name of the error, and `reason` what that means. */
export const stepFailed = (
  name: string,
  step: { readonly id: number; readonly text: string; readonly span: Span | undefined },
  { errno, reason }: { readonly errno: string; readonly reason: string },
  file: string,
) =>
  error(
    'start/step-failed',
    step.span,
    `${name}: step ${step.id} ${step.text}: ${errno} (${reason})`,
    {
      help: `'lxplain explain ${file} ${step.id}' says what the step does; the start is undone but for mount points that it made in the root`,
    },
  );

export const programNotRun = (name: string, call: string, reason: string) =>
  error('start/not-run', undefined, `${name}: its program cannot be run: ${call}: ${reason}`);

export const supervisorLost = (name: string) =>
  error('start/lost', undefined, `${name}: the supervisor ended without a word`);

export const notEnding = (name: string) =>
  error('domain/not-ending', undefined, `domain '${name}' has not ended within 10 seconds`);

export const leftBehind = (name: string, path: string, reason: string) =>
  error('state/left', undefined, `${name}: cannot remove '${path}': ${reason}`, {
    help: `'lxplain clean ${name}' tries again`,
  });

export const formatUnsupported = (format: string) =>
  error(
    'cli/unsupported-format',
    undefined,
    `format '${format.slice(0, 80)}' is not supported: expected lxc-tools`,
    { libvirt: `invalid argument: unsupported config type ${format}` },
  );

export const uuidInvalid = (text: string) =>
  error('cli/bad-uuid', undefined, `'${text.slice(0, 80)}' is no UUID: expected 32 hex digits`);

export const oneUuid = (count: number) =>
  error('cli/one-uuid', undefined, `one UUID for ${count} files: expected one file with --uuid`);

export const sizeInvalid = (text: string) =>
  error('cli/bad-size', undefined, `'${text.slice(0, 80)}' is no size: expected one such as 2GiB`);

export const needsConfig = () =>
  error('cli/needs-config', undefined, 'expected at least one config file', {
    libvirt: "command 'domxml-from-native' requires <config> option",
  });

export const needsOutput = () =>
  error('cli/needs-output', undefined, 'more than one file: expected -o FOLDER');

export const outputTwice = (target: string, first: string, second: string) =>
  error('cli/output-twice', undefined, `'${first}' and '${second}' would both become '${target}'`);

export const fileUnwritable = (file: string, reason: string) =>
  error('file/unwritable', undefined, `cannot write '${file}': ${reason}`);

export const outputIsInput = (file: string) =>
  error('cli/output-is-input', undefined, `'${file}' is the input: the program would replace it`);

export const linesLost = (file: string, count: number) =>
  error('lxc/strict', undefined, `${file}: ${count} lines are lost, and --strict is given`);

export const needsDomain = () =>
  error('cli/needs-domain', undefined, 'expected either a domain or --xml FILE');

export const cgroupsUnknown = (text: string) =>
  error(
    'cli/unknown-cgroups',
    undefined,
    `'${text.slice(0, 80)}' is no version of cgroups: expected v1, v2 or both`,
  );

export const schemaMissing = (path: string) =>
  error('validate/no-schema', undefined, `no schema to validate with: '${path}' is not there`, {
    help: 'libvirt brings it: on Debian, package libvirt-daemon',
  });

export const schemaToolMissing = () =>
  error('validate/no-xmllint', undefined, 'no xmllint to validate with', {
    help: 'libxml2 brings it: on Debian, package libxml2-utils',
  });

/** `all` are the messages as libvirt prints them, in one. */
export const schemaViolation = (
  schema: string,
  message: string,
  all: string,
  at: Span | undefined,
) =>
  error('validate/schema', at, message.trim(), {
    libvirt: `XML document failed to validate against schema: Unable to validate doc against ${schema}\n${all}`,
  });
