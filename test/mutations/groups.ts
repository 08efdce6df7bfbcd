import type { Mutation } from './mutation.ts';

const suite = ['test/broker/coordinators'];
const folder = 'broker/coordinators/group';

export const groupMutations: readonly Mutation[] = [
  {
    name: 'a member commits before it knows its assignment',
    file: `${folder}/membership-checks.ts`,
    find: "group.is('CompletingRebalance') ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE",
    replace: 'ErrorCode.NONE',
    suite,
  },
  {
    name: 'a member of an older generation is let in',
    file: `${folder}/membership-checks.ts`,
    find: 'member.generationId === group.generationId ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION',
    replace: 'ErrorCode.NONE',
    suite,
  },
  {
    name: 'a static member that was replaced is not fenced (KIP-345)',
    file: `${folder}/membership-checks.ts`,
    find: 'current === memberId ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID',
    replace: 'ErrorCode.NONE',
    suite,
  },
  {
    name: 'offsets of a subscribed topic expire',
    file: `${folder}/offset-expiry.ts`,
    find: 'if (group.isSubscribedTo(topic)) continue;',
    replace: '',
    suite,
  },
  {
    name: 'offsets of a transaction count although it was aborted',
    file: `${folder}/group-shard.ts`,
    find: 'if (isCommit) group.offsets.set(',
    replace: 'group.offsets.set(',
    suite: [`${suite[0]}/group/transactions.test.ts`],
  },
  {
    name: 'offsets of a transaction count before its marker is committed',
    file: `${folder}/group-transactions.ts`,
    find: 'const { committed } = written;',
    replace:
      'const { committed } = written;\n    shard.endTransaction(marker.producerId, baseOffset, marker.isCommit);',
    suite: [`${suite[0]}/group/transactions.test.ts`],
  },
  {
    name: 'an offset expires that a transaction is about to replace',
    file: `${folder}/offset-expiry.ts`,
    find: 'isExpired && !pending.has(group.groupId, topic, partition)',
    replace: 'isExpired',
    suite: [`${suite[0]}/group/transactions.test.ts`],
  },
  {
    name: 'a group that was deleted comes back with the commit of a transaction',
    file: `${folder}/group-removal.ts`,
    find: 'for (const each of pending) shard.pending.forget(groupId, each, firstOffset)',
    replace: 'void shard',
    suite: [`${suite[0]}/group/transactions.test.ts`],
  },
  {
    name: 'offsets of the next transaction replace those of one whose marker may be lost',
    file: 'broker/coordinators/group/group-transactions.ts',
    find: '    shard.pending.onMarker(marker.producerId, baseOffset);\n',
    replace: '',
    suite: [`${suite[0]}/group/transactions.test.ts`],
  },
  {
    name: 'among equal votes the last protocol wins',
    file: `${folder}/classic-group.ts`,
    find: 'count > most',
    replace: 'count >= most',
    suite,
  },
  {
    name: 'a group begins to rebalance while a member is still to join',
    file: `${folder}/classic-group.ts`,
    find: 'this.pendingMembers.size === 0 && ',
    replace: '',
    suite,
  },
];
