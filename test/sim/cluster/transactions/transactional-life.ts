import { messageOf } from '../../../../src/base/errors.ts';
import { Producer, TransactionError } from '../../../../src/client/index.ts';
import { ClientProcess } from '../client-process.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import type { ProducerLife, Transaction, TransactionHistory } from './transaction-history.ts';

/** How long a transaction may be open. */
const TIMEOUTS_MS = [600, 1_500, 3_000];
const RECORDS_MAX = 5;

export interface TransactionalLifeOptions {
  readonly host: string;
  readonly transactionalId: string;
  readonly topic: string;
  readonly partitions: number;
  readonly history: TransactionHistory;
  /** Whether it leaves its first transaction open, and ends. */
  readonly leavesOpen: boolean;
}

/**
 * One producer with a transactional id, on a host of its own: transactions over several partitions, of which some are aborted,
 * some take longer than they may, and some are left open.
 */
export class TransactionalLife {
  readonly #context: WorkloadContext;
  readonly #options: TransactionalLifeOptions;
  readonly #random: SeededRandom;
  readonly #producer: Producer;
  readonly #timeoutMs: number;
  readonly #life: ProducerLife;
  readonly #process: ClientProcess;
  /** Transactions whose commit was acknowledged. */
  committed = 0;

  constructor(context: WorkloadContext, options: TransactionalLifeOptions) {
    const { simulation, bootstrapServers } = context;
    const random = simulation.stream(options.host);
    this.#random = random;
    this.#process = new ClientProcess(simulation, options.host);
    this.#context = context;
    this.#options = options;
    this.#timeoutMs = random.pick(TIMEOUTS_MS);
    this.#life = options.history.live(options.transactionalId);
    this.#producer = new Producer({
      ...QUICK_TIMES,
      environment: this.#process.environment,
      bootstrapServers,
      clientId: options.host,
      transactionalId: options.transactionalId,
      transactionTimeoutMs: this.#timeoutMs,
      lingerMs: random.pick([0, 5]),
      inFlightMax: random.pick([1, 5]),
      deliveryTimeoutMs: random.pick([1_500, 20_000]),
      blockMsMax: 3_000,
    });
    void this.#run();
  }

  /** It has ended, or its process has. */
  get isOver(): boolean {
    return this.#process.isOver;
  }

  /** Begins no other transaction. */
  stop(): void {
    this.#process.stop();
  }

  /** Kills its process. */
  kill(): void {
    this.#process.kill();
  }

  #run(): Promise<void> {
    const { violate, shape } = this.#context;
    const work = async (): Promise<void> => {
      await this.#process.insist(() => this.#producer.initTransactions());
      this.#options.history.initialized(this.#life);
      while (!this.#process.isStopped && (await this.#transact()))
        await this.#process.sleep(this.#random.int(80) * shape.pauseFactor);
    };
    // What it leaves open is the coordinator's.
    return this.#process.run(work, () => this.#producer.close({ timeoutMs: 0 }), violate);
  }

  /** One transaction. @returns whether the producer can go on. */
  async #transact(): Promise<boolean> {
    const { history } = this.#options;
    const random = this.#random;
    this.#producer.beginTransaction();
    const transaction = history.begin(this.#life);
    try {
      await this.#write(transaction);
      if (this.#options.leavesOpen || random.chance(0.03)) {
        await this.#producer.flush();
        return false;
      }
      if (random.chance(0.2)) await this.#abort(transaction);
      else await this.#commit(transaction);
      return true;
    } catch (error) {
      this.#context.simulation.note(`${transaction.name}: ${messageOf(error)}`);
      if (!(error instanceof TransactionError) || error.recovery !== 'abort') throw error;
      await this.#abort(transaction);
      return true;
    }
  }

  async #write(transaction: Transaction): Promise<void> {
    const random = this.#random;
    for (let left = 1 + random.int(RECORDS_MAX); left > 0; left--) {
      this.#send(transaction, random.int(this.#options.partitions));
      if (random.chance(0.15)) await this.#process.sleep(random.int(60));
    }
    if (random.chance(0.03)) await this.#process.sleep(this.#timeoutMs + random.int(1_500));
  }

  #send(transaction: Transaction, partition: number): void {
    const { history, topic } = this.#options;
    const { value, record } = history.send(transaction, partition);
    this.#producer.send({ topic, partition, value }, (error, offset) => {
      if (error === null) record.offset = offset;
      this.#context.simulation.note(
        error === null ? `${value} acknowledged at ${offset}` : `${value} failed: ${messageOf(error)}`,
      );
    });
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { simulation } = this.#context;
    const { history } = this.#options;
    history.commitAsked(transaction);
    const committing = this.#process.insist(() => this.#producer.commitTransaction());
    // Nobody hears how it ends, and the next producer of the id finds it at any stage.
    if (this.#random.chance(0.04)) {
      committing.catch(this.#process.note);
      await this.#process.sleep(this.#random.int(10));
      this.kill();
    }
    await committing;
    history.ended(transaction, 'committed');
    this.committed++;
    simulation.note(`${transaction.name} committed`);
  }

  async #abort(transaction: Transaction): Promise<void> {
    await this.#process.insist(() => this.#producer.abortTransaction());
    this.#options.history.ended(transaction, 'aborted');
    this.#context.simulation.note(`${transaction.name} aborted`);
  }
}
