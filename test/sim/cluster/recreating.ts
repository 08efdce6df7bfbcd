import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const RECORDS_MAX = 12;
const READ_ROUNDS_MAX = 200;
const TIMES = { requestTimeoutMs: 1_000, connectTimeoutMs: 500, retryBackoffMs: 20, retryBackoffMsMax: 200 };

/** What may be said while brokers are away: there are too few of them, or none answers. */
const isTrouble = ({ retriable, code }: OperationalError): boolean =>
  retriable || code === 'INVALID_REPLICATION_FACTOR';

/**
 * Makes a topic that is its own, writes to it, reads it, deletes it, and makes it anew under the same name with another
 * number of partitions. What is read is of this life of the topic only, and all of it that was acknowledged; a creation
 * or deletion whose answer got lost is answered as done when it is asked for again.
 */
export class Recreating implements Workload {
  readonly name: string;
  /** It makes its topic itself. */
  readonly topics = [];
  readonly #context: WorkloadContext;
  readonly #random: SeededRandom;
  readonly #admin: Admin;
  readonly #producer: Producer;
  #done: Promise<void> | undefined;
  #stopped = false;
  /** Lives of the topic so far. */
  count = 0;

  constructor(context: WorkloadContext, index: number) {
    const { simulation, bootstrapServers } = context;
    this.#context = context;
    this.name = `recreated-${index}`;
    this.#random = simulation.stream(this.name);
    const { environment } = simulation.host(this.name);
    const common = { environment, bootstrapServers, clientId: this.name, ...TIMES };
    this.#admin = new Admin({ ...common, defaultApiTimeoutMs: 3_000 });
    this.#producer = new Producer({
      ...common,
      deliveryTimeoutMs: 30_000,
      lingerMs: this.#random.int(5),
    });
  }

  get counts(): Readonly<Record<string, number>> {
    return { lives: this.count };
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async close(): Promise<void> {
    await this.#producer.close().catch((error: unknown) => this.#context.simulation.note(messageOf(error)));
    await this.#admin.close();
  }

  async #run(): Promise<void> {
    const { simulation, shape } = this.#context;
    const random = this.#random;
    const { timers } = simulation.host(this.name).environment;
    while (!this.#stopped) {
      const partitions = 1 + random.int(4);
      const topic = { name: this.name, partitions, replicationFactor: shape.replicationFactor };
      await this.#insist('create', 'TOPIC_ALREADY_EXISTS', () => this.#admin.createTopics([topic]));
      // It may have ended in doubt.
      if (this.#stopped) return;
      const acknowledged = await this.#write(partitions);
      if (random.chance(0.7)) await this.#read(partitions, acknowledged);
      await this.#insist('delete', 'UNKNOWN_TOPIC_OR_PARTITION', () => this.#admin.deleteTopics([this.name]));
      this.count++;
      await timers.sleep(random.int(300) * shape.pauseFactor);
    }
  }

  /** Tries until it is done. That it is done already is an answer only after one that got lost. */
  async #insist(what: string, doneAlready: string, operation: () => Promise<void>): Promise<void> {
    const { timers } = this.#context.simulation.host(this.name).environment;
    for (let isInDoubt = false; ; isInDoubt = true) {
      try {
        await operation();
        return;
      } catch (error) {
        this.#context.simulation.note(`${what} ${this.name}: ${messageOf(error)}`);
        if (error instanceof OperationalError && error.code === doneAlready && isInDoubt) return;
        if (!(error instanceof OperationalError) || !isTrouble(error)) {
          this.#context.violate(
            'recreated-topic',
            `${what} ${this.name} in its life ${this.count}: ${messageOf(error)}`,
          );
          return;
        }
        if (this.#stopped) return;
        await timers.sleep(50);
      }
    }
  }

  async #write(partitions: number): Promise<ReadonlySet<string>> {
    const random = this.#random;
    const acknowledged = new Set<string>();
    const deliveries = Array.from({ length: 1 + random.int(RECORDS_MAX) }, async (_, index) => {
      const value = `${this.count}/${index}`;
      const record = { topic: this.name, partition: random.int(partitions), value };
      try {
        await this.#producer.sendAndWait(record);
        acknowledged.add(value);
      } catch (error) {
        this.#context.simulation.note(`${this.name} ${value}: ${messageOf(error)}`);
      }
    });
    await Promise.all(deliveries);
    return acknowledged;
  }

  async #read(partitions: number, acknowledged: ReadonlySet<string>): Promise<void> {
    const { environment } = this.#context.simulation.host(this.name);
    const consumer = new Consumer({
      environment,
      bootstrapServers: this.#context.bootstrapServers,
      clientId: this.name,
      autoOffsetReset: 'earliest',
      defaultApiTimeoutMs: 2_000,
      ...TIMES,
    });
    consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic: this.name, partition })));
    const missing = new Set(acknowledged);
    for (let round = 0; round < READ_ROUNDS_MAX && missing.size > 0 && !this.#stopped; round++) {
      for (const value of await this.#poll(consumer)) {
        // A broker that cannot follow the metadata, as with a full disk, does not know of the deletion yet.
        if (!value.startsWith(`${this.count}/`) && !this.#context.cluster.isBehind(this.name)) {
          this.#context.violate('recreated-topic', `${this.name} holds ${value} in its life ${this.count}`);
        }
        missing.delete(value);
      }
    }
    await consumer.close({ timeoutMs: 500 });
    if (missing.size > 0 && !this.#stopped) {
      this.#context.violate(
        'recreated-topic',
        `${this.name} lost ${[...missing].join()} of its life ${this.count}`,
      );
    }
  }

  async #poll(consumer: Consumer): Promise<readonly string[]> {
    try {
      const found = await consumer.poll(200);
      return found.flatMap(({ records }) => records.map(({ value }) => String(value)));
    } catch (error) {
      this.#context.simulation.note(`reading ${this.name}: ${messageOf(error)}`);
      return [];
    }
  }
}
