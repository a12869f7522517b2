import { type CallRule, word } from '../linux/system-call-filter.ts';
import type { Abi } from '../linux/system-calls.ts';

/**
 * The calls that a program of 32 bits can also make through another one, whose first argument says which it is.
 * @see include/uapi/linux/net.h, SYS_SOCKET; include/uapi/linux/ipc.h, SEMOP
 */
const through: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  socketcall: {
    socket: 1,
    bind: 2,
    connect: 3,
    listen: 4,
    accept: 5,
    getsockname: 6,
    getpeername: 7,
    socketpair: 8,
    send: 9,
    recv: 10,
    sendto: 11,
    recvfrom: 12,
    shutdown: 13,
    setsockopt: 14,
    getsockopt: 15,
    sendmsg: 16,
    recvmsg: 17,
    accept4: 18,
    recvmmsg: 19,
    sendmmsg: 20,
  },
  ipc: {
    semop: 1,
    semget: 2,
    semctl: 3,
    semtimedop: 4,
    msgsnd: 11,
    msgrcv: 12,
    msgget: 13,
    msgctl: 14,
    shmat: 21,
    shmdt: 22,
    shmget: 23,
    shmctl: 24,
  },
};

/**
 * The rules, and what they mean for the calls that lead to the same. One with conditions means nothing there: the arguments
 * lie in memory, where no filter sees them.
 */
export const throughMultiplexer = (rules: readonly CallRule[], abi: Abi): readonly CallRule[] =>
  abi === 'x86' ? rules.flatMap((rule) => [rule, ...otherWays(rule)]) : rules;

const otherWays = ({ verdict, calls, when }: CallRule): readonly CallRule[] =>
  when !== undefined
    ? []
    : Object.entries(through).flatMap(([call, numbers]) =>
        calls.flatMap((name) => {
          const number = numbers[name];
          if (number === undefined) return [];
          const test = { argument: 0, is: '==', value: word(number) } as const;
          return [{ verdict, calls: [call], when: [test] }];
        }),
      );
