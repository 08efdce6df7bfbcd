import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { OperationalError } from '../../base/errors.ts';
import { Admin } from '../../client/admin/admin.ts';
import { Consumer } from '../../client/consumer/consumer.ts';
import { Producer } from '../../client/producer/producer.ts';
import { hasCommitted, type PartitionEnd } from '../runtime/topic-ends.ts';
import type { StubRecord } from './case-topics.ts';
import type { CaseTopic } from './case.ts';

/** How long queries may take to read what a case gives them. */
const SETTLE_MS_MAX = 30_000;
const SETTLE_CHECK_MS = 5;

/** The topics of a query's sources, and the group that says how far it is. */
export interface RunningQuery {
  /** Names of its internal topics begin so. */
  readonly groupId: string;
  readonly topics: readonly string[];
}

/** The cluster under the server of a REST case. */
export class CaseCluster {
  readonly #bootstrapServers: string;
  readonly #admin: Admin;
  readonly #producer: Producer;

  constructor(bootstrapServers: string) {
    this.#bootstrapServers = bootstrapServers;
    this.#admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
    this.#producer = new Producer({ environment: nodeEnvironment, bootstrapServers, lingerMs: 0 });
  }

  async createTopics(topics: readonly CaseTopic[]): Promise<void> {
    await this.#admin.createTopics(
      topics.map(({ name, partitions, replicas }) => ({
        name,
        partitions,
        replicationFactor: replicas,
      })),
    );
  }

  async produce(topic: string, { key, value, timestamp, headers }: StubRecord): Promise<void> {
    await this.#producer.sendAndWait({ topic, key, value, timestamp, headers });
  }

  /** All records of a topic, partition after partition. */
  async records(topic: string): Promise<readonly StubRecord[]> {
    const ends = (await this.#ends([topic])).filter(({ offset }) => offset > 0);
    const consumer = new Consumer({
      environment: nodeEnvironment,
      bootstrapServers: this.#bootstrapServers,
      autoOffsetReset: 'earliest',
      autoCommit: false,
      isolationLevel: 'read_committed',
    });
    try {
      consumer.assign(ends);
      const byPartition = new Map<number, StubRecord[]>(ends.map(({ partition }) => [partition, []]));
      while (ends.some((end) => (consumer.positionNow(end) ?? 0) < end.offset)) {
        for (const { partition, records } of await consumer.poll(100)) {
          byPartition.get(partition)?.push(...records);
        }
      }
      return [...byPartition].toSorted(([a], [b]) => a - b).flatMap(([, records]) => records);
    } finally {
      await consumer.close();
    }
  }

  /**
   * Waits until queries have committed all that they read, through what they write for each other and for themselves.
   * @throws {OperationalError} where they do not come to an end.
   */
  async settle(queries: readonly RunningQuery[]): Promise<void> {
    const { clock, timers } = nodeEnvironment;
    const deadline = clock.monotonicMs() + SETTLE_MS_MAX;
    let before = '';
    for (;;) {
      const reading = await this.#withInternalTopics(queries);
      const ends = await this.#ends([...new Set(reading.flatMap(({ topics }) => topics))]);
      const known = JSON.stringify(ends);
      const areDone = await Promise.all(reading.map((query) => this.#isAtEnd(query, ends)));
      // What a query wrote before its last commit is among the ends only of the next look at them.
      if (areDone.every(Boolean) && known === before) return;
      before = areDone.every(Boolean) ? known : '';
      if (clock.monotonicMs() > deadline) {
        const late = queries.filter((_, index) => areDone[index] !== true).map(({ groupId }) => groupId);
        throw new OperationalError('NOT_SETTLED', `still at work after 30 s: ${late.join(', ')}`, {
          retriable: false,
        });
      }
      await timers.sleep(SETTLE_CHECK_MS);
    }
  }

  async close(): Promise<void> {
    await this.#producer.close();
    await this.#admin.close();
  }

  /** A query reads its repartition topics and those of its foreign keys as well; of its changelogs it is the writer. */
  async #withInternalTopics(queries: readonly RunningQuery[]): Promise<readonly RunningQuery[]> {
    const names = (await this.#admin.listTopics()).map(({ name }) => name);
    return queries.map(({ groupId, topics }) => {
      const internal = names.filter((name) => name.startsWith(`${groupId}-`) && !name.endsWith('-changelog'));
      return { groupId, topics: [...topics, ...internal] };
    });
  }

  #isAtEnd({ groupId, topics }: RunningQuery, ends: readonly PartitionEnd[]): Promise<boolean> {
    const reached = ends.filter(({ topic, offset }) => offset > 0 && topics.includes(topic));
    return hasCommitted(this.#admin, groupId, reached);
  }

  async #ends(topics: readonly string[]): Promise<readonly PartitionEnd[]> {
    const described = topics.length === 0 ? [] : await this.#admin.describeTopics(topics);
    return this.#admin.listOffsets(
      described.flatMap(({ name, partitions }) =>
        partitions.map(({ partition }) => ({ topic: name, partition, spec: 'latest' as const })),
      ),
    );
  }
}
