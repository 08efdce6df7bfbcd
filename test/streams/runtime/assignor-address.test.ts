import { expect, it } from 'vitest';
import type { MemberAssignment } from '../../../src/client/index.ts';
import { copyTopology, metadata, TestMember } from './assignor-members.ts';

const TOPICS = ['x'];

/** What the leader has for a member that tells that it is at an address. */
async function assignmentFor(userEndPoint: string): Promise<MemberAssignment> {
  const member = new TestMember('a', copyTopology(TOPICS), TOPICS, { userEndPoint });
  const assigned = await member.assignors[0]?.assign(metadata, [member.subscription()]);
  const mine = assigned?.get('a');
  if (mine === undefined) throw new Error('a member of the group is given something');
  return mine;
}

/** A member at an address, which is given an assignment some times. */
function given(userEndPoint: string, assignment: MemberAssignment, times: number): TestMember {
  const member = new TestMember('a', copyTopology(TOPICS), TOPICS, { userEndPoint });
  for (let time = 0; time < times; time += 1) {
    const facts = { groupId: 'app', generationId: 1, memberId: 'a', groupInstanceId: 'static' };
    member.assignors[0]?.onAssignment?.(assignment, facts);
  }
  return member;
}

it('a member that the group knows at another address has it join anew, once', async () => {
  const before = await assignmentFor('localhost:1');
  expect(given('localhost:2', before, 3).rejoins).toEqual(['now', undefined, undefined]);
});

it('a member that is where the group knows it, or tells no address, asks for nothing', async () => {
  const before = await assignmentFor('localhost:1');
  expect(given('localhost:1', before, 2).rejoins).toEqual([undefined, undefined]);
  expect(given('', before, 2).rejoins).toEqual([undefined, undefined]);
});
