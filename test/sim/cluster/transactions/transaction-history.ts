/** One record of a transaction, as it was handed to its producer. */
export interface TransactionRecord {
  readonly partition: number;
  readonly sentMs: number;
  /** Where it was acknowledged; undefined when it was not, -1 where the broker knew no more where. */
  offset?: number;
}

/** One transaction as its producer sees it. Times are virtual milliseconds. */
export interface Transaction {
  readonly name: string;
  readonly life: ProducerLife;
  readonly beganMs: number;
  /** The value of each is `name/index`. */
  readonly records: TransactionRecord[];
  /** When it was asked to be committed first: before that nobody may see it. */
  commitAskedMs?: number;
  /** What the producer was told in the end; undefined when it never heard of an end. */
  outcome?: 'committed' | 'aborted';
  /** When it was told that. */
  endedMs?: number;
}

/** One producer that was given a transactional id. Of those that have one id only the last may write. */
export interface ProducerLife {
  readonly transactionalId: string;
  /** Of the id: from 0 on. */
  readonly number: number;
  /** When it asked for its identity, and when it was told. */
  initAskedMs: number;
  initializedMs?: number;
}

/** What the producers of transactions did and were told, which the cluster has to stand by. */
export class TransactionHistory {
  readonly transactions = new Map<string, Transaction>();
  readonly #lives = new Map<string, ProducerLife[]>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A producer asks for an identity. */
  live(transactionalId: string): ProducerLife {
    const lives = this.#lives.get(transactionalId) ?? [];
    this.#lives.set(transactionalId, lives);
    const life: ProducerLife = { transactionalId, number: lives.length, initAskedMs: this.#nowMs() };
    lives.push(life);
    return life;
  }

  initialized(life: ProducerLife): void {
    life.initializedMs = this.#nowMs();
  }

  begin(life: ProducerLife): Transaction {
    const name = `${life.transactionalId}.${life.number}.${this.transactions.size}`;
    const transaction: Transaction = { name, life, beganMs: this.#nowMs(), records: [] };
    this.transactions.set(name, transaction);
    return transaction;
  }

  /** A record is about to be sent; its value is what is answered. */
  send(
    transaction: Transaction,
    partition: number,
  ): { readonly value: string; readonly record: TransactionRecord } {
    const record: TransactionRecord = { partition, sentMs: this.#nowMs() };
    const value = `${transaction.name}/${transaction.records.length}`;
    transaction.records.push(record);
    return { value, record };
  }

  commitAsked(transaction: Transaction): void {
    transaction.commitAskedMs ??= this.#nowMs();
  }

  ended(transaction: Transaction, outcome: 'committed' | 'aborted'): void {
    transaction.outcome = outcome;
    transaction.endedMs = this.#nowMs();
  }

  /** Which transaction a value is of, and which of its records it is; undefined for what nobody sent. */
  find(value: string): { readonly transaction: Transaction; readonly index: number } | undefined {
    const slash = value.lastIndexOf('/');
    const transaction = this.transactions.get(value.slice(0, slash));
    const index = Number(value.slice(slash + 1));
    return transaction?.records[index] === undefined ? undefined : { transaction, index };
  }

  /**
   * From when on a producer is fenced for certain: another one of its id has been given an identity that it asked for after
   * this one had its own. Of two that ask at the same time nobody outside the coordinator knows which one is the later.
   */
  fencedMs(life: ProducerLife): number {
    let fencedMs = Number.POSITIVE_INFINITY;
    for (const other of this.#lives.get(life.transactionalId) ?? []) {
      if (other === life || other.initializedMs === undefined) continue;
      // One that never got an identity cannot write; it may yet be given one that is later.
      if (life.initializedMs === undefined || life.initializedMs > other.initAskedMs) continue;
      fencedMs = Math.min(fencedMs, other.initializedMs);
    }
    return fencedMs;
  }

  /** From when on a transaction is over: its end was told, or another producer of its id was given an identity. */
  overMs(transaction: Transaction): number {
    return Math.min(transaction.endedMs ?? Number.POSITIVE_INFINITY, this.fencedMs(transaction.life));
  }
}
