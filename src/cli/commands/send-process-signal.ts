import { closeSync } from 'node:fs';
import { noSuchProcess, signalUnknown } from '../../diagnostics/catalog/cli.ts';
import { LibcError, pidfdOpen, pidfdSignal } from '../../exec/libc.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { signalNames } from '../../linux/flags.ts';
import { findRunning } from '../../state/running.ts';
import { Failure, trustState } from '../failure.ts';
import { findRunningDomain } from '../find-known.ts';
import { needOutput, print } from '../output.ts';

/** Sends a signal to process 1 of a container; libvirt knows no other. */
export function sendProcessSignal(text: string, pid: string, signalName: string): void {
  needOutput();
  trustState(runtimeDirectory());
  const { name, running } = findRunningDomain(text);
  const { initPid, supervisorPid } = running;
  const number = signalIn(signalName);
  if (number === undefined) throw new Failure([signalUnknown(signalName)]);
  if (pid !== '1' || initPid === undefined) throw new Failure([noSuchProcess(name, pid)]);
  let descriptor: number | undefined;
  try {
    descriptor = pidfdOpen(initPid);
    // The number may have come to mean another process before the descriptor was there.
    const still = findRunning(runtimeDirectory(), name);
    if (still?.supervisorPid !== supervisorPid || still.initPid !== initPid)
      throw new Failure([noSuchProcess(name, pid)]);
    pidfdSignal(descriptor, number);
  } catch (cause) {
    if (cause instanceof LibcError) throw new Failure([noSuchProcess(name, pid)]);
    throw cause;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  print('\n');
}

/** `SIGTERM`, `term`, `sigterm`, 15; `SIGRT3`, as virsh counts real-time signals, and `SIGRTMIN+3`. */
function signalIn(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text))
    return Number(text) >= 1 && Number(text) <= 64 ? Number(text) : undefined;
  const word = text.toUpperCase().replace(/^SIG[_]?/, '');
  const [, offset] = /^RT(?:MIN\+)?(\d{1,2})$/.exec(word) ?? [];
  if (offset !== undefined) {
    const number = (word.startsWith('RTMIN') ? 34 : 32) + Number(offset);
    return number <= 64 ? number : undefined;
  }
  const number = signalNames.findIndex((each) => each !== '' && each === word);
  return number < 1 ? undefined : number;
}
