import { expect, it } from 'vitest';
import type { ProducerIdentity } from '../../../../broker/coordinators/transaction/init-producer-id.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { seededRandom } from '../group/manual-time.ts';
import { RETRY_MS, TransactionHarness } from './transaction-harness.ts';

const RUNS = 150;
const STEPS = 60;
const PARTITIONS = 4;

/** What a producer with one epoch has been told, which is one transaction with `transaction.version` 2. */
interface KnownTransaction {
  readonly producer: ProducerIdentity;
  /** Partitions that may be in it: those that were not refused for certain. */
  readonly tried: Set<number>;
  readonly added: Set<number>;
  outcome: 'commit' | 'abort' | undefined;
  wantsCommit: boolean;
  wantsAbort: boolean;
}

const nameOf = ({ producerId, producerEpoch }: ProducerIdentity): string => `${producerId}/${producerEpoch}`;

/**
 * Producers that are old, new, late and impatient, markers that are lost, a log that fails and coordinators that die, against
 * what transactions promise: one outcome, told to all partitions that were added, decided by the newest producer or by nobody.
 */
class RandomRun {
  readonly #random;
  #txn: TransactionHarness;
  #coordinatorEpoch = 0;
  readonly #known = new Map<string, KnownTransaction>();
  readonly #trace: string[] = [];
  #newest: ProducerIdentity | undefined;

  constructor(seed: number, txn: TransactionHarness) {
    this.#random = seededRandom(seed);
    this.#txn = txn;
    this.#trace.push(`seed ${seed}`);
  }

  async run(): Promise<void> {
    for (let i = 0; i < STEPS; i++) await this.#step();
    await this.#end();
  }

  async #step(): Promise<void> {
    const { time, log, partitions } = this.#txn;
    switch (this.#random.int(14)) {
      case 0:
        return this.#init(this.#random.int(2) === 0 ? undefined : this.#anyProducer());
      case 1:
        log.failWith = log.failWith === undefined ? ErrorCode.NOT_ENOUGH_REPLICAS : undefined;
        return;
      case 2: {
        const faults = ['request lost', 'answer lost', ErrorCode.NOT_LEADER_OR_FOLLOWER] as const;
        partitions.faults.set(this.#random.int(PARTITIONS), [faults[this.#random.int(3)] ?? 'request lost']);
        return;
      }
      case 3:
        return this.#takeOver();
      case 4:
        return time.advance(this.#random.int(5) === 0 ? 75_000 : RETRY_MS);
      case 5:
      case 6:
        return time.advance(0);
      case 7:
      case 8:
      case 9:
        return this.#end1();
      default:
        return this.#add();
    }
  }

  async #init(expected: ProducerIdentity | undefined): Promise<void> {
    const { errorCode, ...producer } = await this.#txn.init(expected);
    this.#note(`init ${expected === undefined ? '' : nameOf(expected)}`, errorCode, producer);
    if (errorCode !== ErrorCode.NONE) return;
    const isRetry = expected !== undefined && this.#newest !== undefined && this.#known.has(nameOf(producer));
    if (!isRetry) this.#expect(!this.#known.has(nameOf(producer)), 'an epoch is given out once');
    this.#begin(producer);
  }

  #begin(producer: ProducerIdentity): void {
    this.#newest = producer;
    if (this.#known.has(nameOf(producer))) return;
    const none = { outcome: undefined, wantsCommit: false, wantsAbort: false };
    this.#known.set(nameOf(producer), { producer, tried: new Set(), added: new Set(), ...none });
  }

  async #add(): Promise<void> {
    const producer = this.#anyProducer();
    if (producer === undefined) return;
    const partition = this.#random.int(PARTITIONS);
    const known = this.#known.get(nameOf(producer));
    const errorCode = await this.#txn.add(producer, partition);
    this.#note(`add ${nameOf(producer)} ${partition}`, errorCode);
    // Written perhaps, though the write was not acknowledged.
    if (errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE) known?.tried.add(partition);
    if (errorCode !== ErrorCode.NONE) return;
    this.#expect(
      this.#newest !== undefined && nameOf(this.#newest) === nameOf(producer),
      'only the newest adds',
    );
    this.#expect(known?.outcome === undefined, 'nothing is added once the outcome is told');
    known?.tried.add(partition);
    known?.added.add(partition);
  }

  async #end1(): Promise<void> {
    const producer = this.#anyProducer();
    const known = producer && this.#known.get(nameOf(producer));
    if (producer === undefined || known === undefined) return;
    const isCommit = this.#random.int(3) > 0;
    if (isCommit) known.wantsCommit = true;
    else known.wantsAbort = true;
    const { errorCode, ...next } = await this.#txn.end(producer, isCommit);
    this.#note(`${isCommit ? 'commit' : 'abort'} ${nameOf(producer)}`, errorCode, next);
    if (errorCode !== ErrorCode.NONE) return;
    const outcome = isCommit ? 'commit' : 'abort';
    this.#expect(known.outcome === undefined || known.outcome === outcome, 'an outcome does not change');
    const isNewest = this.#newest !== undefined && nameOf(this.#newest) === nameOf(producer);
    this.#expect(
      isNewest || known.outcome === outcome || known.wantsCommit || known.wantsAbort,
      'who ends it',
    );
    known.outcome = outcome;
    this.#begin(next);
  }

  async #takeOver(): Promise<void> {
    this.#trace.push('takeover');
    this.#txn.coordinator.close();
    expect(this.#txn.errors).toEqual([]);
    this.#txn = await this.#txn.successor(++this.#coordinatorEpoch);
  }

  /** All faults end, time passes: nothing is left open, and every partition that was added has its marker. */
  async #end(): Promise<void> {
    const { log, partitions, time } = this.#txn;
    log.failWith = undefined;
    partitions.faults.clear();
    await time.advance(75_000);
    this.#expect(
      !/^(Ongoing|Prepare)/.test(this.#txn.state),
      `nothing is left open, but it is ${this.#txn.state}`,
    );
    const outcomes = new Map<string, Set<string>>();
    const marked = new Map<string, Set<number>>();
    for (const { producerId, producerEpoch, outcome, partition } of partitions.markers) {
      // Markers have the epoch after that of the batches.
      const name = nameOf({ producerId, producerEpoch: producerEpoch - 1 });
      outcomes.set(name, (outcomes.get(name) ?? new Set()).add(outcome));
      marked.set(name, (marked.get(name) ?? new Set()).add(partition));
    }
    for (const [name, known] of this.#known) {
      const told = outcomes.get(name) ?? new Set();
      this.#expect(told.size <= 1, `${name} has one outcome in all partitions`);
      if (known.outcome !== undefined && told.size > 0)
        this.#expect(told.has(known.outcome), `${name} has the outcome that was answered`);
      if (told.has('commit')) this.#expect(known.wantsCommit, `${name} was committed by its producer`);
      for (const partition of known.added)
        this.#expect(marked.get(name)?.has(partition) === true, `${name} is told in partition ${partition}`);
      for (const partition of marked.get(name) ?? [])
        this.#expect(known.tried.has(partition), `${name} was added to partition ${partition}`);
    }
    this.#txn.coordinator.close();
    expect(this.#txn.errors).toEqual([]);
  }

  /** Mostly the newest, else one of those before. */
  #anyProducer(): ProducerIdentity | undefined {
    const all = [...this.#known.values()];
    if (this.#random.int(4) > 0) return this.#newest;
    return all[this.#random.int(Math.max(1, all.length))]?.producer;
  }

  #note(what: string, errorCode: number, producer?: ProducerIdentity): void {
    this.#trace.push(
      `${what}: ${errorCode} ${producer === undefined ? '' : nameOf(producer)} (${this.#txn.state})`,
    );
  }

  #expect(condition: boolean, what: string): void {
    if (!condition)
      throw new Error(`${what}\n${this.#trace.join('\n')}\n${this.#txn.partitions.told.join('\n')}`);
  }
}

it('keeps what transactions promise, whatever fails', async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    await new RandomRun(seed, await TransactionHarness.started()).run();
  }
});
