import { readFileSync } from 'node:fs';

/** A random UUID (version 4). The kernel makes one at once; Node's cryptography takes 4 ms to load. @see random(4) */
export function randomUuid(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/uuid', 'latin1').trim();
  } catch {
    return crypto.randomUUID(); // not on Linux
  }
}
