/** A container that the machines run: its domain, and what the machine does around it. */
export interface Container {
  readonly xml: string;
  /** A shell script that the machine runs first. */
  readonly before?: string;
  /** A shell script that the machine runs at the same time. */
  readonly beside?: string;
  /** What its standard input holds, which is empty otherwise; or that it is the machine's terminal. */
  readonly input?: string | 'terminal';
  /** Runs under strace: with its trace told, or with a fault injected. @see strace(1), "--inject" */
  readonly strace?: 'trace' | `inject=${string}`;
}

interface Contents {
  readonly init?: string;
  readonly initArgs?: readonly string[];
  /** Elements of `<domain>`. */
  readonly more?: string;
  /** Elements of `<devices>`. */
  readonly devices?: string;
  readonly memoryMiB?: number;
  /** Elements of `<os>`. */
  readonly os?: string;
}

const root = `<filesystem type='mount'><source dir='/srv/root'/><target dir='/'/></filesystem>`;
const readOnlyRoot = root.replace('</filesystem>', '<readonly/></filesystem>');
const idmap = `<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>`;
const privnet = '<features><privnet/></features>';
const four = `${root}
    <filesystem type='mount'><source dir='/srv/data'/><target dir='/data'/></filesystem>
    <filesystem type='ram'><source usage='1' units='MiB'/><target dir='/ram'/></filesystem>
    <filesystem type='bind'><source dir='/etc'/><target dir='/mnt/etc'/><readonly/></filesystem>`;

const domain = (
  name: string,
  { init = '/bin/sh', initArgs = [], more = '', devices = root, memoryMiB = 64, os = '' }: Contents,
): string => `<domain type='lxc'>
  <name>${name}</name>
  <uuid>3c7e5f2a-1d0b-4c9e-8a61-0123456789ab</uuid>
  <memory unit='MiB'>${memoryMiB}</memory>
  <os>
    <type>exe</type>
    <init>${init}</init>${os}
${initArgs.map((arg) => `    <initarg><![CDATA[${arg}]]></initarg>\n`).join('')}  </os>
  ${more}
  <devices>
    ${devices}
    <console type='pty'/>
  </devices>
</domain>
`;

/** What a container finds inside: questions by name, each answered by a shell command. */
const questions = {
  machine: 'uname -m',
  name: 'hostname',
  user: 'id -u; tr -s " " < /proc/self/uid_map',
  mounts: 'cat /proc/self/mountinfo',
  environment: "tr '\\0' '\\n' < /proc/1/environ",
  capabilities: 'grep ^Cap /proc/1/status',
  devices: 'cd /dev; stat -c "%n %F %a %u:%g %t:%T" *; cd /',
  links: 'for name in /dev/*; do [ ! -h $name ] || echo $name $(readlink $name); done',
  cgroup: 'cat /proc/1/cgroup /sys/fs/cgroup/memory.max',
  network: 'cd /sys/class/net; echo *; cd /',
  memory: 'head -n 1 /proc/meminfo | tr -s " "; stat -c "%a %u:%g" /proc/meminfo',
} as const;

/** Every answer stands below a line with the question's name. */
const ask = (commands: Readonly<Record<string, string>>): string =>
  Object.entries(commands)
    .map(([name, command]) => `echo "# ${name}"; { ${command}; } 2>&1`)
    .join('\n');

/** The lines that answer each question. The console's terminal ends them with CR LF. */
export function answers(stdout: string): Record<string, string[]> {
  const parts = stdout.replaceAll('\r\n', '\n').split(/^# (.*)\n/m);
  const result: Record<string, string[]> = {};
  for (let i = 1; i < parts.length; i += 2) {
    result[parts[i] ?? ''] = (parts[i + 1] ?? '').split('\n').slice(0, -1);
  }
  return result;
}

const script = (text: string): Pick<Contents, 'initArgs'> => ({ initArgs: ['-c', text] });

/**
 * Waits for the first process of a container's group. `supervisor NAME` prints the supervisor's place in /proc: of the
 * processes of its program the first one, as the guard comes later.
 */
const untilStarted = (name: string): string =>
  `supervisor() {
  for process in /proc/[0-9]*; do
    [ "$(readlink $process/exe)" != /programs/$1/program ] || echo $process
  done | sort -t / -k 3 -n | head -n 1
}
until grep -q . /sys/fs/cgroup/lxplain-${name}/cgroup.procs 2> /dev/null; do sleep 0.1; done`;

/** More than a terminal holds that nobody reads. */
export const manyLines = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('');

/** A hard limit above that of whoever starts it, which only the supervisor may give with an id map. */
const asked = `<metadata><lxplain:domain xmlns:lxplain='urn:lxplain:domain:1'>
  <lxplain:security seccomp='builtin'/>
  <lxplain:limit name='nofile' soft='64' hard='8192'/>
  <lxplain:sysctl name='kernel.msgmax' value='4096'/>
</lxplain:domain></metadata>`;
const denying =
  "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>";
const confinement = {
  filter: 'grep Seccomp: /proc/self/status',
  limits: 'ulimit -n; ulimit -Hn',
  setting: 'cat /proc/sys/kernel/msgmax',
  user: 'echo $(id -u) $(id -g) $(id -G)',
  terminal: 'stat -c %u /dev/pts/0',
} as const;

const servedFiles = `<metadata><lxplain:domain xmlns:lxplain='urn:lxplain:domain:1'>
  <lxplain:proc cpuinfo='yes' diskstats='yes' loadavg='yes' stat='yes' swaps='yes' uptime='yes'/>
</lxplain:domain></metadata>`;
const ownFigures = {
  processors: 'grep -c ^processor /proc/cpuinfo; head -n 2 /proc/stat | cut -d " " -f 1',
  age: 'read up idle </proc/uptime; [ $(echo $up | cut -d . -f 1) -lt 60 ] && echo young; echo $idle | tr -d 0-9',
  load: 'tr -d 0-9 </proc/loadavg',
  swaps: 'cut -f 1 /proc/swaps',
  disks: 'cat /proc/diskstats >/dev/null && echo read',
  owner: 'stat -c "%a %u:%g" /proc/uptime /proc/cpuinfo',
  memory: questions.memory,
} as const;

export const containers = {
  plain: { xml: domain('plain', script(`${ask(questions)}\nexit 3`)) },
  mapped: {
    xml: domain('mapped', {
      ...script(`${ask({ ...questions, address: 'ip -o address show' })}\nexit 4`),
      more: `${idmap}${privnet}`,
    }),
  },
  'host-root': {
    xml: domain('host-root', { ...script(ask(questions)), devices: '' }),
  },
  descriptors: {
    xml: domain('descriptors', { init: '/bin/ls', initArgs: ['-1', '/proc/self/fd'] }),
  },
  signals: {
    xml: domain('signals', { init: '/bin/cat', initArgs: ['/proc/self/status'] }),
  },
  confined: {
    xml: domain('confined', {
      ...script(ask(confinement)),
      more: `${asked}${denying}`,
      os: '<inituser>+33</inituser><initgroup>+34</initgroup>',
    }),
  },
  'proc-files': {
    xml: domain('proc-files', {
      ...script(`${ask(ownFigures)}\nexit 6`),
      more: `${servedFiles}<cputune><period>100000</period><quota>50000</quota></cputune>${idmap}`,
    }),
  },
  'confined-mapped': {
    xml: domain('confined-mapped', {
      ...script(ask(confinement)),
      more: `${asked}${idmap}${privnet}`,
    }),
  },
  'no-capabilities': {
    xml: domain('no-capabilities', {
      ...script(ask({ capabilities: 'grep ^Cap /proc/1/status' })),
      more: "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>",
    }),
  },
  filesystems: {
    xml: domain('filesystems', {
      ...script(
        ask({
          mounts: 'cat /proc/self/mountinfo',
          data: 'cat /data/file; echo written > /data/filesystems',
          bind: 'cat /mnt/etc/name; echo no > /mnt/etc/name',
          ram: 'dd if=/dev/zero of=/ram/zeroes bs=512k count=3 2>&1 | grep -v bytes',
        }),
      ),
      devices: four,
    }),
    beside: 'until [ -s /srv/data/filesystems ]; do sleep 0.1; done; cat /srv/data/filesystems',
  },
  'mapped-filesystems': {
    xml: domain('mapped-filesystems', {
      ...script(
        ask({
          mounts: 'cat /proc/self/mountinfo',
          data: 'cat /data/file; echo written > /data/mapped; stat -c %u:%g /data/mapped',
          locked: 'mount -o remount,bind,rw /mnt/etc; umount /data',
          ram: 'echo text > /ram/file && stat -c %u:%g /ram /ram/file',
        }),
      ),
      more: `${idmap}${privnet}`,
      devices: four,
    }),
    beside: 'until stat -c %u:%g /srv/data/mapped 2> /dev/null; do sleep 0.1; done',
  },
  'mapped-host-network': {
    xml: domain('mapped-host-network', {
      ...script(ask({ mounts: 'cat /proc/self/mountinfo', network: questions.network })),
      more: idmap,
    }),
  },
  readonly: {
    xml: domain('readonly', {
      ...script(ask({ root: 'echo > /file; echo > /dev/file && echo made' })),
      devices: readOnlyRoot,
    }),
  },
  'readonly-mapped': {
    xml: domain('readonly-mapped', {
      ...script(ask({ root: 'echo > /file; echo > /dev/file && echo made' })),
      more: `${idmap}${privnet}`,
      devices: readOnlyRoot,
    }),
  },
  input: {
    xml: domain('input', {
      ...script(`cat > /tmp/input; ${ask({ sum: 'md5sum < /tmp/input' })}; rm /tmp/input; exit 8`),
    }),
    input: manyLines,
  },
  output: { xml: domain('output', script('seq 20000')) },
  terminal: {
    xml: domain('terminal', script(ask({ size: 'stty size' }))),
    input: 'terminal',
  },
  'terminal-failure': {
    xml: domain('terminal-failure', { init: '/no/init' }),
    input: 'terminal',
  },
  memory: {
    xml: domain('memory', {
      ...script(
        `${ask({
          limit: 'cat /sys/fs/cgroup/memory.max',
          hog: 'dd if=/dev/zero of=/dev/null bs=100M count=1; echo $?',
          events: 'grep "^oom_kill " /sys/fs/cgroup/memory.events',
        })}\nexit 9`,
      ),
      memoryMiB: 32,
    }),
  },
  'memory-init': {
    xml: domain('memory-init', {
      init: '/bin/dd',
      initArgs: ['if=/dev/zero', 'of=/dev/null', 'bs=100M', 'count=1'],
      memoryMiB: 32,
    }),
  },
  memtune: {
    xml: domain('memtune', {
      ...script(
        ask({ limits: 'cd /sys/fs/cgroup; cat memory.max memory.high memory.swap.max; cd /' }),
      ),
      more: `<memtune>
    <hard_limit unit='MiB'>48</hard_limit>
    <soft_limit unit='MiB'>40</soft_limit>
    <swap_hard_limit unit='MiB'>64</swap_hard_limit>
  </memtune>`,
    }),
  },
  partition: {
    xml: domain('partition', {
      ...script(ask({ limit: 'cat /sys/fs/cgroup/memory.max' })),
      more: '<resource><partition>/machine/prod</partition></resource>',
    }),
    before: 'mkdir -p /sys/fs/cgroup/machine/prod',
  },
  devices: {
    xml: domain('devices', {
      ...script(
        ask({
          made: 'mknod /tmp/mem c 1 1 && mknod /tmp/loop b 7 0 && mknod /tmp/zero c 1 5 && echo yes',
          opened: 'head -c 1 /tmp/mem; head -c 1 /tmp/loop; head -c 3 /tmp/zero | wc -c',
        }),
      ),
      more: "<features><capabilities policy='default'><mknod state='on'/></capabilities></features>",
    }),
  },
  group: {
    xml: domain('group', script('until [ -e /tmp/done ]; do sleep 0.1; done; rm /tmp/done')),
    beside: `${untilStarted('group')}
group=/sys/fs/cgroup/lxplain-group
member() { sh -c "echo 0 > $group/cgroup.procs; { $1; } 2>&1"; }
${ask({
  supervisor: 'cat $(supervisor group)/cgroup',
  init: 'cat /proc/$(head -n 1 $group/cgroup.procs)/cgroup',
  outside: 'mknod /tmp/mem c 1 1 && echo made; head -c 0 /dev/kmsg && echo opened',
  member: 'member "mknod /tmp/zero c 1 5 && echo made; head -c 1 /tmp/zero | wc -c"',
  refused: 'member "mknod /tmp/port c 1 4; mknod /tmp/loop b 7 0; head -c 0 /dev/kmsg"',
})}
touch /srv/root/tmp/done`,
  },
  'reboot-restart': {
    xml: domain('reboot-restart', {
      ...script(
        'if [ -e /tmp/again ]; then rm /tmp/again; echo second; exit 5; fi; echo first; touch /tmp/again; reboot -f',
      ),
    }),
  },
  'reboot-mapped': {
    xml: domain('reboot-mapped', {
      ...script(
        'if [ -e /tmp/again ]; then rm /tmp/again; echo second; exit 5; fi; echo first; touch /tmp/again; reboot -f',
      ),
      more: `${idmap}${privnet}`,
    }),
    // The maps come late: init has to wait for them in each life.
    strace: 'inject=clone3:delay_exit=200000',
  },
  'reboot-destroy': {
    xml: domain('reboot-destroy', {
      ...script('reboot -f'),
      more: '<on_reboot>destroy</on_reboot>',
    }),
  },
  poweroff: { xml: domain('poweroff', script('poweroff -f')) },
  stopped: {
    xml: domain('stopped', script('sleep 1000')),
    beside: `${untilStarted('stopped')}
kill -TERM $(supervisor stopped | cut -d/ -f3)`,
  },
  'no-init': { xml: domain('no-init', { init: '/no/init' }) },
  'no-init-mapped': {
    xml: domain('no-init-mapped', { init: '/no/init', more: `${idmap}${privnet}` }),
  },
  'no-source': {
    xml: domain('no-source', {
      devices: `${root}
    <filesystem type='mount'><source dir='/srv/none'/><target dir='/data'/></filesystem>`,
    }),
  },
  'no-bind': {
    xml: domain('no-bind', {
      devices: `${root}
    <filesystem type='bind'><source dir='/none'/><target dir='/data'/></filesystem>`,
    }),
  },
  'no-bind-mapped': {
    xml: domain('no-bind-mapped', {
      more: idmap,
      devices: `${root}
    <filesystem type='bind'><source dir='/none'/><target dir='/data'/></filesystem>`,
    }),
  },
  'no-partition': {
    xml: domain('no-partition', { more: '<resource><partition>/none</partition></resource>' }),
  },
  'no-policy': { xml: domain('no-policy', {}), strace: 'inject=bpf:error=EPERM:when=1' },
  'no-attachment': { xml: domain('no-attachment', {}), strace: 'inject=bpf:error=EPERM:when=2' },
  'no-clone': { xml: domain('no-clone', {}), strace: 'inject=clone3:error=EBUSY:when=2' },
  'no-clone-mapped': {
    xml: domain('no-clone-mapped', { more: idmap }),
    strace: 'inject=clone3:error=EBUSY:when=2',
  },
  'no-namespace': { xml: domain('no-namespace', {}), strace: 'inject=unshare:error=ENOSPC' },
  'traced-plain': { xml: domain('traced-plain', script('exit 6')), strace: 'trace' },
  'traced-mapped': {
    xml: domain('traced-mapped', {
      ...script('exit 7'),
      more: `${idmap}${privnet}`,
      devices: four,
    }),
    strace: 'trace',
  },
  'traced-failure': { xml: domain('traced-failure', { init: '/no/init' }), strace: 'trace' },
} as const satisfies Readonly<Record<string, Container>>;

export type ContainerName = keyof typeof containers;
