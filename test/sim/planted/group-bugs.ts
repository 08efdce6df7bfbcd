import { groupMutations } from '../../mutations/groups.ts';
import { replicationMutations } from '../../mutations/replication.ts';
import { asSimulated } from './as-simulated.ts';
import type { SimulatedBug } from './simulated-bug.ts';

const kind = 'groups';
const folder = 'broker/coordinators/group';

export const groupBugs: readonly SimulatedBug[] = [
  ...asSimulated(kind, groupMutations, [
    'a member of an older generation is let in',
    'a member commits before it knows its assignment',
  ]),
  ...asSimulated(kind, replicationMutations, ['a coordinator answers before its append is replicated']),
  {
    kind,
    name: 'a commit that could not be written is acknowledged',
    file: `${folder}/offset-commits.ts`,
    find: 'if (firstOffset === undefined) return errorCode;',
    replace: 'if (firstOffset === undefined) return ErrorCode.NONE;',
  },
  {
    kind,
    name: 'a group that has rebalanced has no offsets after a reload',
    file: `${folder}/group-shard.ts`,
    find: 'new ClassicGroup(groupId, undefined, this.groups.get(groupId)?.offsets);',
    replace: 'new ClassicGroup(groupId, undefined);',
  },
  {
    kind,
    name: 'groups are served while they are loaded',
    file: `${folder}/group-shard.ts`,
    find: '  isLoading = true;\n',
    replace: '  isLoading = false;\n',
  },
  {
    kind,
    name: 'a coordinator that leads no more goes on to serve its groups',
    file: `${folder}/group-coordinator.ts`,
    find: '    this.#shards.delete(partition);\n    for (const group of shard.groups.values()) this.#rebalancer.abandon(group, ErrorCode.NOT_COORDINATOR);',
    replace: '    if (partition < 0) this.#shards.delete(partition);',
  },
  {
    kind,
    name: 'an assignment is handed out in the generation after its own',
    file: `${folder}/rebalance.ts`,
    find: "    if (!group.is('CompletingRebalance') || group.generationId !== generation) return;\n",
    replace: "    if (!group.is('CompletingRebalance') || generation < 0) return;\n",
  },
  {
    kind,
    name: 'an assignment is handed out though it could not be written',
    file: `${folder}/rebalance.ts`,
    find: '    if (errorCode !== ErrorCode.NONE) {\n      this.#abandonAssignment(group, errorCode);',
    replace:
      '    if (errorCode < ErrorCode.UNKNOWN_SERVER_ERROR) {\n      this.#abandonAssignment(group, errorCode);',
  },
  {
    kind,
    name: 'a reload reads the newest records of the groups only',
    file: 'broker/lifecycle/coordinator-topic.ts',
    find: 'let offset = log.logStartOffset(topic, partition);',
    replace: 'let offset = log.logEndOffset(topic, partition) - 60;',
  },
  {
    kind,
    name: 'a member that is silent keeps its place for ever',
    file: `${folder}/member-sessions.ts`,
    find: '    else this.#onExpired(group, member);',
    replace: '    else this.#arm(group, member, member.sessionTimeoutMs);',
  },
];
