import { messageOf, OperationalError } from '../../../base/errors.ts';
import type { Admin } from '../../../client/admin/admin.ts';
import type { SharedConnections } from '../../../client/cluster/shared-connections.ts';
import { Consumer } from '../../../client/consumer/consumer.ts';
import type { SharedFetches } from '../../../client/consumer/shared-fetches.ts';
import type { ListedOffset } from '../../../client/types.ts';
import { booleanProperty, type AnalysisContext, type TopicFacts } from '../../analysis/session.ts';
import { refuse } from '../../analysis/sql-error.ts';
import type { ContinuationPoint, PushRecord } from '../../host/host.ts';
import { pushMessages } from '../../messages/push-queries.ts';
import { statementMessages } from '../../messages/statements.ts';
import { type QueryPlan, sourceSteps } from '../../physical/steps.ts';
import { continuationToken } from '../../queries/continuation-token.ts';
import type { ProcessingTurn } from '../../../streams/runtime/processing-turn.ts';
import type { Topology } from '../../../streams/topology/topology.ts';
import { CatchUp } from './catch-up.ts';
import { type PushSurroundings, pushTask } from './push-task.ts';
import { TailReader } from './tail-reader.ts';
import { TopicTail } from './topic-tail.ts';

/** ksqlDB's defaults of `ksql.query.push.v2.max.catchup.consumers`. */
const DEFAULT_CATCH_UPS_MAX = 5;

interface TailsOptions extends PushSurroundings {
  readonly bootstrapServers: string | readonly string[];
  readonly clientId: string;
  readonly admin: Admin;
  /** What the cluster says of a topic; undefined where there is none. */
  readonly describe: (topic: string) => Promise<TopicFacts | undefined>;
  readonly connections: SharedConnections;
  readonly fetches: SharedFetches;
}

interface SharedPushOptions {
  readonly context: AnalysisContext;
  readonly topologyOf: (emit: (record: PushRecord) => void) => Topology;
  readonly onFailure: Parameters<typeof pushTask>[1]['onFailure'];
  /** Where it goes on; absent: from now on. */
  readonly continues?: ContinuationPoint | undefined;
  readonly onRecord?: (() => void) | undefined;
  readonly turn?: ProcessingTurn | undefined;
}

interface Joining {
  readonly plan: QueryPlan;
  readonly topic: string;
  readonly facts: TopicFacts;
  readonly options: SharedPushOptions;
}

/** The topics that push queries of this thread read together. */
export class TopicTails {
  readonly #options: TailsOptions;
  /** By the topics as they are: see {@link tailKey}. */
  readonly #tails = new Map<string, Promise<TopicTail>>();
  /** Those that run, and when they have ended; none of them rejects. */
  readonly #catchUps = new Map<CatchUp, Promise<void>>();
  #isClosed = false;

  constructor(options: TailsOptions) {
    this.#options = options;
  }

  /**
   * Starts a push query over one topic. What is written from now on, or behind the point where it goes on, it has.
   * @throws {DiagnosticError} for a point that the topic does not have, or has not any more.
   */
  async start(plan: QueryPlan, options: SharedPushOptions): Promise<TailReader> {
    const [{ topic } = { topic: '' }] = sourceSteps(plan.root);
    const facts = await this.#options.describe(topic);
    if (facts === undefined) throw refuse(statementMessages.topicsMissing([topic]));
    const { continues } = options;
    if (continues !== undefined) await this.#check(continues, topic, facts);
    let tail = await this.#open(topic, facts);
    // The last one that read it may have left meanwhile.
    while (tail.isClosed) tail = await this.#open(topic, facts);
    const reader = this.#joined(tail, { plan, topic, facts, options });
    try {
      if (continues === undefined) reader.skipTo(await this.#offsets(topic, facts, 'latest'));
    } catch (error) {
      await reader.close();
      throw error;
    }
    return reader;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const catchUp of this.#catchUps.keys()) catchUp.close();
    const closing = [...this.#tails.values()].map(async (opening) => (await opening).close());
    // One that does not open has nothing to be closed.
    await Promise.allSettled([...closing, ...this.#catchUps.values()]);
  }

  #joined(tail: TopicTail, of: Joining): TailReader {
    try {
      return this.#join(tail, of);
    } catch (error) {
      // It may have been opened for this one.
      tail.closeUnread();
      throw error;
    }
  }

  #join(tail: TopicTail, { plan, topic, facts, options }: Joining): TailReader {
    const { context, continues, topologyOf, onFailure, onRecord, turn } = options;
    const { topicId, partitions } = facts;
    const hasTokens = booleanProperty(context.properties, 'ksql.query.push.v2.continuation.tokens.enabled');
    let catchUp: CatchUp | undefined;
    const reader = new TailReader(continues?.offsets ?? tail.positions, {
      ...{ queryId: plan.queryId, onRecord, turn },
      ...(hasTokens === true
        ? { token: (offsets: readonly number[]) => continuationToken({ topic, topicId, offsets }) }
        : {}),
      newTask: (emit) =>
        pushTask(topologyOf(emit), {
          ...this.#options,
          ...{ queryId: plan.queryId, topic, partitions, onFailure, turn },
        }),
      onClose: () => {
        catchUp?.close();
        tail.leave(reader);
      },
    });
    tail.join(reader);
    try {
      if (continues !== undefined) catchUp = this.#catchUp(reader, tail, continues, context);
    } catch (error) {
      void reader.close();
      throw error;
    }
    return reader;
  }

  /** Has what the tail is beyond read for a reader; undefined where there is nothing. */
  #catchUp(
    reader: TailReader,
    tail: TopicTail,
    { topic, offsets }: ContinuationPoint,
    { properties }: AnalysisContext,
  ): CatchUp | undefined {
    const behind = [...offsets.keys()].filter(
      (partition) => (offsets[partition] ?? 0) < (tail.positions[partition] ?? 0),
    );
    if (behind.length === 0) return undefined;
    const max = Number(properties['ksql.query.push.v2.max.catchup.consumers'] ?? DEFAULT_CATCH_UPS_MAX);
    if (this.#catchUps.size >= max) throw refuse(pushMessages.tooManyCatchUps(max));
    for (const partition of behind) reader.fallBehind(partition);
    const consumer = this.#consumer(topic, { partitions: behind, offsets });
    const catchUp = new CatchUp({ topic, consumer, partitions: behind, tail, reader });
    const running = catchUp
      .run()
      .catch((error: unknown) => this.#options.logger.warn(`a reader of ${topic}: ${messageOf(error)}`))
      .finally(() => this.#catchUps.delete(catchUp));
    this.#catchUps.set(catchUp, running);
    return catchUp;
  }

  #open(topic: string, facts: TopicFacts): Promise<TopicTail> {
    if (this.#isClosed) throw closed();
    return this.#tails.get(tailKey(topic, facts)) ?? this.#begin(topic, facts);
  }

  #begin(topic: string, facts: TopicFacts): Promise<TopicTail> {
    const opening = this.#newTail(topic, facts);
    const key = tailKey(topic, facts);
    this.#tails.set(key, opening);
    // It is told to whoever waits for it.
    opening.catch(() => this.#tails.delete(key));
    return opening;
  }

  async #newTail(topic: string, facts: TopicFacts): Promise<TopicTail> {
    const ends = await this.#offsets(topic, facts, 'latest');
    const consumer = this.#consumer(topic, { partitions: [...ends.keys()], offsets: ends });
    const key = tailKey(topic, facts);
    return new TopicTail({ topic, consumer, ends, onClosing: () => this.#tails.delete(key) });
  }

  /** A consumer of its own partitions, without a group. */
  #consumer(
    topic: string,
    at: { readonly partitions: readonly number[]; readonly offsets: readonly number[] },
  ): Consumer {
    const { environment, bootstrapServers, clientId, connections, fetches } = this.#options;
    const consumer = new Consumer(
      {
        ...{ environment, bootstrapServers, clientId },
        pollRecordsMax: 1_000,
        // Of what is aborted nobody is told.
        isolationLevel: 'read_committed',
        // Records that are gone are a gap that whoever reads is told of.
        autoOffsetReset: 'none',
        allowAutoTopicCreation: false,
      },
      { connections, fetches },
    );
    consumer.assign(at.partitions.map((partition) => ({ topic, partition })));
    for (const partition of at.partitions) consumer.seek({ topic, partition }, at.offsets[partition] ?? 0);
    return consumer;
  }

  /** @throws {DiagnosticError} */
  async #check(point: ContinuationPoint, topic: string, facts: TopicFacts): Promise<void> {
    const isSame =
      point.topic === topic && point.topicId === facts.topicId && point.offsets.length === facts.partitions;
    if (!isSame) throw refuse(pushMessages.tokenOfAnother(topic));
    const [begins, ends] = await Promise.all([
      this.#offsets(topic, facts, 'earliest'),
      this.#offsets(topic, facts, 'latest'),
    ]);
    const isThere = point.offsets.every(
      (offset, partition) => offset >= (begins[partition] ?? 0) && offset <= (ends[partition] ?? 0),
    );
    if (!isThere) throw refuse(pushMessages.tokenOutOfRange(topic));
  }

  async #offsets(
    topic: string,
    { partitions }: TopicFacts,
    spec: 'earliest' | 'latest',
  ): Promise<readonly number[]> {
    const specs = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, spec }));
    const listed = await this.#options.admin.listOffsets(specs, { isolationLevel: 'read_committed' });
    const offsets = new Map(listed.map(({ partition, offset }: ListedOffset) => [partition, offset]));
    return specs.map(({ partition }) => offsets.get(partition) ?? 0);
  }
}

/** A topic that was deleted and made anew is another one, and one that has got partitions is read anew. */
const tailKey = (topic: string, { topicId, partitions }: TopicFacts): string =>
  JSON.stringify([topic, topicId, partitions]);

const closed = (): OperationalError =>
  new OperationalError('CLOSED', 'the push queries are closed', { retriable: true });
