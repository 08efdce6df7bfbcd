import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { describeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts';
import { listTransactions } from '../../../src/protocol/messages/66-list-transactions.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { stable } from './group-requests.ts';
import type { Peer } from './peer.ts';
import { makeTopic } from './record-requests.ts';
import { noteGroup, noteTopic } from './transaction-notes.ts';
import { TransactionalProducer } from './transactional-producer.ts';

const PARTITIONS = [0, 1];
const STEPS = 30;
const TIMEOUT_MS = 1_000;
const STATES = [
  'Empty',
  'Ongoing',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'unheard-of',
  '',
];
const PATTERNS = [
  '',
  '.*',
  'mixed-.*-a',
  'mixed-.*-[^a]',
  'mixed',
  '(',
  '.*(?:a|c)$',
  '\\Qmixed-1-a\\E',
  '(?i)MIXED.*',
];

interface Actor {
  readonly producer: TransactionalProducer;
  readonly groupId: string;
  readonly isTv2: boolean;
  member: { readonly memberId: string; readonly generationId: number };
}

/**
 * Producers that are members of groups, at a topic that is compacted or not, and an operator who looks on, deletes records and
 * writes markers: the same seed, the same requests. Their transactions may be aborted because their time is up.
 */
export async function runMixedSequence(peer: Peer, seed: number): Promise<void> {
  const sequence = new MixedSequence(peer, seed);
  await sequence.run();
}

class MixedSequence {
  readonly #peer: Peer;
  readonly #random: SeededRandom;
  readonly #topic: string;
  readonly #isCompacted: boolean;
  readonly #actors: Actor[] = [];

  constructor(peer: Peer, seed: number) {
    this.#peer = peer;
    this.#random = new SeededRandom(seed);
    this.#topic = `mixed-${seed}`;
    this.#isCompacted = this.#random.chance(0.4);
  }

  get #writers(): readonly TransactionalProducer[] {
    return this.#actors.map(({ producer }) => producer);
  }

  async run(): Promise<void> {
    const policy = this.#isCompacted ? 'compact' : 'delete';
    await makeTopic(this.#peer, this.#topic, PARTITIONS.length, { 'cleanup.policy': policy });
    for (const name of ['a', 'b']) this.#actors.push(await this.#begin(`${this.#topic}-${name}`));
    for (let step = 0; step < STEPS; step++) await this.#step(step);
    for (const { producer, isTv2 } of this.#actors) {
      await producer.end(this.#random.chance(0.5), isTv2 ? 5 : 3);
    }
    await noteTopic(this.#peer, this.#topic, PARTITIONS);
    for (const { groupId } of this.#actors) await noteGroup(this.#peer, groupId, this.#writers);
    await this.#describe();
  }

  async #begin(name: string): Promise<Actor> {
    const peer = this.#peer;
    const producer = new TransactionalProducer(peer, this.#topic, name);
    for (const keyType of [0, 1]) await peer.send(findCoordinator, 4, { keyType, coordinatorKeys: [name] });
    await producer.init();
    await producer.init();
    const member = await stable(peer, name, { sessionTimeoutMs: 300_000 });
    return { producer, groupId: name, isTv2: this.#random.chance(0.5), member };
  }

  async #step(step: number): Promise<void> {
    const random = this.#random;
    const actor = random.pick(this.#actors);
    const { producer, isTv2, groupId } = actor;
    const index = random.pick(PARTITIONS);
    switch (random.int(24)) {
      case 0:
        return producer.init(isTv2 ? 5 : 4);
      case 1:
        return this.#recover(actor);
      case 2:
      case 3:
        return producer.addPartition(index);
      case 4:
      case 5:
      case 6:
        return producer.end(random.chance(0.5), this.#endVersion(actor));
      case 7:
        return this.#mark(actor, index);
      case 8:
      case 9:
        return isTv2 ? this.#commitOffset(actor, step) : producer.addOffsets(groupId);
      case 10:
      case 11:
      case 12:
        return this.#commitOffset(actor, step);
      case 13:
        return this.#deleteRecords(index);
      case 14:
        return noteGroup(this.#peer, groupId, this.#writers);
      case 15:
        return noteTopic(this.#peer, this.#topic, [index]);
      case 16:
        return this.#list();
      case 17:
        return this.#describe();
      case 18:
        return this.#commitOutside(actor, step);
      case 19:
        return random.chance(0.3) ? this.#timeOut(actor, index) : this.#rejoin(actor);
      default:
        return this.#send(actor, index, `step ${step}`);
    }
  }

  /** Mostly that of its kind; a client may be older than its cluster, or newer than the partition was added by. */
  #endVersion({ isTv2 }: Actor): number {
    return isTv2 === this.#random.chance(0.9) ? 5 : 1 + this.#random.int(4);
  }

  /** A record with or without a key, which a compacted topic wants, of the producer or of nearly the producer. */
  #send({ producer, isTv2 }: Actor, index: number, value: string): Promise<void> {
    const random = this.#random;
    const version = isTv2 ? 12 + random.int(2) : 9 + random.int(3);
    const hasKey = random.chance(this.#isCompacted ? 0.8 : 0.3);
    const sequence = producer.sequences.get(index) ?? 0;
    const header = {
      ...(hasKey ? { key: `key-${random.int(3)}` } : {}),
      ...(random.chance(0.1)
        ? { producerEpoch: Math.max(0, producer.producerEpoch + random.int(3) - 1) }
        : {}),
      ...(random.chance(0.1) ? { baseSequence: Math.max(0, sequence + random.int(4) - 2) } : {}),
      ...(random.chance(0.05) ? { isTransactional: false } : {}),
      ...(random.chance(0.05) ? { transactionalId: random.pick([null, 'nobody', '']) } : {}),
    };
    return producer.send(version, index, random.chance(0.5) ? [value] : [value, value], header);
  }

  /** InitProducerId of a producer that tells who it is (KIP-360), or who it is not. */
  #recover({ producer }: Actor): Promise<void> {
    const random = this.#random;
    const { producerId } = producer;
    const producerEpoch = Math.max(0, producer.producerEpoch + random.pick([0, 0, 0, -1, 1]));
    return producer.init(3 + random.int(3), {
      producerId: random.chance(0.1) ? producerId + 700 : producerId,
      producerEpoch,
    });
  }

  /** One of a newer epoch than the coordinator's would leave its own markers refused: Kafka's transaction then never ends. */
  #mark({ producer }: Actor, index: number): Promise<void> {
    const random = this.#random;
    const version = 1 + random.int(2);
    return producer.mark(version, index, {
      producerEpoch: producer.producerEpoch + random.int(2) - 1,
      transactionResult: random.chance(0.5),
      ...(version >= 2 ? { transactionVersion: random.int(3) } : {}),
    });
  }

  /** By the member, by one of another generation, by nobody, and by whom no group knows. */
  #commitOffset({ producer, groupId, isTv2, member }: Actor, offset: number): Promise<void> {
    const random = this.#random;
    const { memberId, generationId } = member;
    const by = random.pick([
      {},
      { memberId, generationIdOrMemberEpoch: generationId },
      { memberId, generationIdOrMemberEpoch: generationId },
      { memberId, generationIdOrMemberEpoch: generationId - 1 },
      { memberId, generationIdOrMemberEpoch: generationId + 1 },
      { memberId, generationIdOrMemberEpoch: -1 },
      { memberId: 'nobody', generationIdOrMemberEpoch: generationId },
      { memberId, generationIdOrMemberEpoch: generationId, groupInstanceId: 'instance' },
    ]);
    const version = isTv2 ? 5 : 3 + random.int(2);
    const epoch = random.chance(0.1) ? { producerEpoch: Math.max(0, producer.producerEpoch - 1) } : {};
    return producer.commitOffset(version, groupId, offset, { ...by, ...epoch });
  }

  /** An offset that is committed while another one may be pending. */
  async #commitOutside({ groupId, member }: Actor, committedOffset: number): Promise<void> {
    await this.#peer.ask(offsetCommit, 8, {
      groupId,
      memberId: member.memberId,
      generationIdOrMemberEpoch: member.generationId,
      topics: [{ name: 'one', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: 'o' }] }],
    });
  }

  async #rejoin(actor: Actor): Promise<void> {
    const { memberId } = actor.member;
    actor.member = await stable(this.#peer, actor.groupId, { memberId, sessionTimeoutMs: 300_000 });
  }

  async #deleteRecords(partitionIndex: number): Promise<void> {
    const offset = this.#random.int(12) - 1;
    const topics = [{ name: this.#topic, partitions: [{ partitionIndex, offset }] }];
    await this.#peer.ask(deleteRecords, 2, { topics, timeoutMs: 5_000 });
  }

  /** The producer is silent for longer than it may be, and its transaction is aborted. */
  async #timeOut({ producer, isTv2 }: Actor, index: number): Promise<void> {
    const version = isTv2 ? 5 : 4;
    await producer.init(version, { transactionTimeoutMs: TIMEOUT_MS });
    await producer.addPartition(index);
    await producer.untilAborted();
    switch (this.#random.int(4)) {
      case 0:
        return producer.end(this.#random.chance(0.5), isTv2 ? 5 : 3);
      case 1:
        return producer.addPartition(index);
      case 2: {
        const { producerId, producerEpoch } = producer;
        return producer.init(version, { producerId, producerEpoch });
      }
      default:
        return producer.send(isTv2 ? 12 : 11, index, ['late'], { key: 'k' });
    }
  }

  async #list(): Promise<void> {
    const random = this.#random;
    const version = random.int(3);
    const asked = {
      stateFilters: STATES.filter(() => random.chance(0.25)),
      producerIdFilters: random.chance(0.3) ? [random.pick(this.#actors).producer.producerId, 7] : [],
      ...(version >= 1 ? { durationFilter: random.pick([-1, -1, -7, 600_000]) } : {}),
      ...(version >= 2 ? { transactionalIdPattern: random.pick([null, ...PATTERNS]) } : {}),
    };
    const answer = await this.#peer.send(listTransactions, version, asked);
    const own = answer.transactionStates.filter(({ transactionalId }) =>
      transactionalId.startsWith(`${this.#topic}-`),
    );
    const { stateFilters, producerIdFilters, ...rest } = asked;
    this.#peer.note(`ListTransactions v${version}`, {
      asked: { stateFilters, ofProducers: producerIdFilters.length, ...rest },
      ...answer,
      transactionStates: own,
    });
  }

  async #describe(): Promise<void> {
    const own = this.#actors.map(({ producer }) => producer.transactionalId);
    const transactionalIds = [...own, 'nobody', ...(this.#random.chance(0.2) ? [''] : [])];
    const answer = await this.#peer.send(describeTransactions, 0, { transactionalIds });
    const transactionStates = answer.transactionStates.map((state) => ({
      ...state,
      transactionStartTimeMs: state.transactionStartTimeMs < 0 ? 'none' : 'some time',
    }));
    this.#peer.note('DescribeTransactions', { ...answer, transactionStates });
  }
}
