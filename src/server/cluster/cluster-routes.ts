import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hostName } from '../../streams/runtime/host-info.ts';
import { requireObject } from '../rest/request-body.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { ServiceCluster } from './service-cluster.ts';
import { readStoreLags, requireNumber } from './store-lags.ts';

/** Adds what servers of a service tell each other, and what one of them knows of all. */
export function addClusterRoutes(
  app: FastifyInstance,
  { cluster }: { readonly cluster: ServiceCluster },
): void {
  app.get('/clusterStatus', () => cluster.status());
  app.post('/heartbeat', (request) => {
    requirePeer(request);
    const { body } = request;
    const { hostInfo, timestamp } = requireObject(body, 'the body');
    requireNumber(timestamp);
    cluster.receiveHeartbeat(hostOf(hostInfo, 'hostInfo'));
    return { ok: true };
  });
  app.post('/lag', (request) => {
    requirePeer(request);
    const { body } = request;
    const { ksqlHost, hostStoreLags } = requireObject(body, 'the body');
    cluster.receiveLags(hostOf(ksqlHost, 'ksqlHost'), readStoreLags(hostStoreLags));
    return { ok: true };
  });
}

function requirePeer({ isPeer }: FastifyRequest): void {
  if (isPeer) return;
  throw new RestError(RestErrorCode.BAD_REQUEST, "Can't call internal endpoint on public listener");
}

function hostOf(value: unknown, what: string): string {
  const { host, port } = requireObject(value, `"${what}"`);
  if (typeof host === 'string' && typeof port === 'number') return hostName({ host, port });
  throw new RestError(RestErrorCode.BAD_REQUEST, `"${what}" must have a host and a port`);
}
