import type {
  Connection,
  ConnectOptions,
  Environment,
  ListenOptions,
  Network,
} from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import {
  Admin,
  Consumer,
  type ConsumerOptions,
  type ConsumerRecord,
  nodeEnvironment,
  Producer,
  type ProducerOptions,
} from '../../../src/client/index.ts';

/** A cluster that the contract is checked against. */
export interface ClusterUnderTest {
  readonly bootstrapServers: string;
  stop(): Promise<void>;
}

/** Makes clients of one cluster, and closes what is still open when a test ends. */
export class Clients {
  readonly bootstrapServers: string;
  readonly #open: { close(): Promise<void> }[] = [];
  #names = 0;

  constructor(bootstrapServers: string) {
    this.bootstrapServers = bootstrapServers;
  }

  /** A name that no other test has, on this cluster or before. */
  name(prefix: string): string {
    return `${prefix}-${process.pid}-${Date.now().toString(36)}-${this.#names++}`;
  }

  producer(options: Partial<ProducerOptions> = {}): Producer {
    return this.#track(
      new Producer({ environment: nodeEnvironment, bootstrapServers: this.bootstrapServers, ...options }),
    );
  }

  consumer(options: Partial<ConsumerOptions> = {}): Consumer {
    return this.#track(
      new Consumer({
        environment: nodeEnvironment,
        bootstrapServers: this.bootstrapServers,
        autoOffsetReset: 'earliest',
        heartbeatIntervalMs: 100,
        sessionTimeoutMs: 6_000,
        ...options,
      }),
    );
  }

  admin(): Admin {
    return this.#track(
      new Admin({
        environment: nodeEnvironment,
        bootstrapServers: this.bootstrapServers,
        defaultApiTimeoutMs: 20_000,
      }),
    );
  }

  /** A new topic, known to the broker when this resolves. */
  async topic(partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = this.name('topic');
    const admin = this.admin();
    await admin.createTopics([{ name, partitions, configs }]);
    await until(async () => {
      const found = await admin.describeTopics([name]).catch(() => []);
      return (
        found[0]?.partitions.length === partitions && found[0].partitions.every(({ leader }) => leader >= 0)
      );
    });
    await admin.close();
    return name;
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled(this.#open.splice(0).map((client) => client.close()));
  }

  #track<C extends { close(): Promise<void> }>(client: C): C {
    this.#open.push(client);
    return client;
  }
}

/** Polls until `count` records have come, and no longer than the test may take. */
export async function read(
  consumer: Consumer,
  count: number,
): Promise<(ConsumerRecord & { partition: number })[]> {
  const records: (ConsumerRecord & { partition: number })[] = [];
  while (records.length < count) {
    for (const fetched of await consumer.poll(1_000)) {
      for (const record of fetched.records) records.push({ ...record, partition: fetched.partition });
    }
  }
  return records;
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await nodeEnvironment.timers.sleep(10);
}

/** The real environment, whose open connections can be cut at once. */
export class CuttableEnvironment implements Environment {
  readonly clock = nodeEnvironment.clock;
  readonly timers = nodeEnvironment.timers;
  readonly random = nodeEnvironment.random;
  readonly disk = nodeEnvironment.disk;
  readonly network: Network;
  readonly #connections = new Set<Connection>();
  cuts = 0;
  #isolated = false;

  constructor() {
    this.network = {
      listen: (options: ListenOptions) => nodeEnvironment.network.listen(options),
      connect: async (options: ConnectOptions) => {
        if (this.#isolated) {
          throw new OperationalError('CONNECTION_REFUSED', 'this host is isolated', { retriable: true });
        }
        const connection = await nodeEnvironment.network.connect(options);
        this.#connections.add(connection);
        return connection;
      },
    };
  }

  /** As the others see it, the host has died: no connection is left, and none can be opened. */
  isolate(): void {
    this.#isolated = true;
    this.cut();
  }

  get isConnected(): boolean {
    return this.#connections.size > 0;
  }

  /** Cuts every connection: what is in flight is lost, in one direction or the other. */
  cut(): void {
    for (const connection of this.#connections) {
      connection.destroy();
      this.cuts++;
    }
    this.#connections.clear();
  }
}
