import { error, warning } from '../diagnostic.ts';
import type { Origin, Span } from '../origin.ts';

export const fileUnreadable = (file: string, reason: string) =>
  error('file/unreadable', undefined, `cannot read '${file}': ${reason}`);

/** `config` is the file in a directory that was meant, most likely. */
export const fileNotRegular = (file: string, config?: string) =>
  error('file/not-regular', undefined, `'${file}' is not a regular file`, {
    ...(config === undefined ? {} : { help: `the config in this directory is '${config}'` }),
  });

/** Of a pipe nobody knows how much it would have given. */
export const fileTooLarge = (file: string, bytes: number | undefined, limit: number) =>
  error(
    'file/too-large',
    undefined,
    bytes === undefined
      ? `'${file}' has more than ${limit} bytes`
      : `'${file}' has ${bytes} bytes: expected at most ${limit}`,
  );

/** `use` is the command that takes such a file, empty if none does. */
export const wrongFile = (file: string, what: string, expected: string, use: string) =>
  error('cli/wrong-file', undefined, `'${file}' is ${what}: expected ${expected}`, {
    ...(use === '' ? {} : { help: `use '${use}'` }),
  });

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
  error('program/not-ours', undefined, `'${file}' is not a whole program that lxplain compiled`);

export const planComplete = (file: string) =>
  error(
    'cli/plan-complete',
    undefined,
    `'${file}' is a plan: --facts and --arch are settled in it`,
  );

export const comparesNothing = () =>
  error(
    'cli/compares-nothing',
    undefined,
    'a plan is the same as itself: expected a second file, or --to-facts for another machine',
  );

export const noDomain = (file: string) =>
  error('program/no-domain', undefined, `'${file}' was made from a plan: it holds no domain XML`);

export const archUnknown = (arch: string) =>
  error(
    'cli/unknown-arch',
    undefined,
    `architecture '${arch}' is not known: expected x86_64 (amd64) or aarch64 (arm64)`,
  );

export const passUnknown = (pass: string, known: readonly string[]) =>
  error(
    'cli/unknown-pass',
    undefined,
    `the pass '${pass}' is not known: expected one of ${known.join(', ')}`,
  );

export const codeUnknown = (code: string) =>
  error('cli/unknown-code', undefined, `no diagnostic and no operation has the name '${code}'`, {
    help: `docs/diagnostics.md has all codes; steps: 'lxplain explain FILE STEP'`,
  });

export const needsStep = (file: string) =>
  error('cli/needs-step', undefined, `which step of '${file}'? ${STEPS}`, {
    help: `'lxplain plan ${file}' shows them`,
  });

const STEPS = 'expected a number, a range (5-9), an operation (cgroup.create) or a line (:14)';

export const stepUnknown = (step: string, count: number) =>
  error('plan/no-such-step', undefined, `the plan has no step '${step}': ${STEPS}`, {
    help: `its steps are 1 to ${count}`,
  });

export const noStepOfLine = (line: number, lines: readonly number[]) =>
  error('plan/no-such-step', undefined, `no step comes from line ${line}`, {
    help: `steps come from the lines ${lines.join(', ')}`,
  });

export const notRunning = (name: string) =>
  error('domain/not-running', undefined, `no running domain has the name, id or UUID '${name}'`, {
    libvirt: `failed to get domain '${name}'`,
  });

/** `what` failed: 'enter its namespaces'. */
export const notEntered = (name: string, what: string, errno: string, reason: string) =>
  error('enter/failed', undefined, `${name}: cannot ${what}: ${errno} (${reason})`);

export const alreadyRunning = (name: string) =>
  error('domain/already-running', undefined, `domain '${name}' is already running`, {
    libvirt: `operation failed: domain '${name}' already exists with uuid`,
  });

/** What the kernel said, and why, as far as that is known. */
export interface Refusal {
  readonly errno: string;
  readonly reason: string;
  readonly cause: string | undefined;
  /** What the kernel has said of it in words. */
  readonly says?: string | undefined;
}

/** `step` is its description, `errno` the kernel's name of the error, and `reason` what that means. */
export const stepFailed = (
  name: string,
  step: { readonly id: number; readonly text: string; readonly span: Span | undefined },
  { errno, reason, cause, says }: Refusal,
  file: string,
) =>
  error(
    'start/step-failed',
    step.span,
    `${name}: step ${step.id} ${step.text}: ${errno} (${reason})`,
    {
      notes: [
        ...(says === undefined ? [] : [{ message: `the kernel says: ${says}` }]),
        ...(cause === undefined ? [] : [{ message: cause }]),
      ],
      help: `'lxplain explain ${file} ${step.id}' says what the step does; the start is undone but for mount points that it made in the root`,
    },
  );

export const nameTaken = (name: string, at: Origin | undefined) =>
  warning(
    'domain/name-taken',
    at,
    `a container '${name}' runs on this machine already: 'create' would fail`,
    { help: `'lxplain destroy ${name}' ends it` },
  );

export const networkUnknown = (name: string) =>
  error('network/unknown', undefined, `no network has the name or UUID '${name}'`, {
    help: "'lxplain net-list --all' shows them",
    libvirt: `failed to get network '${name}'`,
  });

export const networkActive = (name: string) =>
  error('network/active', undefined, `network '${name}' is already active`, {
    libvirt: `Failed to start network ${name}\nerror: Requested operation is not valid: network is already active`,
  });

export const networkNotActive = (name: string) =>
  error('network/not-active', undefined, `network '${name}' is not active`, {
    libvirt: `Failed to destroy network ${name}\nerror: Requested operation is not valid: network '${name}' is not active`,
  });

/** `step` is its description. What there was of the start is undone. */
export const networkStepFailed = (name: string, step: string, reason: string) =>
  error('network/step-failed', undefined, `network '${name}': ${step}: ${reason}`, {
    help: `'lxplain net-start ${name} --steps' shows what a start does`,
  });

export const networkProgramMissing = ({
  program,
  debianPackage,
  lost,
}: {
  readonly program: string;
  readonly debianPackage: string;
  readonly lost: string;
}) =>
  warning('network/no-program', undefined, `${program} is not installed: ${lost}`, {
    help: `on Debian it is in the package ${debianPackage}`,
  });

export const programNotRun = (name: string, call: string, reason: string) =>
  error('start/not-run', undefined, `${name}: its program cannot be run: ${call}: ${reason}`);

/** `status` as a shell says it. */
export const endedAtOnce = (name: string, ms: number, status: number) =>
  warning('start/ended-at-once', undefined, `${name} ended after ${ms} ms with status ${status}`, {
    help: `'lxplain logs ${name}' shows what it has said`,
  });

export const supervisorLost = (name: string) =>
  error('start/lost', undefined, `${name}: the supervisor ended without a word`);

export const notEnding = (name: string) =>
  error('domain/not-ending', undefined, `domain '${name}' has not ended within 10 seconds`);

export const processesEnded = (
  name: string,
  ended: readonly { readonly pid: number; readonly command: string }[],
) => {
  const shown = ended.slice(0, 10).map(({ pid, command }) => `${pid} (${command})`);
  const more = ended.length > shown.length ? ' …' : '';
  return warning(
    'state/processes-ended',
    undefined,
    `${name}: its supervisor was killed, and these still ran and have been ended: ${shown.join(', ')}${more}`,
  );
};

export const leftover = (name: string) =>
  warning('state/leftover', undefined, `${name} does not run, and something of it is left`, {
    help: `'lxplain clean ${name}' removes it, or says what it is`,
  });

export const notOurs = (path: string, what: string) =>
  error(
    'state/not-ours',
    undefined,
    `'${path}' is ${what}: lxplain has not made it, and leaves it`,
    {
      help: 'remove it yourself if nobody needs it',
    },
  );

export const notOurLine = (file: string, line: string) =>
  error('state/not-ours', undefined, `'${file}' has the line '${line}', which no start writes`, {
    help: 'nothing is done about it; remove the file yourself once you know what it means',
  });

export const stateUnsafe = (path: string, what: string) =>
  error('state/unsafe', undefined, `'${path}' is ${what}: expected what only root writes`);

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

/** `done` is what has been done all the same. */
export const fileUnwritable = (file: string, reason: string, done?: string) =>
  error('file/unwritable', undefined, `cannot write '${file}': ${reason}`, {
    ...(done === undefined ? {} : { notes: [{ message: `this has been done: ${done}` }] }),
  });

export const binaryToTerminal = () =>
  error('cli/binary-to-terminal', undefined, 'a program would be written to the terminal', {
    help: 'give a file with -o, or send it to one',
  });

export const writeNeedsFile = () =>
  error(
    'cli/write-needs-file',
    undefined,
    'standard input cannot be changed: expected a file with --write',
  );

export const outputIsInput = (file: string) =>
  error('cli/output-is-input', undefined, `'${file}' is the input: the program would replace it`);

export const linesLost = (file: string, count: number) =>
  error(
    'lxc/strict',
    undefined,
    `${file}: ${count === 1 ? '1 line is' : `${count} lines are`} lost, and --strict is given`,
  );

export const acceptNeeded = () =>
  error('cli/needs-accept', undefined, '--write-accept writes the file of --accept: expected one');

export const acceptInvalid = (at: Span) =>
  error('cli/bad-accept', at, 'expected a code such as mount/optional, and a line of the input');

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

export const domainUnknown = (name: string) =>
  error('domain/unknown', undefined, `no domain has the name, id or UUID '${name}'`, {
    help: "'lxplain list --all' shows them",
    libvirt: `failed to get domain '${name}'`,
  });

export const domainExists = (name: string, uuid: string) =>
  error('domain/exists', undefined, `domain '${name}' already exists with uuid ${uuid}`, {
    help: `give it this uuid, or 'lxplain undefine ${name}' first`,
    libvirt: `operation failed: domain '${name}' already exists with uuid ${uuid}`,
  });

export const uuidTaken = (uuid: string, name: string) =>
  error('domain/exists', undefined, `domain '${name}' is already defined with uuid ${uuid}`, {
    help: "give it another uuid, or none: 'define' makes one",
    libvirt: `operation failed: domain '${name}' is already defined with uuid ${uuid}`,
  });

export const nameUnusable = (name: string) =>
  error('domain/bad-name', undefined, `'${name}' cannot be the name of a file`);

export const planUnreadable = (name: string) =>
  error('domain/plan-of-other', undefined, `the plan of '${name}' is none of this version`, {
    help: 'it was started by another version of lxplain: start it anew',
  });

export const interfaceUnknown = (name: string, wanted: string) =>
  error('domain/no-interface', undefined, `domain '${name}' has no interface '${wanted}'`, {
    help: `'lxplain domiflist ${name}' lists them`,
    libvirt: `Failed to get interface stats ${name} ${wanted}`,
  });

export const noMetadata = (name: string, uri: string) =>
  error('domain/no-metadata', undefined, `domain '${name}' has no metadata of '${uri}'`, {
    libvirt: 'metadata not found: Requested metadata element is not present',
  });

export const badXml = (what: string, reason: string) =>
  error('cli/bad-xml', undefined, `${what} is not XML of one element: ${reason}`);

export const badXpath = (expression: string, reason: string) =>
  error('cli/bad-xpath', undefined, `'${expression}' is no XPath 1.0: ${reason}`);

export const keyNeeded = () =>
  error('cli/key-needed', undefined, '--set takes --key: the prefix that the element gets', {
    libvirt: 'must provide --key when setting metadata',
  });

export const unknownEvent = (event: string) =>
  error('cli/unknown-event', undefined, `event '${event}': expected lifecycle`);

/** `what` is what was to be done with it: 'undefined', 'marked as autostarted'. */
export const notDefined = (name: string, what: string) =>
  error('domain/not-defined', undefined, `domain '${name}' is transient: it cannot be ${what}`, {
    help: `'lxplain dumpxml ${name} >FILE' and 'lxplain define FILE' make it persistent`,
  });

export const stillRunning = (name: string, what: string) =>
  error('domain/still-running', undefined, `domain '${name}' runs: it cannot be ${what}`, {
    help: `'lxplain shutdown ${name} --wait' or 'lxplain destroy ${name}' ends it`,
  });

/** `reason` says what is not as it was when the stored program was made. */
export const madeAnew = (name: string, reason: string) =>
  warning('start/made-anew', undefined, `${name}: its program was made anew: ${reason}`);

export const notStored = (name: string, path: string, reason: string) =>
  warning(
    'start/not-stored',
    undefined,
    `${name}: its program cannot be kept in '${path}': ${reason}`,
    { help: 'each start makes it anew' },
  );

export const nobodyAsked = (name: string, mode: string) =>
  error('domain/nobody-asked', undefined, `domain '${name}' cannot be asked ${mode}`, {
    help: `its init reads no initctl and takes no such signal; 'lxplain destroy ${name}' ends it`,
  });

export const modeUnknown = (mode: string) =>
  error('cli/unknown-mode', undefined, `unknown mode '${mode}': expected initctl or signal`, {
    libvirt: `Unknown mode ${mode} value, expecting 'acpi', 'agent', 'initctl', 'signal', or 'paravirt'`,
  });

export const secondsInvalid = (text: string) =>
  error('cli/bad-seconds', undefined, `'${text}' is no time: expected a number of seconds`);

/** What is counted of the containers is not for the network. */
export const addressInvalid = (text: string) =>
  error(
    'cli/bad-address',
    undefined,
    `'${text}' is no address to listen at: expected the path of a socket, or a port of this machine`,
    { help: "such as '/run/lxplain-metrics.socket' or '127.0.0.1:9713'" },
  );

export const cannotListen = (address: string, reason: string) =>
  error('cli/cannot-listen', undefined, `cannot listen at '${address}': ${reason}`);

export const strictlyRefused = () =>
  error('cli/strict', undefined, 'nothing was done: with --strict a warning is an error');

export const notATerminal = () =>
  error('cli/no-terminal', undefined, 'standard input and output are no terminal', {
    help: "'lxplain top --batch', '--csv FILE --script' and '--json' need none",
  });

export const notEndedIn = (name: string, seconds: number) =>
  error('domain/not-ended', undefined, `domain '${name}' has not ended in ${seconds} s`, {
    help: `it was asked to and still may; 'lxplain destroy ${name}' ends it`,
  });

/** It is in that state already. */
export const wrongState = (name: string, state: string) =>
  error('domain/wrong-state', undefined, `domain '${name}' is already ${state}`);

export const notFrozen = (name: string, reason: string) =>
  error(
    'domain/not-frozen',
    undefined,
    `${name}: its processes cannot be stopped or let on: ${reason}`,
  );

/** `host` is that of a URI that leads to another machine. */
export const uriUnknown = (uri: string, host: string | undefined) =>
  error('cli/unknown-uri', undefined, `'${uri}' is no URI of lxplain: expected lxc:///`, {
    help:
      host === undefined
        ? "it has the containers of this machine; 'virsh -c URI' reaches others"
        : `on that machine: 'ssh ${host} lxplain …'`,
  });

export const optionNeedsValue = (option: string, what: string) =>
  error('cli/needs-value', undefined, `${option} expects ${what}`);

export const quoteOpen = (quote: string) =>
  error('cli/open-quote', undefined, `a quote ${quote} of the command is not closed`);

export const needsTerminal = () =>
  error('console/needs-terminal', undefined, 'standard input is no terminal', {
    help: "'lxplain create FILE --console' takes input from a pipe",
    libvirt: 'Cannot run interactive console without a controlling TTY',
  });

export const noConsole = (name: string, device: string) =>
  error('console/none', undefined, `domain '${name}' has no console '${device}'`, {
    help: 'they are console0, console1 … in the order of its XML',
    libvirt: `internal error: cannot find console device '${device}'`,
  });

export const consoleBusy = (name: string, number: number, holder: number | undefined) =>
  error(
    'console/busy',
    undefined,
    `console${number} of domain '${name}' is in use${holder === undefined ? '' : ` by process ${holder}`}`,
    { help: '--force takes it from another client' },
  );

export const consoleSilent = (name: string) =>
  error('console/silent', undefined, `${name}: its supervisor does not answer`, {
    help: 'it may be stopped, or its program was compiled by an older lxplain',
  });

export const escapeInvalid = (text: string) =>
  error('console/bad-escape', undefined, `'${text}' is no escape character: expected one like ^]`);

export const editorFailed = (editor: string, reason: string) =>
  error('cli/editor-failed', undefined, `the editor '${editor}' has failed: ${reason}`, {
    help: 'VISUAL or EDITOR name another one',
  });

export const editRenames = (name: string, other: string) =>
  error('domain/renamed', undefined, `'${name}' would be named '${other}'`, {
    help: `'lxplain domrename ${name} ${other}' does that`,
  });

export const signalUnknown = (text: string) =>
  error(
    'cli/unknown-signal',
    undefined,
    `'${text}' is no signal: expected one such as SIGTERM or 15`,
  );

export const noSuchProcess = (name: string, pid: string) =>
  error('domain/no-process', undefined, `domain '${name}' has no process ${pid} to signal`, {
    help: 'only its init, process 1, can be signalled',
  });

/** There is no log of it, or nothing in it since then. */
export const nothingLogged = (name: string) =>
  error('domain/nothing-logged', undefined, `nothing is logged of '${name}'`, {
    help: 'a log is kept of what is started in the background, by create and start',
  });

/** `expected` says what the value should have been. */
export const valueInvalid = (text: string, expected: string) =>
  error('cli/bad-value', undefined, `'${text}' does not do: expected ${expected}`);

export const notTunable = (name: string, what: string) =>
  error(
    'domain/not-tunable',
    undefined,
    `${name}: ${what} cannot be set: it joined no such control group`,
    {
      help: 'a domain that asks for it joins one when it starts',
    },
  );

export const limitRefused = (name: string, what: string, value: string, reason: string) =>
  error('domain/limit-refused', undefined, `${name}: ${what} cannot be ${value}: ${reason}`);
