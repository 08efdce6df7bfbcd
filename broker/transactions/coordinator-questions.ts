import { assert } from '../../src/base/assert.ts';
import type { Timers } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { FewEntries } from '../../src/base/few-entries.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import type { TopicPartition } from '../../src/protocol/topic-partition.ts';
import type { BrokerRequests } from '../server/broker-requests.ts';

/** The last version: its errors are those of before where that is what a client knows. */
const VERSION = 5;

/** Which partitions somebody wants to know, or to be, in whose transaction. */
export interface Question {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Adds nothing. */
  readonly verifyOnly: boolean;
  readonly partitions: readonly TopicPartition[];
}

/** Answers the error code of each partition of a question, by {@link answerKey}. */
type Answer = (errorOf: (partition: TopicPartition) => number) => void;

interface Waiting {
  readonly question: Question;
  readonly answer: Answer;
}

type Request = RequestInput<typeof addPartitionsToTxn>;
type Transaction = NonNullable<NonNullable<Request>['transactions']>[number];
type Response = ResponseOf<typeof addPartitionsToTxn>;

/**
 * Asks one broker about the transactions that it coordinates (AddPartitionsToTxn 4+). What is asked in one turn of the event
 * loop goes into one request. Of one transaction there is one question under way at a time, for the coordinator takes no
 * second one before it has written the first; what is asked meanwhile about further partitions goes together afterwards.
 */
export class CoordinatorQuestions {
  readonly #nodeId: number;
  readonly #brokers: BrokerRequests;
  readonly #timers: Timers;
  readonly #waiting: Waiting[] = [];
  /** Transactional ids that the coordinator is being asked about. */
  readonly #underWay = new FewEntries<string, true>();
  #isDeferred = false;

  constructor(nodeId: number, brokers: BrokerRequests, timers: Timers) {
    this.#nodeId = nodeId;
    this.#brokers = brokers;
    this.#timers = timers;
  }

  /** @param answer called once, later. */
  ask(question: Question, answer: Answer): void {
    this.#waiting.push({ question, answer });
    this.#sendLater();
  }

  #sendLater(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#timers.defer(() => {
      this.#isDeferred = false;
      this.#send();
    });
  }

  #send(): void {
    const batches = this.#takeReady();
    if (batches.size === 0) return;
    const transactions = [...batches.values()].map((asked) => transactionOf(asked));
    for (const transactionalId of batches.keys()) this.#underWay.set(transactionalId, true);
    const end = (response: Response | undefined): void => {
      for (const [transactionalId, asked] of batches) {
        this.#underWay.delete(transactionalId);
        const errorOf = errorsOf(transactionalId, response);
        for (const { answer } of asked) answer(errorOf);
      }
      if (this.#waiting.length > 0) this.#sendLater();
    };
    void this.#brokers
      .send(this.#nodeId, addPartitionsToTxn, VERSION, { transactions })
      .then(end, (error: unknown) => {
        // Whatever a broker does, the producer can try again; anything else is a bug.
        if (!(error instanceof OperationalError)) throw error;
        end(undefined);
      });
  }

  /** What can be asked now, by transactional id; in one request an id is asked about for one producer. */
  #takeReady(): Map<string, Waiting[]> {
    const ready = new Map<string, Waiting[]>();
    let kept = 0;
    for (const waiting of this.#waiting) {
      const { transactionalId } = waiting.question;
      const asked = ready.get(transactionalId);
      if (this.#underWay.has(transactionalId) || (asked?.[0] !== undefined && !isSame(asked[0], waiting))) {
        this.#waiting[kept++] = waiting;
      } else if (asked === undefined) {
        ready.set(transactionalId, [waiting]);
      } else {
        asked.push(waiting);
      }
    }
    this.#waiting.length = kept;
    return ready;
  }
}

function isSame({ question: a }: Waiting, { question: b }: Waiting): boolean {
  return (
    a.producerId === b.producerId && a.producerEpoch === b.producerEpoch && a.verifyOnly === b.verifyOnly
  );
}

function transactionOf(asked: readonly Waiting[]): Transaction {
  const [first] = asked;
  assert(first !== undefined, 'somebody has asked');
  const { transactionalId, producerId, producerEpoch, verifyOnly } = first.question;
  const topics = new Map<string, Set<number>>();
  for (const { question } of asked) {
    for (const { topic, partition } of question.partitions) {
      const partitions = topics.get(topic);
      if (partitions === undefined) topics.set(topic, new Set([partition]));
      else partitions.add(partition);
    }
  }
  return {
    transactionalId,
    producerId,
    producerEpoch,
    verifyOnly,
    topics: Array.from(topics, ([name, partitions]) => ({ name, partitions: [...partitions] })),
  };
}

/** The errors that a response has for the partitions of a transaction; without one nobody has answered. */
function errorsOf(
  transactionalId: string,
  response: Response | undefined,
): (partition: TopicPartition) => number {
  if (response === undefined) return () => ErrorCode.NETWORK_EXCEPTION;
  const { errorCode, resultsByTransaction } = response;
  if (errorCode !== ErrorCode.NONE) return () => errorCode;
  const { topicResults = [] } =
    resultsByTransaction.find((result) => result.transactionalId === transactionalId) ?? {};
  return ({ topic, partition }) => {
    const result = topicResults
      .find(({ name }) => name === topic)
      ?.resultsByPartition.find(({ partitionIndex }) => partitionIndex === partition);
    return result?.partitionErrorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  };
}
