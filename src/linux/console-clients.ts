/**
 * How a client of a console and the supervisor meet. The client sends this signal with the number of the console; the supervisor
 * then has a descriptor of the client's process at this number and that of the console.
 * SIGRTMIN+15 of a C library: no init system sends it to a supervisor.
 */
export const ATTACH = 49;
export const CLIENT_DESCRIPTOR = 500;
