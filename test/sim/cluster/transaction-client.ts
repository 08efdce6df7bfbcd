import type { Environment } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { ErrorCode, errorOf } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { endTxn } from '../../../src/protocol/messages/26-end-txn.ts';
import { describeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts';
import { CoordinatorLine } from './coordinator-line.ts';

const RETRY_MS = 20;
const INIT_VERSION = 5;
const ADD_VERSION = 3;

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** A transactional id as its producer sees it, by bare requests: each is sent until the coordinator has answered it. */
export class TransactionClient {
  readonly #environment: Environment;
  readonly #transactionalId: string;
  readonly #line: CoordinatorLine;

  constructor(
    environment: Environment,
    options: { readonly transactionalId: string; readonly bootstrap: readonly string[] },
  ) {
    this.#environment = environment;
    this.#transactionalId = options.transactionalId;
    this.#line = new CoordinatorLine(environment, {
      of: 'transaction',
      key: options.transactionalId,
      clientId: options.transactionalId,
      bootstrap: options.bootstrap,
      requestTimeoutMs: 1_500,
    });
  }

  async init(): Promise<Producer> {
    const request = { transactionalId: this.#transactionalId, transactionTimeoutMs: 60_000 };
    return this.#ask(initProducerId, INIT_VERSION, request, ({ errorCode }) => errorCode);
  }

  async add(producer: Producer, topic: string, partitions: readonly number[]): Promise<void> {
    const request = {
      v3AndBelowTransactionalId: this.#transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [...partitions] }],
    };
    await this.#ask(
      addPartitionsToTxn,
      ADD_VERSION,
      request,
      ({ resultsByTopicV3AndBelow: [results] }) => results?.resultsByPartition[0]?.partitionErrorCode,
    );
  }

  /** @param version 5 and more with an epoch for each transaction. */
  async end(
    producer: Producer,
    { committed, version }: { committed: boolean; version: number },
  ): Promise<void> {
    const request = { transactionalId: this.#transactionalId, ...producer, committed };
    await this.#ask(endTxn, version, request, ({ errorCode }) => errorCode);
  }

  /** The name of the state of the transactional id. */
  async state(): Promise<string> {
    const answer = await this.#ask(
      describeTransactions,
      0,
      { transactionalIds: [this.#transactionalId] },
      ({ transactionStates: [state] }) => state?.errorCode,
    );
    return answer.transactionStates[0]?.transactionState ?? '';
  }

  close(): void {
    this.#line.close();
  }

  async #ask<A extends Api>(
    api: A,
    version: number,
    request: RequestInput<A>,
    errorCodeOf: (answer: ResponseOf<A>) => number | undefined,
  ): Promise<ResponseOf<A>> {
    for (;;) {
      try {
        const answer = await this.#line.ask(api, version, request);
        const { name, retriable } = errorOf(errorCodeOf(answer) ?? ErrorCode.UNKNOWN_SERVER_ERROR);
        if (name === 'NONE') return answer;
        if (!retriable) throw new Error(`${api.name} is refused: ${name}`);
        if (name === 'NOT_COORDINATOR') this.#line.leave();
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
      }
      await this.#environment.timers.sleep(RETRY_MS);
    }
  }
}
