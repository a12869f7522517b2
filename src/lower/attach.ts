import { CLIENT_DESCRIPTOR } from '../linux/console-clients.ts';
import { field, int, load, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed } from './assembly.ts';
import { master } from './capture.ts';
import type { Mode } from './mode.ts';
import { polled, unlessAny } from './poll.ts';

/** A console that a client can attach to, by the places in `polled` of its master and of the client. */
export interface Attachable {
  readonly number: number;
  readonly master: number;
  readonly client: number;
}

const F_SETFL = int(4, 'F_SETFL');
const F_DUPFD_CLOEXEC = int(1030, 'F_DUPFD_CLOEXEC');

/** What `sigqueue` gives beside the number of the signal, in `struct signalfd_siginfo`. */
const sender = load(field('signal', 12, 4));
const wanted = load(field('signal', 44, 4));

/**
 * A client has sent the number of a console: it has the master, and reads it from now on. The supervisor keeps a descriptor of
 * the client, at a number by which others see who it is, and reads that console again when the client has ended, however that
 * comes. The first one stays: a second one sees who has the console. Goes on at `relay`.
 * @see src/exec/console.ts
 */
export function onAttach(out: Assembly, consoles: readonly Attachable[], mode: Mode): void {
  out.label('attach');
  for (const { number, master: entry, client } of consoles) {
    const [other, free] = [out.fresh('other_console'), out.fresh('console_free')];
    out.branch(wanted, '!=', int(number), other);
    const holder: Operand = load(polled(client, 'fd'), true);
    out.branch(holder, '<', int(0), free);
    out.jump('relay');
    out.label(free);
    const isFirst = number === 0 && (mode.kind === 'foreground' || mode.client);
    if (isFirst) {
      // Whoever started the container has it, as long as its input is there.
      out.branch(signed('client_in'), '>=', int(0), 'relay');
      out.store(out.slot('client_out'), int(-1));
      out.store(out.slot('out_left'), int(0));
    }
    out.call('pidfd_open', [sender, int(0)], { result: 'answer', onError: false });
    out.branch(signed('answer'), '<', int(0), 'relay');
    out.store(out.slot('new_client'), value('answer'));
    out.call('fcntl', [value('new_client'), F_DUPFD_CLOEXEC, int(CLIENT_DESCRIPTOR + number)], {
      result: 'answer',
      onError: false,
    });
    out.call('close', [value('new_client')], { onError: false });
    out.branch(signed('answer'), '<', int(0), 'relay');
    out.store(polled(client, 'fd'), value('answer'));
    out.store(polled(entry, 'fd'), int(-1));
    out.jump('relay');
    out.label(other);
  }
  out.jump('relay');
}

/** A client that has ended is forgotten, and its console read again: it may have left it so that a read waits. */
export function onClientsEnd(out: Assembly, consoles: readonly Attachable[]): void {
  for (const { number, master: entry, client } of consoles) {
    const next = out.fresh('client_there');
    unlessAny(out, client, next);
    forget(out, client);
    out.store(polled(entry, 'fd'), value(master(number)));
    const flags = out.open('O_RDWR', 'O_NONBLOCK');
    out.call('fcntl', [value(master(number)), F_SETFL, flags], { onError: false });
    out.label(next);
  }
}

/** The next life has consoles of its own. */
export function forgetClients(out: Assembly, consoles: readonly Attachable[]): void {
  for (const { client } of consoles) {
    const none = out.fresh('no_client_left');
    out.branch(load(polled(client, 'fd'), true), '<', int(0), none);
    forget(out, client);
    out.label(none);
  }
}

function forget(out: Assembly, client: number): void {
  out.call('close', [load(polled(client, 'fd'))], { onError: false });
  out.store(polled(client, 'fd'), int(-1));
}
