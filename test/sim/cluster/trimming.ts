import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { watched } from '../settled.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const NAME = 'trimmed';
const PLACE = { topic: NAME, partition: 0 };
const RECORDS_MAX = 12;
const READ_ROUNDS_MAX = 200;

/**
 * Writes large batches and deletes records up to an offset within them. The log start never goes back, and from there on
 * all is read that was acknowledged. That every replica comes back into the ISR whatever the log start, the run checks.
 */
export class Trimming implements Workload {
  readonly name = NAME;
  /** It makes its topic itself. */
  readonly topics = [];
  readonly #context: WorkloadContext;
  readonly #admin: Admin;
  readonly #producer: Producer;
  #done: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #hasRead: (() => boolean) | undefined;
  /** Values by offset. */
  readonly #acknowledged = new Map<number, string>();
  #start = 0;
  /** The furthest that a deletion was to move it, answered or not: one that comes after it may ask for less. */
  #startAsked = 0;
  #stopped = false;
  /** Deletions so far. */
  count = 0;

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#admin = new Admin({ ...this.#common(), defaultApiTimeoutMs: 3_000 });
    this.#producer = new Producer({ ...this.#common(), deliveryTimeoutMs: 30_000, lingerMs: 20 });
  }

  get counts(): Readonly<Record<string, number>> {
    return { deletions: this.count };
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  readBack(): void {
    this.#reading = this.#read();
    this.#hasRead = watched(this.#reading);
  }

  missing(): string | undefined {
    return this.#hasRead?.() === true ? undefined : `${NAME} is not read yet`;
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#producer.close().catch((error: unknown) => this.#context.simulation.note(messageOf(error)));
    await this.#admin.close();
  }

  #common() {
    const times = {
      requestTimeoutMs: 1_000,
      connectTimeoutMs: 500,
      retryBackoffMs: 20,
      retryBackoffMsMax: 200,
    };
    const { simulation, bootstrapServers } = this.#context;
    const { environment } = simulation.host(NAME);
    return { environment, bootstrapServers, clientId: NAME, ...times };
  }

  async #run(): Promise<void> {
    const { simulation, violate } = this.#context;
    const random = simulation.stream(NAME);
    const { timers } = simulation.host(NAME).environment;
    while (!this.#stopped) {
      try {
        // Until it is there, its creation may have succeeded without an answer.
        if (this.#acknowledged.size === 0) await this.#create();
        await this.#write();
        await this.#trim();
      } catch (error) {
        simulation.note(`${NAME}: ${messageOf(error)}`);
        if (!isTrouble(error)) {
          violate('log-start', `${NAME}: ${messageOf(error)}`);
          return;
        }
      }
      await timers.sleep(random.int(400) * this.#context.shape.pauseFactor);
    }
  }

  async #create(): Promise<void> {
    try {
      await this.#admin.createTopics([
        { name: NAME, partitions: 1, replicationFactor: this.#context.shape.replicationFactor },
      ]);
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== 'TOPIC_ALREADY_EXISTS') throw error;
    }
  }

  async #write(): Promise<void> {
    const count = 2 + this.#context.simulation.stream(NAME).int(RECORDS_MAX);
    const deliveries = Array.from({ length: count }, async (_, index) => {
      const value = `${this.count}/${index}`;
      const { offset } = await this.#producer.sendAndWait({ ...PLACE, value });
      this.#acknowledged.set(offset, value);
    });
    const failed = (await Promise.allSettled(deliveries)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  }

  /** Deletes up to an offset that was acknowledged: so it is there, and mostly amid a batch. */
  async #trim(): Promise<void> {
    const offsets = [...this.#acknowledged.keys()].filter((offset) => offset > this.#start);
    if (offsets.length === 0) return;
    const offset = this.#context.simulation.stream(NAME).pick(offsets.slice(-RECORDS_MAX));
    this.#startAsked = Math.max(this.#startAsked, offset);
    const [deleted] = await this.#admin.deleteRecords([{ ...PLACE, offset }]);
    this.count++;
    const start = deleted?.offset ?? -1;
    if (start < offset)
      this.#context.violate(
        'log-start',
        `${NAME} begins at ${start} after its records up to ${offset} were deleted`,
      );
    this.#start = Math.max(this.#start, offset);
  }

  /** Everything from the log start on, which is at least where the last deletion that was answered has moved it. */
  async #read(): Promise<void> {
    const consumer = new Consumer({
      ...this.#common(),
      autoOffsetReset: 'earliest',
      defaultApiTimeoutMs: 2_000,
    });
    consumer.assign([PLACE]);
    const read = new Map<number, string>();
    const last = Math.max(-1, ...this.#acknowledged.keys());
    for (let round = 0; round < READ_ROUNDS_MAX && (consumer.positionNow(PLACE) ?? 0) <= last; round++) {
      for (const { records } of await consumer.poll(200))
        for (const { offset, value } of records) read.set(offset, String(value));
    }
    await consumer.close({ timeoutMs: 500 });
    const { violate } = this.#context;
    const start = Math.min(...read.keys());
    if (start < this.#start)
      violate('log-start', `${NAME} begins at ${start} again, ${this.#start} was its start`);
    for (const [offset, value] of this.#acknowledged) {
      if ((offset < start && offset < this.#startAsked) || read.get(offset) === value) continue;
      violate(
        'acknowledged-lost',
        `${NAME} has ${read.get(offset) ?? 'nothing'} at ${offset}, where ${value} was acknowledged`,
      );
    }
  }
}

function isTrouble(error: unknown): boolean {
  if (!(error instanceof OperationalError)) return false;
  // A leader that was elected a moment ago knows less of a high watermark than what was acknowledged, until it is asked.
  // A broker that is asked for the leader may not have heard of the topic yet, which an administrator is told at once.
  const passing = ['INVALID_REPLICATION_FACTOR', 'OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_OR_PARTITION'];
  return error.retriable || passing.includes(error.code);
}
