import { messageOf } from '../../../src/base/errors.ts';
import { Producer } from '../../../src/client/index.ts';
import type { History, SentRecord } from './history.ts';
import type { WorkloadContext } from './workload.ts';

/** Mostly patient, so that all arrives; now and then not, so that batches are given up whose fate is unknown. */
const DELIVERY_TIMEOUTS_MS = [60_000, 60_000, 60_000, 2_500];

/** One idempotent producer with acks=all that sends numbered records to random partitions, a few at a time. */
export class Producing {
  readonly #simulation: WorkloadContext['simulation'];
  readonly #history: History;
  readonly #index: number;
  readonly #producer: Producer;
  readonly #sequences = new Map<number, number>();
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(
    { simulation, bootstrapServers, shape }: WorkloadContext,
    options: { readonly index: number; readonly topic: string; readonly history: History },
  ) {
    this.#simulation = simulation;
    this.#history = options.history;
    this.#index = options.index;
    const random = simulation.stream(`producer${options.index}`);
    this.#producer = new Producer({
      environment: simulation.host(`producer${options.index}`).environment,
      bootstrapServers,
      clientId: `producer${options.index}`,
      lingerMs: random.pick([0, 5, 30]),
      batchBytesMax: random.pick([100, 300, 2_000]),
      inFlightMax: random.pick([1, 5, 5]),
      requestTimeoutMs: random.pick([700, 1_500]),
      connectTimeoutMs: 1_000,
      deliveryTimeoutMs: random.pick(DELIVERY_TIMEOUTS_MS),
      retryBackoffMs: 20,
      retryBackoffMsMax: 300,
      reconnectBackoffMsMax: 300,
    });
    this.#done = this.#run(options.topic, shape);
  }

  /** Sends no more; resolves when the fate of all that was sent is known. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    // Records that were given up make it reject: they are counted by their callbacks.
    await this.#producer.flush().catch((error: unknown) => this.#simulation.note(messageOf(error)));
    await this.#producer.close().catch((error: unknown) => this.#simulation.note(messageOf(error)));
  }

  async #run(topic: string, { partitions, pauseFactor }: WorkloadContext['shape']): Promise<void> {
    const random = this.#simulation.stream(`producer${this.#index}`);
    const { timers } = this.#simulation.host(`producer${this.#index}`).environment;
    while (!this.#stopped) {
      for (let count = 1 + random.int(8); count > 0; count--) this.#send(topic, random.int(partitions));
      await timers.sleep(random.chance(0.05) ? random.int(2_000) : random.int(150) * pauseFactor);
      await this.#producer.ready();
    }
  }

  #send(topic: string, partition: number): void {
    const sequence = this.#sequences.get(partition) ?? 0;
    this.#sequences.set(partition, sequence + 1);
    const id = `p${this.#index}/${partition}/${sequence}`;
    const record: SentRecord = { id, producer: this.#index, partition, sequence };
    this.#history.onSent(record);
    this.#producer.send({ topic, partition, value: id }, (error, offset) => {
      if (error === null) {
        this.#simulation.note(`${id} acknowledged at ${offset}`);
        this.#history.onAcknowledged(record, offset);
        return;
      }
      this.#simulation.note(`${id} failed: ${messageOf(error)}`);
      this.#history.onFailed();
    });
  }
}
