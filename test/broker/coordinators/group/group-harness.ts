import { GroupCoordinator } from '../../../../broker/coordinators/group/group-coordinator.ts';
import type { GroupConfig } from '../../../../broker/coordinators/group/group-config.ts';
import type {
  GroupRequestContext,
  GroupTopics,
} from '../../../../broker/coordinators/group/group-requests.ts';
import { decodeStruct, encodeStruct, encodeVersioned } from '../../../../src/protocol/codec.ts';
import type {
  Api,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from '../../../../src/protocol/message.ts';
import { apis } from '../../../../src/protocol/apis.ts';
import { consumerProtocolSubscription } from '../../../../src/protocol/records-schemas/consumer-protocol.ts';
import { MemoryCoordinatorLog } from '../memory-coordinator-log.ts';
import { ManualTime, seededRandom } from './manual-time.ts';

const TOPIC_IDS = new Map([
  ['flights', 'AAAAAAAAAAAAAAAAAAAAAQ'],
  ['airports', 'AAAAAAAAAAAAAAAAAAAAAg'],
]);

/** Two topics of four partitions each. */
const topics: GroupTopics = {
  offsetsTopicPartitions: () => undefined,
  hasPartition: (topic, partition) => TOPIC_IDS.has(topic) && partition < 4,
  topicId: (topic) => TOPIC_IDS.get(topic),
  topicName: (id) => [...TOPIC_IDS].find(([, other]) => other === id)?.[0],
};

const UNKNOWN_TOPIC_ID = 'BwcHBwcHBwcHBwcHBwcHBw';
/** How long a marker may take to be committed. */
export const MARKER_TIMEOUT_MS = 30_000;
export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;

export interface JoinOptions {
  readonly memberId?: string;
  readonly instance?: string | null;
  readonly version?: number;
  readonly topics?: readonly string[];
  readonly protocols?: readonly (readonly [string, Buffer])[];
  readonly protocolType?: string;
  readonly sessionMs?: number;
  readonly rebalanceMs?: number;
  readonly group?: string;
  readonly clientId?: string;
}

/** A coordinator of which every request and answer goes through the wire's codecs, in the version that is asked for. */
export class GroupHarness {
  readonly time = new ManualTime();
  readonly log = new MemoryCoordinatorLog();
  readonly errors: unknown[] = [];
  readonly coordinator: GroupCoordinator;
  readonly config: Partial<GroupConfig>;
  readonly #random;

  constructor(config: Partial<GroupConfig> = {}, from?: GroupHarness, seed = 1) {
    this.config = config;
    if (from !== undefined) {
      this.time = from.time;
      this.log = from.log;
    }
    this.#random = seededRandom(seed);
    this.coordinator = new GroupCoordinator({
      environment: { clock: this.time.clock, timers: this.time.timers, random: this.#random },
      log: this.log,
      transactions: this.log,
      topics,
      config: { offsetsTopicPartitions: 1, ...config },
      onError: (error) => this.errors.push(error),
    });
  }

  static async started(config: Partial<GroupConfig> = {}, seed = 1): Promise<GroupHarness> {
    const harness = new GroupHarness(config, undefined, seed);
    await harness.coordinator.load(0, []);
    return harness;
  }

  /** Another broker that takes over: the same log, a new coordinator. */
  async successor(config: Partial<GroupConfig> = {}): Promise<GroupHarness> {
    const next = new GroupHarness({ ...this.config, ...config }, this, 99);
    await next.coordinator.load(0, this.log.batches(0));
    return next;
  }

  async join(options: JoinOptions = {}): Promise<ResponseOf<(typeof apis)[11]>> {
    const version = options.version ?? 9;
    const metadata = encodeVersioned(consumerProtocolSubscription, 1, {
      topics: options.topics ?? ['flights'],
    });
    const protocols = (options.protocols ?? [['range', metadata] as const]).map(([name, bytes]) => ({
      name,
      metadata: bytes,
    }));
    const request = decodedRequest(apis[11], version, {
      groupId: options.group ?? 'g',
      memberId: options.memberId ?? '',
      sessionTimeoutMs: options.sessionMs ?? SESSION_MS,
      protocolType: options.protocolType ?? 'consumer',
      protocols,
      ...(version >= 1 ? { rebalanceTimeoutMs: options.rebalanceMs ?? REBALANCE_MS } : {}),
      ...(version >= 5 ? { groupInstanceId: options.instance ?? null } : {}),
    });
    const context = this.context(version, options.clientId);
    return decodedResponse(apis[11], version, await this.coordinator.joinGroup(request, context));
  }

  /** Joins as a new dynamic member does: once for its id, once with it. Answers the id and the second join. */
  async joinTwice(options: JoinOptions = {}): Promise<{
    readonly memberId: string;
    readonly joined: ReturnType<GroupHarness['join']>;
  }> {
    const { memberId } = await this.join(options);
    return { memberId, joined: this.join({ ...options, memberId }) };
  }

  async sync(options: {
    readonly memberId: string;
    readonly generation: number;
    readonly assignments?: Readonly<Record<string, string>>;
    readonly instance?: string | null;
    readonly protocolName?: string | null;
    readonly version?: number;
    readonly group?: string;
  }): Promise<ResponseOf<(typeof apis)[14]>> {
    const version = options.version ?? 5;
    const request = decodedRequest(apis[14], version, {
      groupId: options.group ?? 'g',
      generationId: options.generation,
      memberId: options.memberId,
      assignments: Object.entries(options.assignments ?? {}).map(([memberId, text]) => ({
        memberId,
        assignment: Buffer.from(text),
      })),
      ...(version >= 3 ? { groupInstanceId: options.instance ?? null } : {}),
      ...(version >= 5
        ? {
            protocolType: 'consumer',
            protocolName: options.protocolName === undefined ? 'range' : options.protocolName,
          }
        : {}),
    });
    return decodedResponse(
      apis[14],
      version,
      await this.coordinator.syncGroup(request, this.context(version)),
    );
  }

  heartbeat(memberId: string, generation: number, instance: string | null = null): number {
    const request = decodedRequest(apis[12], 4, {
      groupId: 'g',
      memberId,
      generationId: generation,
      groupInstanceId: instance,
    });
    return decodedResponse(apis[12], 4, this.coordinator.heartbeat(request)).errorCode;
  }

  async leave(
    version: number,
    members: readonly { readonly memberId: string; readonly groupInstanceId?: string }[],
  ): Promise<ResponseOf<(typeof apis)[13]>> {
    const request = decodedRequest(
      apis[13],
      version,
      version >= 3 ? { groupId: 'g', members } : { groupId: 'g', memberId: members[0]?.memberId ?? '' },
    );
    return decodedResponse(
      apis[13],
      version,
      await this.coordinator.leaveGroup(request, this.context(version)),
    );
  }

  /** Commits one offset; answers the partition's error code. */
  async commit(options: {
    readonly topic?: string;
    readonly topicId?: string;
    readonly partition?: number;
    readonly offset: number;
    readonly memberId?: string;
    readonly generation?: number;
    readonly instance?: string;
    readonly metadata?: string | null;
    readonly retentionMs?: number;
    readonly version?: number;
    readonly group?: string;
  }): Promise<number> {
    const version = options.version ?? 9;
    const request = decodedRequest(apis[8], version, {
      groupId: options.group ?? 'g',
      memberId: options.memberId ?? '',
      generationIdOrMemberEpoch: options.generation ?? -1,
      ...(version >= 7 ? { groupInstanceId: options.instance ?? null } : {}),
      ...(version >= 2 && version <= 4 ? { retentionTimeMs: options.retentionMs ?? -1 } : {}),
      topics: [
        {
          ...(version >= 10
            ? { topicId: options.topicId ?? topics.topicId(options.topic ?? 'flights') ?? '' }
            : { name: options.topic ?? 'flights' }),
          partitions: [committedPartition(options)],
        },
      ],
    });
    const response = await this.coordinator.offsetCommit(request, this.context(version));
    return decodedResponse(apis[8], version, response).topics[0]?.partitions[0]?.errorCode ?? Number.NaN;
  }

  /** Commits one offset in the transaction of producer 7; answers the partition's error code. */
  async commitInTransaction(options: {
    readonly topic?: string;
    readonly partition?: number;
    readonly offset: number;
    readonly memberId?: string;
    readonly generation?: number;
    readonly instance?: string;
    readonly metadata?: string | null;
    readonly producerId?: number;
    readonly version?: number;
    readonly group?: string;
  }): Promise<number> {
    const version = options.version ?? 5;
    const { topic = 'flights' } = options;
    const request = decodedRequest(apis[28], version, {
      transactionalId: 'tx',
      groupId: options.group ?? 'g',
      producerId: options.producerId ?? 7,
      producerEpoch: 0,
      ...(version >= 3
        ? {
            memberId: options.memberId ?? '',
            generationIdOrMemberEpoch: options.generation ?? -1,
            groupInstanceId: options.instance ?? null,
          }
        : {}),
      topics: [
        {
          ...(version >= 6 ? { topicId: topics.topicId(topic) ?? UNKNOWN_TOPIC_ID } : { name: topic }),
          partitions: [committedPartition(options)],
        },
      ],
    });
    const response = await this.coordinator.txnOffsetCommit(request, this.context(version));
    return decodedResponse(apis[28], version, response).topics[0]?.partitions[0]?.errorCode ?? Number.NaN;
  }

  /** Ends the transaction of a producer; answers the error code that its coordinator is told. */
  async endTransaction(isCommit: boolean, { producerId = 7, producerEpoch = 0 } = {}): Promise<number> {
    const marker = { producerId, producerEpoch, coordinatorEpoch: 1, isCommit, transactionVersion: 0 };
    return this.coordinator.completeTransaction(0, marker, MARKER_TIMEOUT_MS);
  }

  /** The error and the committed offset of a partition, for whom wants none that may be replaced. */
  stableOffset(partition = 0, topic = 'flights', group = 'g'): readonly [number, number] {
    const response = this.fetch(9, {
      groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [partition] }] }],
      requireStable: true,
    });
    const { errorCode, committedOffset } = response.groups[0]?.topics[0]?.partitions[0] ?? {};
    return [errorCode ?? Number.NaN, committedOffset ?? Number.NaN];
  }

  /** The committed offset of a partition; -1 where there is none. */
  committed(partition = 0, topic = 'flights', group = 'g'): number {
    const response = this.fetch(9, {
      groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [partition] }] }],
    });
    return response.groups[0]?.topics[0]?.partitions[0]?.committedOffset ?? Number.NaN;
  }

  fetch(version: number, body: RequestInput<(typeof apis)[9]>): ResponseOf<(typeof apis)[9]> {
    const request = decodedRequest(apis[9], version, body);
    return decodedResponse(apis[9], version, this.coordinator.offsetFetch(request, this.context(version)));
  }

  describe(group = 'g', version = 6): ResponseOf<(typeof apis)[15]>['groups'][number] {
    const request = decodedRequest(apis[15], version, { groups: [group] });
    const response = this.coordinator.describeGroups(request, this.context(version));
    const [described] = decodedResponse(apis[15], version, response).groups;
    if (described === undefined) throw new Error('one group is described');
    return described;
  }

  list(body: RequestInput<(typeof apis)[16]> = {}, version = 5): ResponseOf<(typeof apis)[16]> {
    return decodedResponse(
      apis[16],
      version,
      this.coordinator.listGroups(decodedRequest(apis[16], version, body)),
    );
  }

  async delete(group = 'g'): Promise<number> {
    const [result] = await this.deleteAll([group]);
    return result?.errorCode ?? Number.NaN;
  }

  async deleteAll(groupsNames: readonly string[]): Promise<ResponseOf<(typeof apis)[42]>['results']> {
    const request = decodedRequest(apis[42], 2, { groupsNames });
    return decodedResponse(apis[42], 2, await this.coordinator.deleteGroups(request)).results;
  }

  async deleteOffset(
    topic: string,
    partition: number,
    groupId = 'g',
  ): Promise<ResponseOf<(typeof apis)[47]>> {
    const request = decodedRequest(apis[47], 0, {
      groupId,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition }] }],
    });
    return decodedResponse(apis[47], 0, await this.coordinator.offsetDelete(request));
  }

  context(version: number, clientId = 'app'): GroupRequestContext {
    return { version, clientId, clientHost: '/127.0.0.1' };
  }

  /** A stable group of `count` dynamic members, each assigned "member-N"; answers their ids, the leader's first. */
  async stable(count: number, options: JoinOptions = {}): Promise<readonly string[]> {
    const ids: string[] = [];
    const joins: ReturnType<GroupHarness['join']>[] = [];
    for (let i = 0; i < count; i++) {
      const { memberId, joined } = await this.joinTwice(options);
      ids.push(memberId);
      joins.push(joined);
    }
    await this.time.advance(count === 1 ? 3_000 : 6_000);
    const results = await Promise.all(joins);
    const leader = results[0]?.leader ?? '';
    const generation = results[0]?.generationId ?? -1;
    const assignments = Object.fromEntries(ids.map((id, i) => [id, `member-${i}`]));
    await Promise.all(
      ids.map((memberId) =>
        this.sync({ memberId, generation, ...(memberId === leader ? { assignments } : {}) }),
      ),
    );
    return ids;
  }
}

/** The request as a broker decodes it: through the bytes of the wire. */
function decodedRequest<A extends Api>(api: A, version: number, body: RequestInput<A>): RequestOf<A> {
  return decodeStruct(api.request, version, encodeStruct(api.request, version, body)) as RequestOf<A>;
}

/** The answer as a client decodes it. */
function decodedResponse<A extends Api>(api: A, version: number, body: ResponseInput<A>): ResponseOf<A> {
  return decodeStruct(api.response, version, encodeStruct(api.response, version, body)) as ResponseOf<A>;
}

/** The partition of a commit of one offset. */
function committedPartition({
  partition = 0,
  offset,
  metadata = '',
}: {
  readonly partition?: number;
  readonly offset: number;
  readonly metadata?: string | null;
}): {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedMetadata: string | null;
} {
  return { partitionIndex: partition, committedOffset: offset, committedMetadata: metadata };
}
