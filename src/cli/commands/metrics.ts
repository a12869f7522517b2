import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { addressInvalid, cannotListen } from '../../diagnostics/catalog/cli.ts';
import { metricsText, metricsType } from '../../monitor/metrics.ts';
import { Failure } from '../failure.ts';
import { countShutOff } from '../find-known.ts';
import { Meter } from '../gauges.ts';
import { print } from '../output.ts';

interface Options {
  readonly listen?: string;
}

/** Prints what is counted of all that runs, or serves it until it is ended. */
export async function metrics({ listen }: Options): Promise<void> {
  const meter = new Meter();
  const text = (): string => {
    const running = meter.read();
    return metricsText(running, countShutOff(running));
  };
  if (listen === undefined) return print(text());
  const where = addressIn(listen);
  const server = createServer((request, response) => {
    const isKnown = ['GET', 'HEAD'].includes(request.method ?? '') && request.url === '/metrics';
    if (!isKnown) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': metricsType }).end(text());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new Failure([cannotListen(listen, cause.code ?? 'error')])),
    );
    server.listen(where, resolve);
  });
  await new Promise<void>((resolve) => {
    const end = () => server.close(() => resolve()).closeAllConnections();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  });
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** A Unix socket, or a port of this machine alone: what is counted is not for the network. @throws Failure */
function addressIn(text: string): Address {
  if (text.startsWith('/')) return { path: text };
  const [, host = '', port = ''] = /^(?:\[?([^\]]*)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  const address = host === '' || host === 'localhost' ? '127.0.0.1' : host;
  const isLoopback = (isIP(address) === 4 && address.startsWith('127.')) || address === '::1';
  if (port === '' || Number(port) > 65_535 || !isLoopback)
    throw new Failure([addressInvalid(text)]);
  return { host: address, port: Number(port) };
}
