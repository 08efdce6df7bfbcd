import { IsolatedReader } from '../isolated-reader.ts';
import { PartitionContent } from '../partition-content.ts';
import { watchedCluster } from '../watched-cluster.ts';
import type { LogEnds, Workload, WorkloadContext, WorkloadTopic } from '../workload.ts';
import { ProtocolLevels } from './protocol-levels.ts';
import { StableOffsetProbe } from './stable-offset-probe.ts';
import { StableWatch } from './stable-watch.ts';
import { type FinalContent, faultsOfTransactions } from './transaction-checks.ts';
import { TransactionHistory } from './transaction-history.ts';
import { TransactionalLife } from './transactional-life.ts';

const TOPIC = 'transfers';
const PARTITIONS = 3;
const IDS = ['alice', 'bob', 'carol'];
/** The transactional id of nobody. */
const ORPHAN = 'orphan';
const SUPERVISOR = 'transactions';
const CLOCK_OFF_MS_MAX = 500;
/** From the end of the faults until every id has committed a transaction, and what was left open is ended. */
const SETTLE_MS = 80_000;

interface Readers {
  /** In read_committed. */
  readonly committed: IsolatedReader;
  /** In read_uncommitted. */
  readonly all: IsolatedReader;
}

/**
 * Transactional producers that come and go, two of one id at a time now and then; readers of both isolations; and a probe of
 * the last stable offset. What is checked at the end {@link faultsOfTransactions} says. All the time:
 *
 * - `intermediate-read`: a reader in read_committed is given a record of a transaction that nobody has asked to commit yet;
 * - `aborted-read`: or of one whose abort was acknowledged;
 * - `stable-offset`: the last stable offset goes back;
 * - `isr-holds-committed`: it is beyond a transaction whose marker not all have that are in sync ({@link StableWatch});
 * - `hanging-transaction`: a transaction that nobody ends holds readers up beyond its timeout, once the cluster has healed;
 * - `progress`: a transactional id commits nothing then;
 * - `committed-reads-differ`: two readers in read_committed are given different records.
 */
export class Transactions implements Workload {
  readonly name = 'transactions';
  readonly topics: readonly WorkloadTopic[] = [{ name: TOPIC, partitions: PARTITIONS, equalBytes: true }];
  readonly #context: WorkloadContext;
  readonly #history: TransactionHistory;
  readonly #content: { readonly tail: Contents; readonly last: Contents };
  readonly #readers: Readers[] = [];
  readonly #stable: StableWatch;
  #probe: StableOffsetProbe | undefined;
  #levels: ProtocolLevels | undefined;
  #stopped = false;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #supervising: Promise<unknown> = Promise.resolve();

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#history = new TransactionHistory(() => context.simulation.nowMs);
    this.#stable = new StableWatch(watchedCluster(context.cluster), {
      topic: TOPIC,
      violate: context.violate,
    });
    this.#content = { tail: contentsOf(context, 'tail'), last: contentsOf(context, 'last') };
  }

  get count(): number {
    return this.#content.tail.committed.size;
  }

  get counts(): Readonly<Record<string, number>> {
    const outcomes = [...this.#history.transactions.values()].map(({ outcome }) => outcome);
    const committed = outcomes.filter((outcome) => outcome === 'committed').length;
    const aborted = outcomes.filter((outcome) => outcome === 'aborted').length;
    return { committed, aborted, unknown: outcomes.length - committed - aborted };
  }

  start(): void {
    this.#levels = new ProtocolLevels(this.#context);
    this.#probe = new StableOffsetProbe(this.#context, {
      name: 'stable',
      topic: TOPIC,
      partitions: PARTITIONS,
      onStable: (partition, offset) => this.#stable.onStable(partition, offset),
    });
    this.#read('tail', this.#content.tail);
    this.#supervising = Promise.all(IDS.map((id) => this.#supervise(id)));
  }

  observe(): void {
    this.#stable.look();
  }

  async stop(): Promise<void> {
    const { simulation } = this.#context;
    this.#stopped = true;
    this.#deadlineMs = simulation.nowMs + SETTLE_MS;
    await this.#levels?.stop();
    await this.#supervising;
    await this.#leaveOpen();
    const held = await this.#probe?.settled(this.#deadlineMs - simulation.nowMs);
    if (held !== undefined) this.#context.violate('hanging-transaction', held);
  }

  readBack(): void {
    this.#read('last', this.#content.last);
  }

  missing(ends: LogEnds): string | undefined {
    const wanted = ends.get(TOPIC) ?? [];
    for (const { committed, all } of this.#readers) {
      const missing = committed.missing(wanted) ?? all.missing(wanted);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }

  check(): void {
    const { violate } = this.#context;
    this.#stable.end();
    const { tail, last } = this.#content;
    const content: FinalContent = { committed: last.committed.all(), all: last.all.all() };
    for (const { checker, what } of faultsOfTransactions(this.#history, content)) violate(checker, what);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const [isolation, one, other] of [
        ['committed', tail.committed, last.committed],
        ['uncommitted', tail.all, last.all],
      ] as const) {
        const difference = differenceOf(one.of(partition), other.of(partition));
        if (difference === undefined) continue;
        violate('committed-reads-differ', `in read_${isolation} ${TOPIC}-${partition} ${difference}`);
      }
    }
  }

  async close(): Promise<void> {
    const readers = this.#readers.flatMap(({ committed, all }) => [committed, all]);
    await Promise.all([...readers.map((reader) => reader.stop()), this.#probe?.stop()]);
  }

  /** Two readers of all that is there. */
  #read(name: string, contents: Contents): void {
    const { violate } = this.#context;
    const options = { topic: TOPIC, partitions: PARTITIONS };
    this.#readers.push({
      committed: new IsolatedReader(this.#context, {
        ...options,
        name: `${name}-committed`,
        isolationLevel: 'read_committed',
        onRecord: (partition, { offset, value }) => {
          const text = String(value);
          contents.committed.onRecord(partition, offset, text);
          const transaction = this.#history.find(text)?.transaction;
          const place = `${text} was read at ${partition}:${offset}`;
          if (transaction?.outcome === 'aborted') violate('aborted-read', `${place} and was aborted`);
          else if (transaction?.commitAskedMs === undefined)
            violate('intermediate-read', `${place} before anybody asked to commit it`);
        },
      }),
      all: new IsolatedReader(this.#context, {
        ...options,
        name: `${name}-all`,
        isolationLevel: 'read_uncommitted',
        onRecord: (partition, { offset, value }) => contents.all.onRecord(partition, offset, String(value)),
      }),
    });
  }

  /** The producers of one transactional id, one after the other, or two at a time. */
  async #supervise(transactionalId: string): Promise<void> {
    const { simulation } = this.#context;
    const random = simulation.stream(`${SUPERVISOR} ${transactionalId}`);
    const hosts = [`${transactionalId}1`, `${transactionalId}2`];
    /** By host. */
    const lives = new Map<string, TransactionalLife>();
    for (let turn = 0; !this.#stopped; turn++) {
      const host = hosts[turn % hosts.length] ?? '';
      lives.get(host)?.kill();
      const life = this.#live(transactionalId, host);
      lives.set(host, life);
      const endMs = simulation.nowMs + random.between(1_000, 10_000);
      await this.#whileItRuns(life, () => this.#stopped || simulation.nowMs > endMs);
      const dice = random.float();
      if (dice < 0.35) life.kill();
      else if (dice < 0.65) life.stop();
      if (random.chance(0.2)) await this.#sleep(random.int(4_000));
    }
    for (const life of lives.values()) life.stop();
    await this.#sleep(random.int(1_000));
    for (const life of lives.values()) life.kill();
    await this.#commitLast(transactionalId);
  }

  /** Whatever has happened to an id, one producer of it commits a transaction in the end. */
  async #commitLast(transactionalId: string): Promise<void> {
    const { simulation, violate } = this.#context;
    for (let isDone = false; !isDone; ) {
      const life = this.#live(transactionalId, `${transactionalId}-last`);
      await this.#whileItRuns(life, () => life.committed > 0 || simulation.nowMs > this.#deadlineMs);
      life.stop();
      await this.#whileItRuns(life, () => simulation.nowMs > this.#deadlineMs);
      life.kill();
      isDone = life.committed > 0 || simulation.nowMs > this.#deadlineMs;
      if (life.committed === 0 && isDone) violate('progress', `${transactionalId} commits no transaction`);
    }
  }

  /** A transaction that is left open, and whose transactional id nobody uses again: its time ends it. */
  async #leaveOpen(): Promise<void> {
    const { simulation } = this.#context;
    // A coordinator that takes over by another clock than the one before may have to wait for that one's time.
    const offsets = simulation.hosts.map(({ wallClock }) => Math.abs(wallClock.offsetMs));
    if (Math.max(...offsets) > CLOCK_OFF_MS_MAX) return;
    const life = this.#live(ORPHAN, ORPHAN, { leavesOpen: true });
    await this.#whileItRuns(life, () => simulation.nowMs > this.#deadlineMs);
  }

  #live(transactionalId: string, host: string, { leavesOpen = false } = {}): TransactionalLife {
    return new TransactionalLife(this.#context, {
      host,
      transactionalId,
      topic: TOPIC,
      partitions: PARTITIONS,
      history: this.#history,
      leavesOpen,
    });
  }

  /** Until it ends by itself, or for another reason. */
  async #whileItRuns(life: TransactionalLife, isOver: () => boolean): Promise<void> {
    while (!life.isOver && !isOver()) await this.#sleep(100);
  }

  #sleep(ms: number): Promise<void> {
    return this.#context.simulation.host(SUPERVISOR).environment.timers.sleep(ms);
  }
}

interface Contents {
  readonly committed: PartitionContent;
  readonly all: PartitionContent;
}

function contentsOf({ violate }: WorkloadContext, name: string): Contents {
  const options = { partitions: PARTITIONS, violate };
  return {
    committed: new PartitionContent({ ...options, name: `${name}-committed` }),
    all: new PartitionContent({ ...options, name: `${name}-all` }),
  };
}

/** The first offset at which two readers were given different records. */
function differenceOf(
  one: readonly (readonly [number, string])[],
  other: readonly (readonly [number, string])[],
): string | undefined {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const [offset, value] = one[at] ?? [-1, 'nothing'];
    const [otherOffset, otherValue] = other[at] ?? [-1, 'nothing'];
    if (offset === otherOffset && value === otherValue) continue;
    return `has ${value} at ${offset} for one reader and ${otherValue} at ${otherOffset} for another`;
  }
  return undefined;
}
