import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { LibcError } from './libc.ts';

const libc = koffi.load(null);
const socketCall = libc.func('int socket(int domain, int type, int protocol)');
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, unsigned int size)',
);
const sendCall = libc.func('long send(int fd, const void *bytes, unsigned long size, int flags)');
const recvCall = libc.func('long recv(int fd, void *bytes, unsigned long size, int flags)');

const nameToIndex = libc.func('unsigned int if_nametoindex(const char *name)');

/** The number of a link in the network of this process; 0 if there is none. */
export const linkIndex = (name: string): number => nameToIndex(name);

const [AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE] = [16, 0o2000003, 0];
const [SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK] = [270, 10, 11];
const [ERROR, SAYS] = [16, 36];

/** The kernel refused a request about its network. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';
  /** Positive, as in errno(3). */
  readonly errno: number;
  /** What the kernel says of it, if it says anything. */
  readonly says: string;
  constructor(errno: number, says: string) {
    super(`errno ${errno}: ${says}`);
    this.errno = errno;
    this.says = says;
  }
}

/**
 * Sends requests of rtnetlink to the kernel, one after the other, until one is refused.
 * @throws NetlinkError, LibcError
 */
export function askKernel(requests: readonly Uint8Array[]): void {
  const socket = checked('socket', socketCall(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE));
  try {
    const one = Buffer.from([1, 0, 0, 0]);
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK])
      checked('setsockopt', setsockopt(socket, SOL_NETLINK, option, one, 4));
    for (const request of requests) {
      checked('send', Number(sendCall(socket, request, request.length, 0)));
      const answer = Buffer.alloc(1024);
      const length = checked('recv', Number(recvCall(socket, answer, answer.length, 0)));
      const errno = -answer.readInt32LE(ERROR);
      if (errno === 0) continue;
      const isText = length > SAYS + 4 && answer.readUInt16LE(SAYS + 2) === 1;
      const end = isText ? SAYS + answer.readUInt16LE(SAYS) - 1 : SAYS;
      throw new NetlinkError(errno, isText ? answer.toString('utf8', SAYS + 4, end) : '');
    }
  } finally {
    closeSync(socket);
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new LibcError(call, koffi.errno());
  return result;
}
