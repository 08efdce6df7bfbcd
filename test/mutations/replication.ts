import type { Mutation } from './mutation.ts';

const suite = ['test/broker/replication'];

export const replicationMutations: readonly Mutation[] = [
  {
    name: 'the proposed ISR is left out of the maximal ISR (KIP-497)',
    file: 'broker/replication/partition-leader.ts',
    find: 'this.proposedIsr?.includes(follower.brokerId) === true ||',
    replace: '',
    suite,
  },
  {
    name: 'a follower joins the ISR below the start of the leader epoch',
    file: 'broker/replication/partition-leader.ts',
    find: ' && follower.logEndOffset >= this.epochStartOffset',
    replace: '',
    suite,
  },
  {
    name: 'the high watermark moves while the ISR is below its minimum (KIP-966)',
    file: 'broker/replication/partition-leader.ts',
    find: 'if (this.isUnderMinIsr) return false;',
    replace: '',
    suite,
  },
  {
    name: 'a fetch of an incarnation that is gone counts (KIP-903)',
    file: 'broker/replication/partition-leader.ts',
    find: 'return brokerEpoch >= 0 && this.#context.brokerEpochOf(brokerId) > brokerEpoch;',
    replace: 'return brokerEpoch === -2 && this.#context.brokerEpochOf(brokerId) > brokerEpoch;',
    suite: ['test/broker/replication', 'test/broker/handlers'],
  },
  {
    name: 'acks=all is taken while too few replicas are in sync',
    file: 'broker/replication/partition.ts',
    find: 'if (options.acks === -1 && leader.isUnderMinIsr)',
    replace: 'if (options.acks === -2 && leader.isUnderMinIsr)',
    suite,
  },
  {
    name: 'a leader epoch of the future is served',
    file: 'broker/replication/partition.ts',
    find: 'if (leaderEpoch > this.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;',
    replace: '',
    suite: ['test/broker/replication', 'test/broker/handlers'],
  },
  {
    name: 'a follower that never quite reaches the end of the log drops out of the ISR',
    file: 'broker/replication/follower-progress.ts',
    find: 'fetch.fetchOffset >= this.#leaderEndOffsetAtLastFetch',
    replace: 'fetch.fetchOffset < 0',
    suite,
  },
  {
    name: 'a proposal is sent again after the metadata has decided otherwise',
    file: 'broker/replication/isr-changes.ts',
    find: 'partition.leader.proposedIsr === isr',
    replace: 'isr.length > 0',
    suite,
  },
  {
    name: 'a replica that may have lost records stays eligible (KIP-966)',
    file: 'broker/controller/partition-election.ts',
    find: '!isr.includes(id) && !unclean.includes(id)',
    replace: '!isr.includes(id)',
    suite: ['test/broker/controller'],
  },
  {
    name: 'the eligible replicas are kept when the ISR is large enough again',
    file: 'broker/controller/partition-election.ts',
    find: '|| isr.length >= rules.minIsr',
    replace: '',
    suite: ['test/broker/controller'],
  },
];
