import type { BrokerConfig } from '../config/broker-config.ts';
import { parsePerIpOverrides } from '../config/ip-overrides.ts';
import { shareOpenFiles } from '../../src/base/open-files.ts';
import type { SocketServerOptions } from './socket-server.ts';

const QUEUED_RESPONSE_BYTES_MAX = 1024 * 1024;
const REQUEST_BYTES_IN_FLIGHT_MAX = 16 * 1024 * 1024;
/** The value of `queued.max.request.bytes` that sets no limit. */
const NO_LIMIT = -1;

/** Returns the limits of a broker's sockets: those that are configured, and those that the operating system sets. */
export function socketSettings(
  config: BrokerConfig,
  openFilesMax: number,
): Omit<SocketServerOptions, 'environment' | 'logger' | 'dispatcher' | 'buffers'> {
  const requestBytesMax = config.get('queued.max.request.bytes');
  const parsed = parsePerIpOverrides(config.get('max.connections.per.ip.overrides'));
  return {
    limits: {
      frameBytesMax: config.get('socket.request.max.bytes'),
      requestsInFlightMax: config.get('queued.max.requests'),
      requestBytesInFlightMax: REQUEST_BYTES_IN_FLIGHT_MAX,
      queuedBytesMax: QUEUED_RESPONSE_BYTES_MAX,
    },
    quotas: {
      ...connectionsMax(config.get('max.connections'), openFilesMax),
      perIpMax: config.get('max.connections.per.ip'),
      // What is wrong with an entry was told when the configuration was read.
      perIpOverrides: 'overrides' in parsed ? parsed.overrides : new Map(),
    },
    requestBytesMax: requestBytesMax === NO_LIMIT ? Number.POSITIVE_INFINITY : requestBytesMax,
    responseBytesMax: config.get('millrace.queued.max.response.bytes'),
    stallMsMax: config.get('millrace.stalled.client.timeout.ms'),
    requestIdleMsMax: config.get('millrace.request.idle.timeout.ms'),
    idleMsMax: config.get('connections.max.idle.ms'),
  };
}

function connectionsMax(configured: number, openFilesMax: number) {
  const possible = shareOpenFiles(openFilesMax).connectionsMax;
  return configured <= possible
    ? { connectionsMax: configured, connectionsMaxFrom: 'max.connections' }
    : { connectionsMax: possible, connectionsMaxFrom: `ulimit -n is ${openFilesMax}` };
}
