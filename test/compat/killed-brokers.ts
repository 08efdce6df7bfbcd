import { freePorts } from '../../src/base/io/free-ports.ts';
import type { BrokerConfigInput, TestBrokers } from '../broker/running-broker.ts';
import { BrokerProcess } from './broker-process.ts';

const SETTINGS: BrokerConfigInput = {
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 3,
  'transaction.state.log.num.partitions': 3,
};

const CLUSTER_SETTINGS: BrokerConfigInput = {
  'min.insync.replicas': 2,
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
};

/** Brokers that are processes, each on a port that it keeps, to be killed and started again on its folder. */
export class KilledBrokers {
  readonly bootstrap: string;
  readonly #configs: readonly BrokerConfigInput[];
  readonly #processes: (BrokerProcess | undefined)[] = [];

  private constructor(configs: readonly BrokerConfigInput[], ports: readonly number[]) {
    this.bootstrap = ports.map((port) => `127.0.0.1:${port}`).join(',');
    this.#configs = configs.map((config, i) => ({
      ...SETTINGS,
      ...config,
      listeners: `PLAINTEXT://127.0.0.1:${ports[i]}`,
    }));
  }

  /** One broker, or a cluster of three whose topics have three replicas each. */
  static async start(
    brokers: TestBrokers,
    size: 1 | 3,
    settings: BrokerConfigInput = {},
  ): Promise<KilledBrokers> {
    const configs =
      size === 1
        ? [{ 'log.dirs': brokers.newDirectory(), ...settings }]
        : [...(await brokers.clusterSettings(size)).values()].map((own) => ({
            ...own,
            ...CLUSTER_SETTINGS,
            ...settings,
          }));
    const cluster = new KilledBrokers(configs, await freePorts(size));
    await Promise.all(configs.map((_, i) => cluster.#startOne(i)));
    return cluster;
  }

  get size(): number {
    return this.#configs.length;
  }

  /** kill -9, and a new process on the same folder. */
  async bounce(index: number): Promise<void> {
    await this.#processes[index]?.kill();
    await this.#startOne(index);
  }

  async #startOne(index: number): Promise<void> {
    this.#processes[index] = undefined;
    this.#processes[index] = await BrokerProcess.start(this.#configs[index] ?? {});
  }

  async close(): Promise<void> {
    for (const each of this.#processes) await each?.kill();
  }
}
