import { isInternalTopic } from '../../../broker/metadata/internal-topics.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { RECORDS_TOPIC } from './records.ts';
import type { WorkloadContext } from './workload.ts';

const NAME = 'progress';
const RETRY_MS = 100;
const TIMES = {
  requestTimeoutMs: 1_500,
  connectTimeoutMs: 1_000,
  retryBackoffMs: 20,
  retryBackoffMsMax: 200,
  reconnectBackoffMsMax: 300,
};

/**
 * Asks of a cluster that is well, and of which everything has been checked, one more thing of each kind: every partition takes
 * a record, every group a member and its commit, every transactional id a transaction, the controller a change. What a
 * fault has left stuck, does not come.
 */
export class Progress {
  readonly #context: WorkloadContext;
  /** What is asked for and not done yet, with what was said last. */
  readonly #pending = new Map<string, string>();
  readonly #admin: Admin;
  /** What was done, by kind. */
  readonly counts = { partitions: 0, groups: 0, transactionalIds: 0 };

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#admin = new Admin({ ...this.#common(), defaultApiTimeoutMs: 3_000 });
  }

  /** What has not come, in words. */
  get missing(): string {
    return [...this.#pending].map(([what, error]) => `${what} (${error})`).join(', ');
  }

  async run(): Promise<void> {
    const groups = await this.#insist('the list of groups', () => this.#admin.listGroups());
    const transactions = await this.#insist('the list of transactional ids', () =>
      this.#admin.listTransactions(),
    );
    await Promise.all([
      this.#writeAll(),
      this.#changeMetadata(),
      ...groups.map(({ groupId }) => this.#commitFor(groupId)),
      ...transactions.map(({ transactionalId }) => this.#transact(transactionalId)),
    ]);
    await this.#admin.close();
  }

  async #writeAll(): Promise<void> {
    const producer = new Producer({ ...this.#common(), deliveryTimeoutMs: 5_000, lingerMs: 0 });
    const writing: Promise<unknown>[] = [];
    for (const { name, partitions } of this.#context.cluster.image?.topicsByName.values() ?? []) {
      if (isInternalTopic(name)) continue;
      for (const partition of partitions.keys()) {
        const record = { topic: name, partition, key: NAME, value: NAME };
        writing.push(this.#insist(`a record of ${name}-${partition}`, () => producer.sendAndWait(record)));
      }
    }
    await Promise.all(writing);
    this.counts.partitions = writing.length;
    await producer.close();
  }

  async #changeMetadata(): Promise<void> {
    const topic = { name: NAME, partitions: 1, replicationFactor: this.#context.shape.replicationFactor };
    // A change whose answer was lost is done already.
    await this.#insist('a topic', () => done(this.#admin.createTopics([topic]), 'TOPIC_ALREADY_EXISTS'));
    await this.#insist('no topic', () =>
      done(this.#admin.deleteTopics([NAME]), 'UNKNOWN_TOPIC_OR_PARTITION'),
    );
  }

  async #commitFor(groupId: string): Promise<void> {
    const consumer = new Consumer({
      ...this.#common(),
      groupId,
      assignors: ['cooperative-sticky'],
      autoCommit: false,
      autoOffsetReset: 'earliest',
      sessionTimeoutMs: 2_000,
      heartbeatIntervalMs: 300,
      defaultApiTimeoutMs: 2_000,
    });
    consumer.subscribe([RECORDS_TOPIC]);
    const place = { topic: RECORDS_TOPIC, partition: 0, offset: 0 };
    await this.#insist(`a commit of group ${groupId}`, async () => {
      // Members that died without leaving are waited for until their session times out.
      while (consumer.assignment().length === 0) await consumer.poll(RETRY_MS);
      await consumer.commit([place]);
    });
    this.counts.groups++;
    await consumer.close({ timeoutMs: 1_000 });
  }

  async #transact(transactionalId: string): Promise<void> {
    await this.#insist(`a transaction of ${transactionalId}`, async () => {
      // What failed may have left a producer that nothing can be done with any more.
      const producer = new Producer({ ...this.#common(), transactionalId, blockMsMax: 5_000 });
      try {
        await producer.initTransactions();
        producer.beginTransaction();
        await producer.sendAndWait({ topic: RECORDS_TOPIC, partition: 0, value: NAME });
        await producer.commitTransaction();
      } finally {
        await producer.close().catch((error: unknown) => this.#context.simulation.note(messageOf(error)));
      }
    });
    this.counts.transactionalIds++;
  }

  /** Tries until it succeeds. */
  async #insist<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    const { timers } = this.#context.simulation.host(NAME).environment;
    this.#pending.set(what, 'asked for');
    for (;;) {
      try {
        const result = await attempt();
        this.#pending.delete(what);
        return result;
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        this.#context.simulation.note(`${NAME}: ${what}: ${messageOf(error)}`);
        this.#pending.set(what, messageOf(error));
        await timers.sleep(RETRY_MS);
      }
    }
  }

  #common() {
    const { simulation, bootstrapServers } = this.#context;
    return { environment: simulation.host(NAME).environment, bootstrapServers, clientId: NAME, ...TIMES };
  }
}

async function done(change: Promise<void>, doneAlready: string): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code !== doneAlready) throw error;
  }
}
