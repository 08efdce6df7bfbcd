import type { ClientOptions } from '../types.ts';
import type { ConfigDefinition } from './definition.ts';

/** Keys that all clients share. Defaults are those of Kafka 4.x's Java client. */
export const commonConfig = {
  bootstrapServers: {
    name: 'bootstrap.servers',
    type: 'list',
    doc: 'Addresses (host:port) of one or more brokers; the other brokers are learned from them.',
  },
  clientId: {
    name: 'client.id',
    type: 'string',
    defaultValue: 'millrace',
    doc: "Name of this client in the brokers' logs and quotas.",
  },
  requestTimeoutMs: {
    name: 'request.timeout.ms',
    type: 'int',
    defaultValue: 30_000,
    min: 1,
    doc: 'How long the answer to one request may take before its connection is given up.',
  },
  connectTimeoutMs: {
    name: 'socket.connection.setup.timeout.ms',
    type: 'long',
    defaultValue: 10_000,
    min: 1,
    doc: 'How long opening a connection may take.',
  },
  retryBackoffMs: {
    name: 'retry.backoff.ms',
    type: 'long',
    defaultValue: 100,
    min: 0,
    doc: 'First pause before a failed request is tried again; it doubles with each failure.',
  },
  retryBackoffMsMax: {
    name: 'retry.backoff.max.ms',
    type: 'long',
    defaultValue: 1_000,
    min: 0,
    doc: 'Longest pause before a failed request is tried again.',
  },
  reconnectBackoffMs: {
    name: 'reconnect.backoff.ms',
    type: 'long',
    defaultValue: 50,
    min: 0,
    doc: 'First pause before a failed connection is opened again; it doubles with each failure.',
  },
  reconnectBackoffMsMax: {
    name: 'reconnect.backoff.max.ms',
    type: 'long',
    defaultValue: 1_000,
    min: 0,
    doc: 'Longest pause before a failed connection is opened again.',
  },
  metadataAgeMsMax: {
    name: 'metadata.max.age.ms',
    type: 'long',
    defaultValue: 300_000,
    min: 0,
    doc: 'Age at which metadata is fetched again even without a reason.',
  },
  connectionsIdleMsMax: {
    name: 'connections.max.idle.ms',
    type: 'long',
    defaultValue: 540_000,
    min: -1,
    doc: 'Idle connections are closed after this time; -1 keeps them.',
  },
} as const satisfies Record<Exclude<keyof ClientOptions, 'environment'>, ConfigDefinition>;
