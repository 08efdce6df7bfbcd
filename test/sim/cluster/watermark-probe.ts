import { messageOf } from '../../../src/base/errors.ts';
import { Consumer } from '../../../src/client/index.ts';
import { RECORDS_TOPIC } from './records.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const NAME = 'probe';

/**
 * Asks again and again where the partitions end and who leads them. What a client is told never goes back: neither the
 * high watermark (a new leader gives OFFSET_NOT_AVAILABLE until it has got there) nor the leader epoch; and an epoch
 * has one leader.
 */
export class WatermarkProbe implements Workload {
  readonly name = NAME;
  readonly topics = [];
  readonly #context: WorkloadContext;
  readonly #consumer: Consumer;
  readonly #ends: number[] = [];
  readonly #epochs: number[] = [];
  readonly #leaders = new Map<string, number>();
  #stopped = false;
  #done: Promise<void> | undefined;
  /** Answers so far. */
  count = 0;

  constructor(context: WorkloadContext) {
    const { simulation, bootstrapServers } = context;
    this.#context = context;
    this.#consumer = new Consumer({
      environment: simulation.host(NAME).environment,
      bootstrapServers,
      clientId: NAME,
      requestTimeoutMs: 800,
      connectTimeoutMs: 500,
      retryBackoffMs: 20,
      retryBackoffMsMax: 200,
      metadataAgeMsMax: 500,
      defaultApiTimeoutMs: 1_500,
    });
  }

  get counts(): Readonly<Record<string, number>> {
    return { answers: this.count };
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {}

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#consumer.close({ timeoutMs: 500 });
  }

  async #run(): Promise<void> {
    const { simulation, shape } = this.#context;
    const { timers } = simulation.host(NAME).environment;
    while (!this.#stopped) {
      for (let partition = 0; partition < shape.partitions; partition++) {
        try {
          await this.#askEnd(partition);
          await this.#askLeader();
        } catch (error) {
          simulation.note(`${NAME}: ${messageOf(error)}`);
        }
        await timers.sleep(simulation.stream(NAME).int(100));
      }
    }
  }

  async #askEnd(partition: number): Promise<void> {
    const [end] = await this.#consumer.endOffsets([{ topic: RECORDS_TOPIC, partition }]);
    if (end === undefined) return;
    const before = this.#ends[partition] ?? 0;
    this.count++;
    if (end.offset < before) {
      this.#context.violate(
        'high-watermark-back',
        `the high watermark of partition ${partition} went from ${before} to ${end.offset}`,
      );
    }
    this.#ends[partition] = end.offset;
  }

  async #askLeader(): Promise<void> {
    for (const { partition, leader, leaderEpoch } of await this.#consumer.partitionsFor(RECORDS_TOPIC)) {
      const before = this.#epochs[partition] ?? -1;
      if (leaderEpoch < before) {
        this.#context.violate(
          'epoch-back',
          `the leader epoch of partition ${partition} went from ${before} to ${leaderEpoch}`,
        );
      }
      this.#epochs[partition] = leaderEpoch;
      if (leader < 0) continue;
      const place = `partition ${partition} epoch ${leaderEpoch}`;
      const other = this.#leaders.get(place) ?? leader;
      if (other !== leader)
        this.#context.violate('two-leaders', `${place} has leaders ${other} and ${leader}`);
      this.#leaders.set(place, leader);
    }
  }
}
