import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/broker.ts';
import { NetworkPeerChannels } from '../../broker/server/network-peer-channels.ts';
import type { Address, Environment } from '../../src/base/environment.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';

export type BrokerConfigInput = Readonly<Record<string, string | number | boolean>>;

/** Brokers of one test, on real sockets and in folders of their own, which go when the test ends. */
export class TestBrokers {
  readonly #brokers = new Set<Broker>();
  readonly #directories: string[] = [];
  readonly #channels = new NetworkPeerChannels({
    environment: nodeEnvironment,
    clientId: 'test',
    requestTimeoutMs: 20_000,
    connectTimeoutMs: 2000,
    responseBytesMax: 2 ** 30,
  });

  newDirectory(): string {
    const directory = mkdtempSync(path.join(tmpdir(), 'millrace-broker-'));
    this.#directories.push(directory);
    return directory;
  }

  /** One broker on a free port. */
  async start(
    config: BrokerConfigInput = {},
    options: {
      readonly environment?: Environment;
      readonly logger?: Logger;
      readonly signal?: AbortSignal;
      readonly onFailure?: (error: unknown) => void;
    } = {},
  ): Promise<Broker> {
    const broker = await Broker.start({
      environment: options.environment ?? nodeEnvironment,
      ...(options.logger === undefined ? {} : { logger: options.logger }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
      poisonReleasedBuffers: true,
      config: {
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'group.initial.rebalance.delay.ms': 0,
        'offsets.topic.num.partitions': 3,
        ...('log.dirs' in config ? {} : { 'log.dirs': this.newDirectory() }),
        ...config,
      },
    });
    this.#brokers.add(broker);
    return broker;
  }

  /** Brokers 1 to `count` of one cluster, by id. */
  async startCluster(count: number, config: BrokerConfigInput = {}): Promise<Map<number, Broker>> {
    const settings = await this.clusterSettings(count);
    const started = await Promise.all([...settings].map(([, own]) => this.start({ ...own, ...config })));
    return new Map(started.map((broker) => [broker.nodeId, broker]));
  }

  /** What makes brokers one cluster, by id: the same settings start a broker again. */
  async clusterSettings(count: number): Promise<Map<number, BrokerConfigInput>> {
    const ids = Array.from({ length: count }, (_, i) => i + 1);
    const ports = await freePorts(count);
    const voters = ids.map((id, i) => `${id}@127.0.0.1:${ports[i]}`).join(',');
    return new Map(
      ids.map((id) => [
        id,
        {
          'node.id': id,
          'log.dirs': this.newDirectory(),
          'controller.quorum.voters': voters,
          'controller.quorum.election.timeout.ms': 200,
          'controller.quorum.fetch.timeout.ms': 1500,
          'broker.heartbeat.interval.ms': 100,
          'broker.session.timeout.ms': 1000,
          'replica.fetch.backoff.ms': 50,
          'default.replication.factor': count,
        },
      ]),
    );
  }

  /** A way to send requests to a broker. */
  to(at: Broker | Address): TestClient {
    const address = 'address' in at ? at.address : at;
    const channel = this.#channels.to(0, address);
    return {
      send: (api, version, request) => channel.send(api, version, request),
      close: () => channel.close(),
    };
  }

  async stop(broker: Broker, options?: { readonly handOver?: boolean }): Promise<void> {
    this.#brokers.delete(broker);
    await broker.close(options);
  }

  async close(): Promise<void> {
    this.#channels.close();
    await Promise.all([...this.#brokers].map((broker) => broker.close({ handOver: false })));
    this.#brokers.clear();
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true });
  }
}

export interface TestClient {
  send<A extends Api>(api: A, version: number, request: RequestInput<A>): Promise<ResponseOf<A>>;
  close(): void;
}

/** A batch of values without keys. */
export function batchOf(...values: readonly string[]): Buffer {
  const builder = new BatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), Date.now());
  return builder.build();
}
