import type { TlsOptions } from 'node:tls';
import { fastify, type FastifyInstance } from 'fastify';
import type { Address } from '../../base/environment.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { shareOpenFiles } from '../../base/open-files.ts';
import { OperationalError } from '../../base/errors.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { HttpFront } from './front.ts';
import { hostOf } from './own-hosts.ts';
import type { WebPolicy } from './web-guard.ts';

export interface ListenOptions {
  readonly settings: ServerConfig;
  /** Absent: without TLS. */
  readonly tls: TlsOptions | undefined;
  readonly addTo: (app: FastifyInstance) => void;
}

/**
 * Opens the HTTP listener of a server with the routes that `addTo` adds.
 * @throws {OperationalError} `ADDRESS_IN_USE` where another process listens there.
 */
export async function listen(
  address: Address,
  { settings, tls, addTo }: ListenOptions,
): Promise<{ readonly front: HttpFront; readonly url: string }> {
  let front: HttpFront | undefined;
  const app = fastify({
    bodyLimit: settings.get('ksql.http.request.bytes.max'),
    // The front answers what is broken, and knows what is not; the router would do so a second time.
    clientErrorHandler: () => undefined,
    serverFactory: (handler) => {
      front = new HttpFront(handler, {
        webPolicy: webPolicyOf(address, settings),
        limits: limitsOf(settings),
        ...(tls === undefined ? {} : { tls }),
      });
      return front.http1;
    },
  });
  addTo(app);
  await app.ready();
  if (front === undefined)
    throw new OperationalError('FAILED', 'the HTTP server did not start', { retriable: false });
  const bound = await front.listen(address);
  const host = bound.host.includes(':') ? `[${bound.host}]` : bound.host;
  return { front, url: `${tls === undefined ? 'http' : 'https'}://${host}:${bound.port}` };
}

function webPolicyOf(address: Address, settings: ServerConfig): WebPolicy {
  const advertised = settings
    .find('ksql.advertised.listener')
    ?.replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '');
  const name = settings.find('host.name');
  const advertisedHost = advertised === undefined ? undefined : hostOf(advertised);
  return {
    allowedHosts: [
      address.host,
      ...(advertisedHost === undefined ? [] : [advertisedHost]),
      ...(name === undefined ? [] : [name]),
      ...settings.get('ksql.http.allowed.hosts'),
    ],
    allowedOrigins: settings.get('access.control.allow.origin'),
    allowedMethods: settings.get('access.control.allow.methods'),
    allowedHeaders: settings.get('access.control.allow.headers'),
  };
}

function limitsOf(settings: ServerConfig) {
  return {
    connectionsMax: Math.min(
      settings.get('ksql.http.connections.max'),
      shareOpenFiles(nodeEnvironment.disk.openFilesMax).httpConnectionsMax,
    ),
    requestTimeoutMs: settings.get('ksql.http.request.timeout.ms'),
    idleTimeoutMs: settings.get('ksql.http.idle.timeout.ms'),
  };
}
