import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import type { Simulation } from '../simulation.ts';
import { BOOTSTRAP_SERVERS } from './simulated-cluster.ts';

const NAME = 'trimmed';
const PLACE = { topic: NAME, partition: 0 };
const RECORDS_MAX = 12;
const READ_ROUNDS_MAX = 200;

/**
 * Writes large batches and deletes records up to an offset within them. The log start never goes back, and from there on
 * all is read that was acknowledged. That every replica comes back into the ISR whatever the log start, the run checks.
 */
export class Trimming {
  readonly #simulation: Simulation;
  readonly #onViolation: (what: string) => void;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #done: Promise<void>;
  /** Values by offset. */
  readonly #acknowledged = new Map<number, string>();
  #start = 0;
  #stopped = false;
  /** Deletions so far. */
  count = 0;

  constructor(simulation: Simulation, options: { readonly onViolation: (what: string) => void }) {
    this.#simulation = simulation;
    this.#onViolation = options.onViolation;
    this.#admin = new Admin({ ...this.#common(), defaultApiTimeoutMs: 3_000 });
    this.#producer = new Producer({ ...this.#common(), deliveryTimeoutMs: 30_000, lingerMs: 20 });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#read();
    await this.#producer.close().catch((error: unknown) => this.#simulation.note(messageOf(error)));
    await this.#admin.close();
  }

  #common() {
    const times = {
      requestTimeoutMs: 1_000,
      connectTimeoutMs: 500,
      retryBackoffMs: 20,
      retryBackoffMsMax: 200,
    };
    const { environment } = this.#simulation.host(NAME);
    return { environment, bootstrapServers: BOOTSTRAP_SERVERS, clientId: NAME, ...times };
  }

  async #run(): Promise<void> {
    const { random } = this.#simulation;
    const { timers } = this.#simulation.host(NAME).environment;
    while (!this.#stopped) {
      try {
        // Until it is there, its creation may have succeeded without an answer.
        if (this.#acknowledged.size === 0) await this.#create();
        await this.#write();
        await this.#trim();
      } catch (error) {
        this.#simulation.note(`${NAME}: ${messageOf(error)}`);
        if (!isTrouble(error)) {
          this.#onViolation(`${NAME}: ${messageOf(error)}`);
          return;
        }
      }
      await timers.sleep(random.int(400));
    }
  }

  async #create(): Promise<void> {
    try {
      await this.#admin.createTopics([{ name: NAME, partitions: 1, replicationFactor: 3 }]);
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== 'TOPIC_ALREADY_EXISTS') throw error;
    }
  }

  async #write(): Promise<void> {
    const count = 2 + this.#simulation.random.int(RECORDS_MAX);
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
    const offset = this.#simulation.random.pick(offsets.slice(-RECORDS_MAX));
    const [deleted] = await this.#admin.deleteRecords([{ ...PLACE, offset }]);
    this.count++;
    const start = deleted?.offset ?? -1;
    if (start < offset)
      this.#onViolation(`${NAME} begins at ${start} after its records up to ${offset} were deleted`);
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
    const start = Math.min(...read.keys());
    if (start < this.#start)
      this.#onViolation(`${NAME} begins at ${start} again, ${this.#start} was its start`);
    for (const [offset, value] of this.#acknowledged) {
      if (offset < start || read.get(offset) === value) continue;
      this.#onViolation(
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
