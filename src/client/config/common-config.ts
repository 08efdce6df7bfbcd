import { int, list, long, type OptionKey, option, string } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';
import type { ClientOptions } from '../types.ts';

/** Keys that all clients share. Defaults are those of Kafka 4.x's Java client. */
export const commonConfig = {
  bootstrapServers: option(
    'bootstrap.servers',
    list(null, 'Addresses (host:port) of one or more brokers; the other brokers are learned from them.'),
  ),
  clientId: option('client.id', string('millrace', "Name of this client in the brokers' logs and quotas.")),
  requestTimeoutMs: option(
    'request.timeout.ms',
    int(30_000, 'How long the answer to one request may take before its connection is given up.', atLeast(1)),
  ),
  connectTimeoutMs: option(
    'socket.connection.setup.timeout.ms',
    long(10_000, 'How long opening a connection may take.', atLeast(1)),
  ),
  retryBackoffMs: option(
    'retry.backoff.ms',
    long(
      100,
      'First pause before a failed request is tried again; it doubles with each failure.',
      atLeast(0),
    ),
  ),
  retryBackoffMsMax: option(
    'retry.backoff.max.ms',
    long(1_000, 'Longest pause before a failed request is tried again.', atLeast(0)),
  ),
  reconnectBackoffMs: option(
    'reconnect.backoff.ms',
    long(
      50,
      'First pause before a failed connection is opened again; it doubles with each failure.',
      atLeast(0),
    ),
  ),
  reconnectBackoffMsMax: option(
    'reconnect.backoff.max.ms',
    long(1_000, 'Longest pause before a failed connection is opened again.', atLeast(0)),
  ),
  metadataAgeMsMax: option(
    'metadata.max.age.ms',
    long(300_000, 'Age at which metadata is fetched again even without a reason.', atLeast(0)),
  ),
  connectionsIdleMsMax: option(
    'connections.max.idle.ms',
    long(540_000, 'Idle connections are closed after this time; -1 keeps them.', atLeast(-1)),
  ),
} as const satisfies Record<Exclude<keyof ClientOptions, 'environment'>, OptionKey>;
