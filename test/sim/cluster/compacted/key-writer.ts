import { messageOf } from '../../../../src/base/errors.ts';
import { Producer, TransactionError } from '../../../../src/client/index.ts';
import { ClientProcess, isPassing } from '../client-process.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import type { KeyHistory, WriteTransaction } from './key-history.ts';
import { ID_HEADER } from './scan-topic.ts';

export type WriterKind = 'plain' | 'idempotent' | 'transactional';

interface KeyWriterOptions {
  readonly kind: WriterKind;
  readonly partitions: number;
  /** By topic. */
  readonly histories: ReadonlyMap<string, KeyHistory>;
}

const WRITES_MAX = 6;
const KEYS = 9;
/** So that a segment has some tens of records. */
const VALUE_BYTES_MAX = 250;
const TOMBSTONES = 0.2;
/** It outlives all faults. */
const INSISTING = { callsMax: 20 };

/** Writes values and tombstones of a few keys, in its own way, for as long as it lives. */
export class KeyWriter {
  readonly #context: WorkloadContext;
  readonly #options: KeyWriterOptions;
  readonly #name: string;
  readonly #random: SeededRandom;
  readonly #process: ClientProcess;
  readonly #done: Promise<void>;
  #producer: Producer;
  #isInitialized = false;

  constructor(context: WorkloadContext, options: KeyWriterOptions) {
    this.#context = context;
    this.#options = options;
    this.#name = `keys-${options.kind}`;
    this.#random = context.simulation.stream(this.#name);
    this.#process = new ClientProcess(context.simulation, this.#name);
    this.#producer = this.#newProducer();
    this.#done = this.#run();
  }

  /** Resolves when the fate of all that was written is known. */
  async stop(): Promise<void> {
    this.#process.stop();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { violate, shape } = this.#context;
    while (!this.#process.isStopped) {
      try {
        await this.#initialize();
        if (this.#options.kind === 'transactional') await this.#transact();
        else await this.#write(undefined);
      } catch (error) {
        this.#process.note(error);
        if (!isPassing(error)) {
          violate('producer-fails', `${this.#name} failed: ${messageOf(error)}`);
          return;
        }
        await this.#producer.close({ timeoutMs: 0 });
        this.#producer = this.#newProducer();
        this.#isInitialized = false;
      }
      await this.#process.sleep(this.#random.int(200) * shape.pauseFactor);
    }
    // The next producer of the id ends what the one before has left open.
    await this.#initialize().catch(this.#process.note);
    await this.#producer.close().catch(this.#process.note);
  }

  async #initialize(): Promise<void> {
    if (this.#options.kind !== 'transactional' || this.#isInitialized) return;
    await this.#process.insist(() => this.#producer.initTransactions(), INSISTING);
    this.#isInitialized = true;
  }

  async #transact(): Promise<void> {
    const random = this.#random;
    this.#producer.beginTransaction();
    const transaction: WriteTransaction = { isCommitAsked: false };
    try {
      await this.#write(transaction);
      if (random.chance(0.3)) {
        await this.#abort(transaction);
      } else {
        transaction.isCommitAsked = true;
        await this.#process.insist(() => this.#producer.commitTransaction(), INSISTING);
        transaction.outcome = 'committed';
      }
    } catch (error) {
      this.#process.note(error);
      if (!(error instanceof TransactionError) || error.recovery !== 'abort') throw error;
      await this.#abort(transaction);
    }
  }

  async #abort(transaction: WriteTransaction): Promise<void> {
    await this.#process.insist(() => this.#producer.abortTransaction(), INSISTING);
    transaction.outcome = 'aborted';
  }

  /** A few records; what becomes of each its callback is told. */
  async #write(transaction: WriteTransaction | undefined): Promise<void> {
    const random = this.#random;
    const topics = [...this.#options.histories];
    for (let left = 1 + random.int(WRITES_MAX); left > 0; left--) {
      const [topic, history] = random.pick(topics);
      this.#send(topic, history, transaction);
    }
    if (random.chance(0.2)) await this.#process.sleep(random.int(50));
    await this.#producer.ready();
  }

  #send(topic: string, history: KeyHistory, transaction: WriteTransaction | undefined): void {
    const { simulation } = this.#context;
    const random = this.#random;
    const number = random.int(KEYS);
    const isTombstone = random.chance(TOMBSTONES);
    const write = history.add({
      partition: number % this.#options.partitions,
      key: `key${number}`,
      isTombstone,
      sentMs: simulation.nowMs,
      transaction,
    });
    const { id, key, partition } = write;
    const value = isTombstone ? null : id.padEnd(random.int(VALUE_BYTES_MAX), '.');
    const headers = [{ key: ID_HEADER, value: id }];
    this.#producer.send({ topic, partition, key, value, headers }, (error, offset) => {
      if (error === null) write.offset = offset;
      const fate = error === null ? `acknowledged at ${offset}` : `failed: ${messageOf(error)}`;
      simulation.note(`${topic} ${id} ${fate}`);
    });
  }

  #newProducer(): Producer {
    const { bootstrapServers } = this.#context;
    const { kind } = this.#options;
    const random = this.#random;
    return new Producer({
      ...QUICK_TIMES,
      environment: this.#process.environment,
      bootstrapServers,
      clientId: this.#name,
      lingerMs: random.pick([0, 5, 30]),
      deliveryTimeoutMs: random.pick([3_000, 60_000]),
      compression: random.pick(['none', 'none', 'gzip', 'lz4'] as const),
      blockMsMax: 3_000,
      ...(kind === 'transactional' ? { transactionalId: this.#name, transactionTimeoutMs: 3_000 } : {}),
      ...(kind === 'plain' ? { idempotent: false } : {}),
    });
  }
}
