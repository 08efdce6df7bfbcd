import { CommittedWatch } from './committed-watch.ts';
import { Member, Tailing } from './consuming.ts';
import { faultsOfPartition } from './final-log.ts';
import { History } from './history.ts';
import { JoinWatch } from './join-watch.ts';
import { Producing } from './producing.ts';
import { watchedCluster } from './watched-cluster.ts';
import type { LogEnds, Workload, WorkloadContext, WorkloadTopic } from './workload.ts';

export const RECORDS_TOPIC = 'records';
const TAILS = 2;

/**
 * Idempotent producers, consumers that read all from the beginning, and a group. What was acknowledged is there, once and
 * in order, and everybody was given the same; see {@link faultsOfPartition}.
 */
export class Records implements Workload {
  readonly name = RECORDS_TOPIC;
  readonly topics: readonly WorkloadTopic[];
  readonly #context: WorkloadContext;
  readonly #history: History;
  /** Of the reader that begins when all is written. */
  readonly #lastHistory: History;
  /** Offsets that the group has processed, by partition. */
  readonly #covered: readonly Set<number>[];
  readonly #committed: CommittedWatch;
  #producers: readonly Producing[] = [];
  #tailing: Tailing[] = [];
  #members: readonly Member[] = [];

  constructor(context: WorkloadContext) {
    const { cluster, shape, violate } = context;
    this.#context = context;
    this.topics = [{ name: RECORDS_TOPIC, partitions: shape.partitions, equalBytes: true }];
    this.#history = new History(violate);
    this.#lastHistory = new History(violate);
    this.#committed = new CommittedWatch(watchedCluster(cluster), {
      topic: RECORDS_TOPIC,
      ends: this.#history.committedEnds,
      violate,
    });
    const joins = new JoinWatch(watchedCluster(cluster), {
      topic: RECORDS_TOPIC,
      ends: this.#history.committedEnds,
      newest: this.#committed,
      violate,
    });
    context.simulation.network.tap = joins.onWrite;
    this.#covered = Array.from({ length: shape.partitions }, () => new Set<number>());
  }

  get count(): number {
    return this.#history.acknowledgedCount;
  }

  get counts(): Readonly<Record<string, number>> {
    const { sent, acknowledgedCount, failedCount, readCount } = this.#history;
    return { sent: sent.size, acknowledged: acknowledgedCount, failed: failedCount, read: readCount };
  }

  start(): void {
    const { shape } = this.#context;
    this.#producers = Array.from(
      { length: shape.producers },
      (_, index) => new Producing(this.#context, { index, topic: RECORDS_TOPIC, history: this.#history }),
    );
    this.#tailing = Array.from({ length: TAILS }, (_, index) => this.#tail(`tail${index}`, this.#history));
    const group = {
      topic: RECORDS_TOPIC,
      groupId: 'group',
      history: this.#history,
      covered: this.#covered,
    };
    this.#members = Array.from(
      { length: shape.members },
      (_, index) => new Member(this.#context, { ...group, name: `member${index}` }),
    );
  }

  observe(): void {
    this.#committed.look();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#producers.map((producer) => producer.stop()));
  }

  readBack(): void {
    this.#tailing.push(this.#tail('verifier', this.#lastHistory));
  }

  missing(ends: LogEnds): string | undefined {
    const endOf = ends.get(RECORDS_TOPIC) ?? [];
    for (const [partition, end] of endOf.entries()) {
      const covered = this.#covered[partition]?.size ?? 0;
      if (covered < end) return `the group has ${covered} of ${end} records of ${RECORDS_TOPIC}-${partition}`;
    }
    const behind = this.#tailing.find((consumer) => !consumer.hasReached(endOf));
    return behind === undefined ? undefined : behind.progress(endOf);
  }

  check(ends: LogEnds): void {
    this.#committed.end();
    for (const partition of (ends.get(RECORDS_TOPIC) ?? []).keys()) {
      const content = [...(this.#lastHistory.read.get(partition) ?? [])].toSorted(([a], [b]) => a - b);
      const ids = content.map(([, id]) => id);
      for (const { checker, what } of faultsOfPartition(partition, ids, this.#history))
        this.#context.violate(checker, what);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tailing, ...this.#members].map((client) => client.stop()));
  }

  #tail(name: string, history: History): Tailing {
    return new Tailing(this.#context, { name, topic: RECORDS_TOPIC, history });
  }
}
