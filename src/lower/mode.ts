/** How the program is run: from a shell, or by a driver that reads its status from descriptor 3. */
export interface Mode {
  readonly kind: 'foreground' | 'detached';
  /** Detached only: descriptors 4 and 5 are the input (a socket) and the output of console 0's first client. */
  readonly client: boolean;
  /** The size of that client's terminal, if it is one. */
  readonly size?: WindowSize;
}

/** How many descriptors beside the standard ones the program gets from who starts it. */
export function given(mode: Mode): number {
  if (mode.kind === 'foreground') return 0;
  return mode.client ? 3 : 1;
}

/** In characters. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}
