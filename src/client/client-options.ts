/** What all clients have in common. */
import type { Environment } from '../base/environment.ts';
import type { TopicPartition } from '../protocol/topic-partition.ts';

export type { TopicPartition };

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** `none`, or one of the four codecs of record batch v2. */
export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** What every client takes. */
export interface ClientOptions {
  /** Where time, chance and the network come from: this process and its machine, unless a test says otherwise. */
  readonly environment?: Environment;
  /** `host:port`, a list of them, or Kafka's comma-separated form. */
  readonly bootstrapServers: string | readonly string[];
  /** Sent with each request; shows in the broker's logs and quotas. */
  readonly clientId?: string;
  /** How long the answer to one request may take before the connection is given up. */
  readonly requestTimeoutMs?: number;
  /** How long opening a connection may take. */
  readonly connectTimeoutMs?: number;
  /** First pause before a retriable failure is tried again; doubles up to {@link retryBackoffMsMax}, with jitter. */
  readonly retryBackoffMs?: number;
  readonly retryBackoffMsMax?: number;
  /** First pause before a failed connection is opened again; doubles up to {@link reconnectBackoffMsMax}. */
  readonly reconnectBackoffMs?: number;
  readonly reconnectBackoffMsMax?: number;
  /** Age at which metadata is fetched again even without a reason. */
  readonly metadataAgeMsMax?: number;
  /** An idle connection is closed after this time. */
  readonly connectionsIdleMsMax?: number;
}
