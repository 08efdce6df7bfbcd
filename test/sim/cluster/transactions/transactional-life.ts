import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { Producer, TransactionError } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';
import type { ProducerLife, Transaction, TransactionHistory } from './transaction-history.ts';

/** How long a transaction may be open. */
const TIMEOUTS_MS = [600, 1_500, 3_000];
const RECORDS_MAX = 5;
/** How often a call that has timed out is made again, before the producer is given up. */
const CALLS_MAX = 12;

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
  readonly #producer: Producer;
  readonly #timeoutMs: number;
  readonly #life: ProducerLife;
  /** Of this process. */
  readonly #sleep: (ms: number) => Promise<void>;
  #stopped = false;
  #isKilled = false;
  #hasEnded = false;
  /** Transactions whose commit was acknowledged. */
  committed = 0;

  constructor(context: WorkloadContext, options: TransactionalLifeOptions) {
    const { simulation, bootstrapServers } = context;
    const { random } = simulation;
    const host = simulation.host(options.host);
    const environment = host.isUp ? host.environment : host.restart();
    this.#context = context;
    this.#options = options;
    this.#timeoutMs = random.pick(TIMEOUTS_MS);
    this.#sleep = (ms) => environment.timers.sleep(ms);
    this.#life = options.history.live(options.transactionalId);
    this.#producer = new Producer({
      ...QUICK_TIMES,
      environment,
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
    return this.#hasEnded || this.#isKilled;
  }

  /** Begins no other transaction. */
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
    const { history, host } = this.#options;
    try {
      await this.#insist(() => this.#producer.initTransactions());
      history.initialized(this.#life);
      while (!this.#stopped && (await this.#transact())) await this.#sleep(simulation.random.int(80));
    } catch (error) {
      simulation.note(`${host}: ${messageOf(error)}`);
      if (!this.#isKilled && !isPassing(error))
        violate('producer-fails', `${host} failed: ${messageOf(error)}`);
    }
    // What it leaves open is the coordinator's.
    await this.#producer.close({ timeoutMs: 0 });
    this.#hasEnded = true;
  }

  /** One transaction. @returns whether the producer can go on. */
  async #transact(): Promise<boolean> {
    const { history } = this.#options;
    const { random } = this.#context.simulation;
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
    const { random } = this.#context.simulation;
    for (let left = 1 + random.int(RECORDS_MAX); left > 0; left--) {
      this.#send(transaction, random.int(this.#options.partitions));
      if (random.chance(0.15)) await this.#sleep(random.int(60));
    }
    if (random.chance(0.03)) await this.#sleep(this.#timeoutMs + random.int(1_500));
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
    const { history, host } = this.#options;
    history.commitAsked(transaction);
    const committing = this.#insist(() => this.#producer.commitTransaction());
    // Nobody hears how it ends, and the next producer of the id finds it at any stage.
    if (simulation.random.chance(0.04)) {
      committing.catch((error: unknown) => simulation.note(`${host}: ${messageOf(error)}`));
      await this.#sleep(simulation.random.int(10));
      this.kill();
    }
    await committing;
    history.ended(transaction, 'committed');
    this.committed++;
    simulation.note(`${transaction.name} committed`);
  }

  async #abort(transaction: Transaction): Promise<void> {
    await this.#insist(() => this.#producer.abortTransaction());
    this.#options.history.ended(transaction, 'aborted');
    this.#context.simulation.note(`${transaction.name} aborted`);
  }

  /** A call that has timed out is made again. */
  async #insist(call: () => Promise<void>): Promise<void> {
    for (let calls = 1; ; calls++) {
      try {
        await call();
        return;
      } catch (error) {
        if (!(error instanceof OperationalError && error.retriable) || calls === CALLS_MAX) throw error;
        this.#context.simulation.note(`${this.#options.host}: ${messageOf(error)}`);
        await this.#sleep(20);
      }
    }
  }
}

/** Whether an error is what a producer may meet whose cluster is in trouble, or whose place another one has taken. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TransactionError) return error.recovery !== 'none';
  return error instanceof OperationalError && error.retriable;
}
