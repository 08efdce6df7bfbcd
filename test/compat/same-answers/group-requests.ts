import { encodeVersioned } from '../../../src/protocol/codec.ts';
import type { RequestInput } from '../../../src/protocol/message.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/records-schemas/consumer-protocol.ts';
import type { Peer } from './peer.ts';

export type Join = RequestInput<typeof joinGroup>;

export const subscription = encodeVersioned(consumerProtocolSubscription, 1, {
  topics: ['one'],
  userData: null,
});
const protocols = [{ name: 'range', metadata: subscription }];

export function join(groupId: string, rest: Partial<Join> = {}): Join {
  return {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols,
    ...rest,
  };
}

/** Joins a group that has nobody else and becomes its leader; asks for an id first where that is needed. */
export async function joined(
  peer: Peer,
  version: number,
  request: Join,
): Promise<{ readonly memberId: string; readonly generationId: number }> {
  const first = await peer.send(joinGroup, version, request);
  const again = first.errorCode === 79 ? { ...request, memberId: first.memberId } : undefined;
  const { errorCode, memberId, generationId } =
    again === undefined ? first : await peer.send(joinGroup, version, again);
  if (errorCode !== 0) throw new Error(`joining ended in ${errorCode}`);
  return { memberId, generationId };
}

/** A stable group of one member. */
export async function stable(peer: Peer, groupId: string, rest: Partial<Join> = {}) {
  const member = await joined(peer, 7, join(groupId, rest));
  const assignments = [{ memberId: member.memberId, assignment: Buffer.from('mine') }];
  await peer.send(syncGroup, 5, {
    groupId,
    ...member,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments,
  });
  return member;
}
