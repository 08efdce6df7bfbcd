import type { Mutation } from './mutation.ts';

const suite = ['test/broker/coordinators/transaction'];
const folder = 'broker/coordinators/transaction';

export const transactionMutations: readonly Mutation[] = [
  {
    name: 'a transaction is complete before all partitions have their markers',
    file: `${folder}/unmarked-transaction.ts`,
    find: 'if (this.#isAbandoned || this.#left.size > 0) return;',
    replace: 'if (this.#isAbandoned) return;',
    suite,
  },
  {
    name: 'a client adds the topic of its coordinators to a transaction',
    file: 'broker/handlers/24-add-partitions-to-txn.ts',
    find: 'if (isRefused(topic, version)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;',
    replace: '',
    suite: ['test/broker/transactions.test.ts'],
  },
  {
    name: 'a new coordinator forgets what was decided and not told to all',
    file: `${folder}/transaction-coordinator.ts`,
    find: 'for (const entry of shard.entries.values()) if (isPrepared(entry.metadata)) this.#mark(shard, entry);',
    replace: '',
    suite,
  },
  {
    name: 'a coordinator that was replaced goes on sending markers',
    file: `${folder}/transaction-coordinator.ts`,
    find: 'for (const { unmarked } of shard.entries.values()) unmarked?.abandon();',
    replace: '',
    suite,
  },
  {
    name: 'an outcome that could not be written holds all the same',
    file: `${folder}/transaction-journal.ts`,
    find: 'if (errorCode === ErrorCode.NONE) entry.metadata = next;',
    replace: 'entry.metadata = next;',
    suite,
  },
  {
    name: 'a late EndTxn ends the transaction after its own (TV2)',
    file: `${folder}/end-transaction.ts`,
    find: "return isCurrent ? 'current' : 'neither';\n    case 'PrepareCommit':",
    replace: "return 'current';\n    case 'PrepareCommit':",
    suite,
  },
  {
    name: 'a commit is turned into an abort by the second try',
    file: `${folder}/end-transaction.ts`,
    find: 'return answer(isCommit ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE);',
    replace: 'return answer(ErrorCode.NONE);',
    suite,
  },
  {
    name: 'a second producer does not fence the first',
    file: `${folder}/init-producer-id.ts`,
    find: 'return write({ producerEpoch: producerEpoch + 1, lastProducerEpoch: NO_PRODUCER_EPOCH });',
    replace: 'return write({ lastProducerEpoch: NO_PRODUCER_EPOCH });',
    suite,
  },
  {
    name: 'a fenced producer adds partitions',
    file: `${folder}/add-partitions.ts`,
    find: 'if (metadata.producerEpoch !== producerEpoch) return answer(ErrorCode.PRODUCER_FENCED);',
    replace: '',
    suite,
  },
  {
    name: 'partitions that are added take the place of those before',
    file: `${folder}/add-partitions.ts`,
    find: 'topics: union(metadata.topics, topics),',
    replace: 'topics,',
    suite,
  },
  {
    name: 'a transaction that is open for too long stays open',
    file: `${folder}/transaction-cleanup.ts`,
    find: 'startTimestampMs + timeoutMs < nowMs',
    replace: 'startTimestampMs + timeoutMs > nowMs + 1e12',
    suite,
  },
  {
    name: 'an open transaction expires with its id',
    file: `${folder}/transaction-cleanup.ts`,
    find: "metadata.state !== 'Ongoing' && ",
    replace: '',
    suite,
  },
  {
    name: 'a coordinator whose log is damaged leads, though others have its records',
    file: 'broker/lifecycle/coordinator-topic.ts',
    find: 'if (log.giveUp(topic, partition, elsewhere)) throw elsewhere;',
    replace: '',
    suite: ['test/broker/hostile-transactions.test.ts'],
  },
];
