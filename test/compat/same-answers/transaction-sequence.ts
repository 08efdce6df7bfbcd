import type { ResponseOf } from '../../../src/protocol/message.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../../src/protocol/messages/26-end-txn.ts';
import { describeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts';
import { listTransactions } from '../../../src/protocol/messages/66-list-transactions.ts';
import { seededRandom } from '../../broker/coordinators/group/manual-time.ts';
import type { Peer } from './peer.ts';

/** A producer id with its epoch, as a broker gave it. */
interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const STRANGER: Producer = { producerId: 987_654_321, producerEpoch: 0 };
const UNKNOWN_TOPIC = 'no-such-topic';

/**
 * A random conversation about one transactional id, the same for every broker that answers the same: what is asked depends on
 * the seed and on what was answered so far.
 */
export class TransactionSequence {
  readonly #random;
  readonly #peer: Peer;
  readonly #id: string;
  /** Who the producer has been, the newest last. */
  readonly #producers: Producer[] = [];
  /** Producer ids by the order in which they came. */
  readonly #numbers = new Map<number, number>();

  constructor(seed: number, peer: Peer) {
    this.#random = seededRandom(seed);
    this.#peer = peer;
    this.#id = `sequence-${seed}`;
  }

  async run(steps: number): Promise<void> {
    await this.#init();
    for (let i = 0; i < steps; i++) {
      await this.#step();
      await this.#settle();
    }
    await this.#describe();
  }

  #step(): Promise<void> {
    switch (this.#random.int(10)) {
      case 0:
      case 1:
        return this.#init();
      case 2:
      case 3:
        return this.#add();
      case 4:
        return this.#addOrVerify();
      case 5:
        return this.#addOffsets();
      case 6:
        return this.#list();
      default:
        return this.#end();
    }
  }

  async #init(): Promise<void> {
    const version = this.#random.int(6);
    const isFirst = this.#random.int(2) === 0;
    const expected = isFirst || version < 3 ? {} : this.#anyProducer();
    const half = this.#random.int(20) === 0 && version >= 3 ? { producerId: -1, producerEpoch: 3 } : {};
    const transactionTimeoutMs = this.#random.int(15) === 0 ? 900_001 : 60_000;
    const request = { transactionalId: this.#id, transactionTimeoutMs, ...expected, ...half };
    const answer = await this.#peer.send(initProducerId, version, request);
    this.#note(`init v${version}`, { ...expected, ...half, transactionTimeoutMs }, answer);
    if (answer.errorCode === 0) this.#producers.push(answer);
  }

  async #add(): Promise<void> {
    const version = this.#random.int(4);
    const producer = this.#anyProducer();
    const answer = await this.#peer.send(addPartitionsToTxn, version, {
      v3AndBelowTransactionalId: this.#id,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: this.#topics(),
    });
    this.#note(`add v${version}`, producer, answer);
  }

  async #addOrVerify(): Promise<void> {
    const version = 4 + this.#random.int(2);
    const verifyOnly = this.#random.int(2) === 0;
    const producer = this.#anyProducer();
    const transaction = { transactionalId: this.#id, ...producer, verifyOnly, topics: this.#topics() };
    const answer = await this.#peer.send(addPartitionsToTxn, version, { transactions: [transaction] });
    this.#note(`${verifyOnly ? 'verify' : 'add'} v${version}`, producer, answer);
  }

  async #addOffsets(): Promise<void> {
    const version = this.#random.int(5);
    const producer = this.#anyProducer();
    const request = { transactionalId: this.#id, ...producer, groupId: 'any' };
    this.#note(`offsets v${version}`, producer, await this.#peer.send(addOffsetsToTxn, version, request));
  }

  async #end(): Promise<void> {
    const version = this.#random.int(2) === 0 ? 5 : this.#random.int(5);
    const committed = this.#random.int(2) === 0;
    const producer = this.#anyProducer();
    const request = { transactionalId: this.#id, ...producer, committed };
    const answer = await this.#peer.send(endTxn, version, request);
    this.#note(`${committed ? 'commit' : 'abort'} v${version}`, producer, answer);
    if (answer.errorCode === 0 && answer.producerId !== -1) this.#producers.push(answer);
  }

  async #list(): Promise<void> {
    const version = this.#random.int(3);
    const states = [
      'Ongoing',
      'CompleteCommit',
      'CompleteAbort',
      'Empty',
      'PrepareCommit',
      'Dead',
      'unheard-of',
    ];
    const stateFilters = states.filter(() => this.#random.int(3) === 0);
    const producerIdFilters = this.#random.int(3) === 0 ? [this.#anyProducer().producerId] : [];
    const answer = await this.#peer.send(listTransactions, version, {
      stateFilters,
      producerIdFilters,
      ...(version >= 1 ? { durationFilter: this.#random.int(2) === 0 ? -1 : 600_000 } : {}),
      ...(version >= 2 ? { transactionalIdPattern: this.#random.int(2) === 0 ? null : `${this.#id}|x` } : {}),
    });
    const own = answer.transactionStates.filter(({ transactionalId }) => transactionalId === this.#id);
    this.#note(
      `list v${version}`,
      { stateFilters, producerIdFilters: producerIdFilters.length },
      {
        ...answer,
        transactionStates: own,
      },
    );
  }

  /** What is on its way arrives at different times: it is waited for. */
  async #settle(): Promise<void> {
    for (let attempt = 0; attempt < 500; attempt++) {
      const [state] = (await this.#ask()).transactionStates;
      if (state?.transactionState.startsWith('Prepare') !== true) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`${this.#id} is never settled`);
  }

  async #describe(): Promise<void> {
    this.#note('describe', {}, await this.#ask());
  }

  #ask(): Promise<ResponseOf<typeof describeTransactions>> {
    return this.#peer.send(describeTransactions, 0, { transactionalIds: [this.#id] });
  }

  #topics(): { name: string; partitions: number[] }[] {
    const partitions = [0, 1, 2].filter(() => this.#random.int(2) === 0);
    const topics = partitions.length === 0 ? [] : [{ name: 'three', partitions }];
    if (this.#random.int(12) === 0) topics.push({ name: UNKNOWN_TOPIC, partitions: [0] });
    if (this.#random.int(12) === 0) topics.push({ name: 'one', partitions: [0, 1] });
    return topics;
  }

  /** Mostly the newest; else an earlier one, one that never was, or nearly the newest. */
  #anyProducer(): Producer {
    const newest = this.#producers.at(-1) ?? STRANGER;
    const { producerId, producerEpoch } = newest;
    switch (this.#random.int(12)) {
      case 0:
        return this.#producers[this.#random.int(Math.max(1, this.#producers.length))] ?? STRANGER;
      case 1:
        return { producerId, producerEpoch: producerEpoch + 1 };
      case 2:
        return { producerId, producerEpoch: Math.max(0, producerEpoch - 1) };
      case 3:
        return { ...STRANGER, producerEpoch };
      default:
        return { producerId, producerEpoch };
    }
  }

  #note(what: string, asked: object, answer: object): void {
    this.#peer.note(what, this.#comparable({ asked, answer }));
  }

  /** Producer ids are numbered, times are left out. */
  #comparable(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#comparable(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        if (key === 'producerId' && typeof each === 'number') return ['producer', this.#numberOf(each)];
        if (key === 'transactionStartTimeMs') return [key, each === -1 ? 'none' : 'some time'];
        return [key, this.#comparable(each)];
      }),
    );
  }

  #numberOf(producerId: number): string {
    if (producerId < 0) return 'none';
    if (producerId === STRANGER.producerId) return 'a stranger';
    const number = this.#numbers.get(producerId) ?? this.#numbers.size + 1;
    this.#numbers.set(producerId, number);
    return `producer ${number}`;
  }
}
