import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import {
  type AssignorName,
  Consumer,
  type FetchedRecords,
  Producer,
  TransactionError,
} from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import { isPassing } from '../transactions/transactional-life.ts';
import type { WorkloadContext } from '../workload.ts';
import { transformed } from './transform-checks.ts';

const POLL_MS = 200;
const CALLS_MAX = 12;

export interface TransformerOptions {
  readonly host: string;
  readonly transactionalId: string;
  readonly groupId: string;
  readonly input: string;
  readonly output: string;
  /** The same for all members of the group. */
  readonly assignor: AssignorName;
}

/**
 * One instance of an application that reads, works and writes in transactions with the offsets of what it has read (KIP-447),
 * from its start to its end. After an abort it goes on at the committed offsets.
 */
export class Transformer {
  readonly #context: WorkloadContext;
  readonly #options: TransformerOptions;
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  readonly #sleep: (ms: number) => Promise<void>;
  #stopped = false;
  #isKilled = false;
  #hasEnded = false;
  /** Transactions that it has committed. */
  committed = 0;

  constructor(context: WorkloadContext, options: TransformerOptions) {
    const { simulation, bootstrapServers } = context;
    const { random } = simulation;
    const host = simulation.host(options.host);
    const environment = host.isUp ? host.environment : host.restart();
    this.#context = context;
    this.#options = options;
    this.#sleep = (ms) => environment.timers.sleep(ms);
    const common = { ...QUICK_TIMES, environment, bootstrapServers, clientId: options.host };
    this.#consumer = new Consumer({
      ...common,
      groupId: options.groupId,
      isolationLevel: 'read_committed',
      autoOffsetReset: 'earliest',
      autoCommit: false,
      assignors: [options.assignor],
      sessionTimeoutMs: 2_000,
      heartbeatIntervalMs: 300,
      // So long a coordinator that is replaced waits for members that died with it.
      pollIntervalMsMax: 5_000,
      fetchWaitMsMax: 200,
      pollRecordsMax: random.pick([3, 20, 500]),
      metadataAgeMsMax: 2_000,
      defaultApiTimeoutMs: 3_000,
    });
    this.#producer = new Producer({
      ...common,
      transactionalId: options.transactionalId,
      transactionTimeoutMs: random.pick([1_000, 3_000]),
      deliveryTimeoutMs: random.pick([1_500, 20_000]),
      blockMsMax: 3_000,
    });
    void this.#run();
  }

  /** It has ended, or its process has. */
  get isOver(): boolean {
    return this.#hasEnded || this.#isKilled;
  }

  /** Ends in good order. */
  stop(): void {
    this.#stopped = true;
  }

  /** Kills its process. */
  kill(): void {
    if (this.#isKilled) return;
    this.#stopped = true;
    this.#isKilled = true;
    this.#context.simulation.host(this.#options.host).kill();
  }

  async #run(): Promise<void> {
    const { simulation, violate } = this.#context;
    const { host, input } = this.#options;
    try {
      await this.#insist(() => this.#producer.initTransactions());
      this.#consumer.subscribe([input]);
      while (!this.#stopped) await this.#poll();
    } catch (error) {
      simulation.note(`${host}: ${messageOf(error)}`);
      if (!this.#isKilled && !isPassing(error))
        violate('producer-fails', `${host} failed: ${messageOf(error)}`);
    }
    await this.#producer.close({ timeoutMs: 500 }).catch(this.#note);
    await this.#consumer
      .close({ timeoutMs: 500, leaveGroup: simulation.random.chance(0.7) })
      .catch(this.#note);
    this.#hasEnded = true;
  }

  async #poll(): Promise<void> {
    let fetched: readonly FetchedRecords[];
    try {
      fetched = await this.#consumer.poll(POLL_MS);
    } catch (error) {
      if (!(error instanceof OperationalError && error.retriable)) throw error;
      this.#note(error);
      await this.#sleep(50);
      return;
    }
    if (fetched.length > 0) await this.#transform(fetched);
  }

  async #transform(fetched: readonly FetchedRecords[]): Promise<void> {
    const { random } = this.#context.simulation;
    this.#producer.beginTransaction();
    try {
      this.#write(fetched);
      if (random.chance(0.2)) await this.#sleep(random.int(random.chance(0.1) ? 4_000 : 100));
      const offsets = fetched.map(({ topic, partition, nextOffset: offset }) => ({
        topic,
        partition,
        offset,
      }));
      await this.#producer.sendOffsetsToTransaction(offsets, this.#consumer.groupMetadata());
      if (random.chance(0.1)) {
        await this.#abort();
      } else {
        await this.#insist(() => this.#producer.commitTransaction());
        this.committed++;
      }
    } catch (error) {
      this.#note(error);
      if (!(error instanceof TransactionError) || error.recovery !== 'abort') throw error;
      await this.#abort();
    }
  }

  #write(fetched: readonly FetchedRecords[]): void {
    for (const { partition, records } of fetched) {
      for (const { offset, value } of records) {
        const result = transformed(partition, offset, String(value));
        this.#producer.send({ topic: this.#options.output, partition, value: result }, () => undefined);
      }
    }
  }

  /** What it has read since is read again. */
  async #abort(): Promise<void> {
    await this.#insist(() => this.#producer.abortTransaction());
    const assigned = this.#consumer.assignment();
    let committed: ReadonlyMap<number, number> = new Map();
    await this.#insist(async () => {
      const offsets = await this.#consumer.committed(assigned);
      committed = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
    });
    for (const place of assigned) this.#consumer.seek(place, committed.get(place.partition) ?? 0);
  }

  /** A call that has timed out is made again. */
  async #insist(call: () => Promise<void>): Promise<void> {
    for (let calls = 1; ; calls++) {
      try {
        await call();
        return;
      } catch (error) {
        if (!(error instanceof OperationalError && error.retriable) || calls === CALLS_MAX) throw error;
        this.#note(error);
        await this.#sleep(20);
      }
    }
  }

  readonly #note = (error: unknown): void => {
    this.#context.simulation.note(`${this.#options.host}: ${messageOf(error)}`);
  };
}
