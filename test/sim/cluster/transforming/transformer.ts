import { OperationalError } from '../../../../src/base/errors.ts';
import {
  type AssignorName,
  Consumer,
  type FetchedRecords,
  Producer,
  TransactionError,
} from '../../../../src/client/index.ts';
import { ClientProcess } from '../client-process.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import { transformed } from './transform-checks.ts';

const POLL_MS = 200;

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
  readonly #random: SeededRandom;
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  readonly #process: ClientProcess;
  /** Transactions that it has committed. */
  committed = 0;

  constructor(context: WorkloadContext, options: TransformerOptions) {
    const { simulation, bootstrapServers } = context;
    const random = simulation.stream(options.host);
    this.#random = random;
    this.#process = new ClientProcess(simulation, options.host);
    const { environment } = this.#process;
    this.#context = context;
    this.#options = options;
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
    return this.#process.isOver;
  }

  /** Ends in good order. */
  stop(): void {
    this.#process.stop();
  }

  /** Kills its process. */
  kill(): void {
    this.#process.kill();
  }

  #run(): Promise<void> {
    const work = async (): Promise<void> => {
      await this.#process.insist(() => this.#producer.initTransactions());
      this.#consumer.subscribe([this.#options.input]);
      while (!this.#process.isStopped) await this.#poll();
    };
    return this.#process.run(work, () => this.#close(), this.#context.violate);
  }

  async #close(): Promise<void> {
    const { note } = this.#process;
    await this.#producer.close({ timeoutMs: 500 }).catch(note);
    const leaveGroup = this.#random.chance(0.7);
    await this.#consumer.close({ timeoutMs: 500, leaveGroup }).catch(note);
  }

  async #poll(): Promise<void> {
    let fetched: readonly FetchedRecords[];
    try {
      fetched = await this.#consumer.poll(POLL_MS);
    } catch (error) {
      if (!(error instanceof OperationalError && error.retriable)) throw error;
      this.#process.note(error);
      await this.#process.sleep(50);
      return;
    }
    if (fetched.length > 0) await this.#transform(fetched);
  }

  async #transform(fetched: readonly FetchedRecords[]): Promise<void> {
    const random = this.#random;
    this.#producer.beginTransaction();
    try {
      this.#write(fetched);
      if (random.chance(0.2)) await this.#process.sleep(random.int(random.chance(0.1) ? 4_000 : 100));
      const offsets = fetched.map(({ topic, partition, nextOffset: offset }) => ({
        topic,
        partition,
        offset,
      }));
      await this.#producer.sendOffsetsToTransaction(offsets, this.#consumer.groupMetadata());
      if (random.chance(0.1)) {
        await this.#abort();
      } else {
        await this.#process.insist(() => this.#producer.commitTransaction());
        this.committed++;
      }
    } catch (error) {
      this.#process.note(error);
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
    await this.#process.insist(() => this.#producer.abortTransaction());
    const assigned = this.#consumer.assignment();
    let committed: ReadonlyMap<number, number> = new Map();
    await this.#process.insist(async () => {
      const offsets = await this.#consumer.committed(assigned);
      committed = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
    });
    for (const place of assigned) this.#consumer.seek(place, committed.get(place.partition) ?? 0);
  }
}
