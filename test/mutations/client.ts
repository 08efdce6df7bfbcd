import type { Mutation } from './mutation.ts';

const producer = ['test/client/partition-queue.test.ts', 'test/client/accumulator.test.ts'];

export const clientMutations: readonly Mutation[] = [
  {
    name: 'a producer sends more batches than a leader remembers',
    file: 'src/client/producer/partition-queue.ts',
    find: 'for (const { ordinal } of this.#inFlight) if (this.#ordinal - ordinal >= REMEMBERED) return false;',
    replace: '',
    suite: producer,
  },
  {
    name: 'a second batch goes out before the first one is answered',
    file: 'src/client/producer/partition-queue.ts',
    find: 'if (!this.#isKnown && this.#inFlight.size > 0) return false;',
    replace: '',
    suite: producer,
  },
  {
    name: 'a batch that is tried again goes to the end of its queue',
    file: 'src/client/producer/partition-queue.ts',
    find: 'this.#batches.splice(index, 0, batch);',
    replace: 'this.#batches.push(batch);',
    suite: producer,
  },
  {
    name: 'a batch that was given up leaves a gap in the sequence',
    file: 'src/client/producer/partition-queue.ts',
    find: 'this.#nextSequence = batch.baseSequence;',
    replace: '',
    suite: producer,
  },
  {
    name: 'records behind an abort marker stay hidden',
    file: 'src/client/consumer/partition-chunk.ts',
    find: 'if (isAbortMarker(batch)) this.#abortedProducers.delete(batch.producerId);',
    replace: '',
    suite: ['test/client'],
  },
  {
    name: 'a position that was found overrides a seek of the application',
    file: 'src/client/consumer/positions.ts',
    find: 'marks.get(state) === state.jumps && state.position < 0;',
    replace: 'marks.size > 0;',
    suite: ['test/client/consumer-faults.test.ts', 'test/client/millrace-contract.test.ts'],
  },
  {
    name: 'records before the position that was asked for are handed out',
    file: 'src/client/consumer/partition-chunk.ts',
    find: 'if (offset < startOffset) continue;',
    replace: '',
    suite: ['test/client/millrace-contract.test.ts'],
  },
  {
    name: 'a consumer gets from another one what was deleted meanwhile',
    file: 'src/client/consumer/chunk-cache.ts',
    find: 'fetchOffset < known.marks.logStartOffset',
    replace: 'fetchOffset < 0',
    suite: ['test/client/shared-fetches.test.ts'],
  },
  {
    name: 'a consumer gets from another one what the log has no more',
    file: 'src/client/consumer/chunk-cache.ts',
    find: 'response.divergingEpoch.epoch >= 0;',
    replace: 'response.divergingEpoch.epoch >= 2 ** 40;',
    suite: ['test/client/shared-fetches.test.ts'],
  },
  {
    name: 'a record whose time the broker refuses takes its batch with it',
    file: 'src/client/producer/batch-outcomes.ts',
    find: '      case ErrorCode.INVALID_TIMESTAMP:\n',
    replace: '',
    suite: ['test/client/producer-faults.test.ts', 'test/sql/engine/query-restart.test.ts'],
  },
  {
    name: 'a flush does not wait for the second half of a batch that was split',
    file: 'src/client/producer/accumulator.ts',
    find: 'return Math.floor(batch.id);',
    replace: 'return batch.id;',
    suite: ['test/client/producer-faults.test.ts'],
  },
  {
    name: 'a commit waits behind a join that is held back',
    file: 'src/client/consumer/join.ts',
    find: "!cluster.sharesConnections ? 'group' : 'join'",
    replace: "!cluster.sharesConnections ? 'group' : 'group'",
    suite: ['test/client/overtaken-commit.test.ts'],
  },
  {
    name: 'a commit that the next generation overtakes takes the partitions from the member',
    file: 'src/client/consumer/committer.ts',
    find: 'this.#membership.hasMovedOn(member)',
    replace: 'member.generationId < -1',
    suite: ['test/client/overtaken-commit.test.ts'],
  },
];
