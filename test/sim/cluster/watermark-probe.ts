import { messageOf } from '../../../src/base/errors.ts';
import { Consumer } from '../../../src/client/index.ts';
import type { Simulation } from '../simulation.ts';
import { BOOTSTRAP_SERVERS } from './simulated-cluster.ts';

const NAME = 'probe';

/**
 * Asks again and again where the partitions end and who leads them. What a client is told never goes back: neither the
 * high watermark (a new leader gives OFFSET_NOT_AVAILABLE until it has got there) nor the leader epoch; and an epoch
 * has one leader.
 */
export class WatermarkProbe {
  readonly #simulation: Simulation;
  readonly #topic: string;
  readonly #consumer: Consumer;
  readonly #partitions: number;
  readonly #onViolation: (what: string) => void;
  readonly #ends: number[] = [];
  readonly #epochs: number[] = [];
  readonly #leaders = new Map<string, number>();
  #stopped = false;
  readonly #done: Promise<void>;
  /** Answers so far. */
  count = 0;

  constructor(
    simulation: Simulation,
    options: {
      readonly topic: string;
      readonly partitions: number;
      readonly onViolation: (what: string) => void;
    },
  ) {
    this.#simulation = simulation;
    this.#topic = options.topic;
    this.#partitions = options.partitions;
    this.#onViolation = options.onViolation;
    this.#consumer = new Consumer({
      environment: simulation.host(NAME).environment,
      bootstrapServers: BOOTSTRAP_SERVERS,
      clientId: NAME,
      requestTimeoutMs: 800,
      connectTimeoutMs: 500,
      retryBackoffMs: 20,
      retryBackoffMsMax: 200,
      metadataAgeMsMax: 500,
      defaultApiTimeoutMs: 1_500,
    });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#consumer.close({ timeoutMs: 500 });
  }

  async #run(): Promise<void> {
    const { timers } = this.#simulation.host(NAME).environment;
    while (!this.#stopped) {
      for (let partition = 0; partition < this.#partitions; partition++) {
        try {
          await this.#askEnd(partition);
          await this.#askLeader();
        } catch (error) {
          this.#simulation.note(`${NAME}: ${messageOf(error)}`);
        }
        await timers.sleep(this.#simulation.random.int(100));
      }
    }
  }

  async #askEnd(partition: number): Promise<void> {
    const [end] = await this.#consumer.endOffsets([{ topic: this.#topic, partition }]);
    if (end === undefined) return;
    const before = this.#ends[partition] ?? 0;
    this.count++;
    if (end.offset < before) {
      this.#onViolation(`the high watermark of partition ${partition} went from ${before} to ${end.offset}`);
    }
    this.#ends[partition] = end.offset;
  }

  async #askLeader(): Promise<void> {
    for (const { partition, leader, leaderEpoch } of await this.#consumer.partitionsFor(this.#topic)) {
      const before = this.#epochs[partition] ?? -1;
      if (leaderEpoch < before) {
        this.#onViolation(`the leader epoch of partition ${partition} went from ${before} to ${leaderEpoch}`);
      }
      this.#epochs[partition] = leaderEpoch;
      if (leader < 0) continue;
      const place = `partition ${partition} epoch ${leaderEpoch}`;
      const other = this.#leaders.get(place) ?? leader;
      if (other !== leader) this.#onViolation(`${place} has leaders ${other} and ${leader}`);
      this.#leaders.set(place, leader);
    }
  }
}
