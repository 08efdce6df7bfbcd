import { replicationMutations } from '../../mutations/replication.ts';
import { asSimulated } from './as-simulated.ts';
import type { SimulatedBug } from './simulated-bug.ts';

const kind = 'replication';

export const replicationBugs: readonly SimulatedBug[] = [
  ...asSimulated(kind, replicationMutations, [
    'consumers read what is not replicated yet',
    'a follower takes its log end for the high watermark',
    'a follower that diverges does not look where its own epoch ends (KIP-279)',
    'a replica that has more of an epoch than its leader goes on without truncating (KIP-595)',
    'the proposed ISR is left out of the maximal ISR (KIP-497)',
    'a follower joins the ISR below the start of the leader epoch',
    'a fetch of an incarnation that is gone counts (KIP-903)',
    'the high watermark moves while the ISR is below its minimum (KIP-966)',
    'acks=all is taken while too few replicas are in sync',
    'a replica that may have lost records stays eligible (KIP-966)',
  ]),
  {
    kind,
    name: 'a replica in sync that lags does not hold the high watermark back',
    file: 'broker/replication/partition-leader.ts',
    find: '        this.isr.includes(follower.brokerId) ||\n',
    replace: '',
  },
  {
    kind,
    name: 'a leader leaves a replica out of its ISR before the controller has said so',
    file: 'broker/replication/partition.ts',
    find: '    this.#propose(leader, shrunk);\n',
    replace: '    leader.commitIsr(shrunk, leader.partitionEpoch);\n    this.#propose(leader, shrunk);\n',
  },
  {
    kind,
    name: 'a leader counts with the ISR that it has proposed',
    file: 'broker/replication/partition-leader.ts',
    find: '    for (const follower of this.#followers.values()) {\n      if (follower.logEndOffset >= smallest) continue;',
    replace:
      '    for (const follower of this.#followers.values()) {\n      if (follower.logEndOffset >= smallest) continue;\n      if (this.proposedIsr?.includes(follower.brokerId) === false) continue;',
  },
  {
    kind,
    name: 'a replica joins the ISR that is behind the high watermark',
    file: 'broker/replication/partition-leader.ts',
    find: 'follower.logEndOffset >= this.#log.highWatermark && follower.logEndOffset >= this.epochStartOffset;',
    replace: 'follower.logEndOffset >= this.epochStartOffset;',
  },
  {
    kind,
    name: 'a replica with an epoch that its leader never had is not told to truncate',
    file: 'broker/replication/partition-read.ts',
    find: 'if (known.epoch < fetch.lastFetchedEpoch || known.endOffset < fetch.fetchOffset) {',
    replace: 'if (known.endOffset < fetch.fetchOffset) {',
  },
  {
    kind,
    name: 'a leader epoch that is over is served',
    file: 'broker/replication/partition.ts',
    find: 'if (leaderEpoch >= 0 && leaderEpoch < this.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;',
    replace: '',
  },
  {
    kind,
    name: 'an answer from before a change of leaders is appended',
    file: 'broker/replication/replica-fetcher.ts',
    find: '      partition.leader === null &&\n      partition.leaderEpoch === followed.leaderEpoch &&\n',
    replace: '      partition.leader === null &&\n',
  },
  {
    kind,
    name: 'a replica is elected that is neither in sync nor eligible',
    file: 'broker/controller/partition-election.ts',
    find: "const any = election === 'unclean' ?",
    replace: "const any = election !== 'preferred' ?",
  },
  {
    kind,
    name: 'who was eligible is forgotten when the ISR shrinks once more',
    file: 'broker/controller/partition-election.ts',
    find: 'new Set([...partition.elr, ...partition.isr])',
    replace: 'new Set(partition.isr)',
  },
  {
    kind,
    name: 'a broker that was killed is eligible like one that has left in good order',
    file: 'broker/controller/register-broker.ts',
    find: 'uncleanShutdown: !isClean || lostDisk,',
    replace: 'uncleanShutdown: lostDisk,',
  },
  {
    kind,
    name: 'the leader epoch stays when a partition loses its leader',
    file: 'broker/metadata/partition-change.ts',
    find: 'leaderEpoch: elects ? partition.leaderEpoch + 1 : partition.leaderEpoch,',
    replace: 'leaderEpoch: elects && change.leader >= 0 ? partition.leaderEpoch + 1 : partition.leaderEpoch,',
  },
  {
    kind,
    name: 'a replica joins the ISR for the process that it was before (KIP-903)',
    file: 'broker/controller/alter-partition.ts',
    find: 'return isActive(broker) && (epoch === -1 || epoch === broker?.epoch);',
    replace: 'return isActive(broker) && epoch >= -1;',
  },
  {
    kind,
    name: 'a replica joins the ISR that is fenced',
    file: 'broker/controller/alter-partition.ts',
    find: 'return isActive(broker) && (epoch === -1 || epoch === broker?.epoch);',
    replace: 'return broker !== undefined && (epoch === -1 || epoch === broker.epoch);',
  },
];
