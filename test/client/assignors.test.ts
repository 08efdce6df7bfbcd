import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAssignors } from '../../src/client/consumer/assignors/assignors.ts';
import { decodeOwnership, encodeOwnership } from '../../src/client/consumer/assignors/sticky.ts';
import type {
  AssignmentMetadata,
  AssignorName,
  ConsumerAssignor,
  MemberAssignment,
  MemberSubscription,
  TopicPartition,
} from '../../src/client/types.ts';

const NAMES = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] satisfies AssignorName[];

type Counts = Readonly<Record<string, number>>;

function metadataOf(counts: Counts): AssignmentMetadata {
  return {
    partitionCount: (topic) => counts[topic],
    partitions: () => [],
    rackOf: () => null,
  };
}

function member(
  memberId: string,
  topics: readonly string[],
  more: Partial<MemberSubscription> = {},
): MemberSubscription {
  return {
    memberId,
    topics,
    groupInstanceId: null,
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
    ...more,
  };
}

function assignorOf(name: AssignorName): ConsumerAssignor {
  const [assignor] = createAssignors([name]);
  if (assignor === undefined) throw new Error(name);
  return assignor;
}

async function assign(
  name: AssignorName,
  counts: Counts,
  members: readonly MemberSubscription[],
): Promise<ReadonlyMap<string, MemberAssignment>> {
  return assignorOf(name).assign(metadataOf(counts), members);
}

/** What members tell when they join the next round. */
function joinAgain(
  name: AssignorName,
  members: readonly MemberSubscription[],
  assigned: ReadonlyMap<string, MemberAssignment>,
  generationId: number,
): MemberSubscription[] {
  return members.map((each) => {
    const partitions = assigned.get(each.memberId)?.partitions ?? [];
    return name === 'sticky'
      ? { ...each, userData: encodeOwnership({ partitions, generationId }) }
      : { ...each, ownedPartitions: partitions, generationId };
  });
}

function show({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

function sizes(assigned: ReadonlyMap<string, MemberAssignment>): number[] {
  return Array.from(assigned.values(), ({ partitions }) => partitions.length);
}

const topics = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 12 }), {
  minKeys: 1,
});
const memberIds = fc.uniqueArray(fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'), { minLength: 1 });

describe.each(NAMES)('assignor %s', (name) => {
  it('gives every partition to exactly one of its subscribers', () =>
    fc.assert(
      fc.asyncProperty(
        topics,
        memberIds,
        fc.array(fc.subarray(['a', 'b', 'c', 'd', 'missing']), { minLength: 7, maxLength: 7 }),
        async (counts, ids, choices) => {
          const members = ids.map((id, i) => member(id, choices[i] ?? []));
          const assigned = await assign(name, counts, members);
          expect(new Set(assigned.keys())).toEqual(new Set(ids));
          const given = Array.from(assigned.values()).flatMap(({ partitions }) => partitions.map(show));
          const wanted = Object.entries(counts)
            .filter(([topic]) => members.some((each) => each.topics.includes(topic)))
            .flatMap(([topic, count]) => Array.from({ length: count }, (_, i) => `${topic}-${i}`));
          expect(given.toSorted()).toEqual(wanted.toSorted());
          for (const { memberId, topics: subscribed } of members) {
            for (const { topic } of assigned.get(memberId)?.partitions ?? [])
              expect(subscribed).toContain(topic);
          }
        },
      ),
    ));

  it('does not depend on the order in which members are listed', () =>
    fc.assert(
      fc.asyncProperty(topics, memberIds, async (counts, ids) => {
        const members = ids.map((id) => member(id, Object.keys(counts)));
        const one = await assign(name, counts, members);
        const other = await assign(name, counts, members.toReversed());
        for (const id of ids) {
          expect(one.get(id)?.partitions.map(show).toSorted()).toEqual(
            other.get(id)?.partitions.map(show).toSorted(),
          );
        }
      }),
    ));
});

describe.each(['roundrobin', 'sticky', 'cooperative-sticky'] as const)('assignor %s', (name) => {
  it('balances within one partition where all subscribe to the same', () =>
    fc.assert(
      fc.asyncProperty(topics, memberIds, async (counts, ids) => {
        const all = sizes(
          await assign(
            name,
            counts,
            ids.map((id) => member(id, Object.keys(counts))),
          ),
        );
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
      }),
    ));
});

describe.each(['sticky', 'cooperative-sticky'] as const)('assignor %s', (name) => {
  it('moves nothing when nothing changes', () =>
    fc.assert(
      fc.asyncProperty(topics, memberIds, async (counts, ids) => {
        const members = ids.map((id) => member(id, Object.keys(counts)));
        const first = await assign(name, counts, members);
        const second = await assign(name, counts, joinAgain(name, members, first, 1));
        for (const id of ids) {
          expect(second.get(id)?.partitions.map(show).toSorted()).toEqual(
            first.get(id)?.partitions.map(show).toSorted(),
          );
        }
      }),
    ));

  it('lets members keep all they have when one leaves, and balances', () =>
    fc.assert(
      fc.asyncProperty(topics, memberIds, async (counts, ids) => {
        const members = ids.map((id) => member(id, Object.keys(counts)));
        const first = await assign(name, counts, members);
        const left = joinAgain(name, members, first, 1).slice(1);
        if (left.length === 0) return;
        const second = await assign(name, counts, left);
        for (const { memberId } of left) {
          const now = new Set(second.get(memberId)?.partitions.map(show));
          for (const kept of first.get(memberId)?.partitions ?? []) expect(now).toContain(show(kept));
        }
        expect(Math.max(...sizes(second)) - Math.min(...sizes(second))).toBeLessThanOrEqual(1);
      }),
    ));

  it('believes the later of two claims, and neither of two equal ones', async () => {
    const counts = { t: 2 };
    const claim = (memberId: string, generationId: number): MemberSubscription => {
      const partitions = [{ topic: 't', partition: 0 }];
      return name === 'sticky'
        ? member(memberId, ['t'], { userData: encodeOwnership({ partitions, generationId }) })
        : member(memberId, ['t'], { ownedPartitions: partitions, generationId });
    };
    const assigned = await assign(name, counts, [claim('a', 3), claim('b', 4)]);
    expect(assigned.get('b')?.partitions.map(show)).toEqual(['t-0']);
    expect(assigned.get('a')?.partitions.map(show)).toEqual(['t-1']);
  });
});

describe('assignor cooperative-sticky', () => {
  it('never gives a partition away that another member still owns, and settles in the second round', () =>
    fc.assert(
      fc.asyncProperty(topics, memberIds, async (counts, ids) => {
        const members = ids.map((id) => member(id, Object.keys(counts)));
        const before = await assign(
          'cooperative-sticky',
          counts,
          members.slice(0, Math.ceil(ids.length / 2)),
        );
        const joining = joinAgain('cooperative-sticky', members, before, 1);
        const first = await assign('cooperative-sticky', counts, joining);
        const owner = new Map<string, string>();
        for (const [id, { partitions }] of before) for (const each of partitions) owner.set(show(each), id);
        for (const [id, { partitions }] of first) {
          for (const each of partitions) expect(owner.get(show(each)) ?? id).toBe(id);
        }
        const second = await assign(
          'cooperative-sticky',
          counts,
          joinAgain('cooperative-sticky', members, first, 2),
        );
        const all = sizes(second);
        expect(all.reduce((sum, size) => sum + size, 0)).toBe(
          Object.values(counts).reduce((a, b) => a + b, 0),
        );
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
      }),
    ));
});

describe('assignor range', () => {
  it('gives a member the same partition numbers of topics with equal counts', async () => {
    const assigned = await assign('range', { a: 5, b: 5 }, [
      member('x', ['a', 'b']),
      member('y', ['a', 'b']),
    ]);
    expect(assigned.get('x')?.partitions.map(show)).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'b-1', 'b-2']);
    expect(assigned.get('y')?.partitions.map(show)).toEqual(['a-3', 'a-4', 'b-3', 'b-4']);
  });

  it('orders static members by their instance ids', async () => {
    const assigned = await assign('range', { a: 2 }, [
      member('1-random', ['a'], { groupInstanceId: 'z' }),
      member('2-random', ['a'], { groupInstanceId: 'b' }),
    ]);
    expect(assigned.get('2-random')?.partitions.map(show)).toEqual(['a-0']);
  });
});

describe('sticky user data', () => {
  it('is read back, with and without a generation', () => {
    const partitions = [
      { topic: 'a', partition: 3 },
      { topic: 'b', partition: 0 },
    ];
    const bytes = encodeOwnership({ partitions, generationId: 9 });
    expect(decodeOwnership(bytes)).toEqual({ partitions, generationId: 9 });
    expect(decodeOwnership(bytes.subarray(0, -4))).toEqual({ partitions, generationId: -1 });
  });
});

describe('choosing assignors', () => {
  it('tells of an unknown name and of assignors without a protocol in common', () => {
    expect(() => createAssignors(['sticki'])).toThrow('unknown assignor sticki');
    expect(() => createAssignors(['range', 'range'])).toThrow('twice');
    const cooperativeOnly: ConsumerAssignor = {
      name: 'own',
      supportedProtocols: ['cooperative'],
      assign: () => new Map(),
    };
    expect(() => createAssignors(['range', cooperativeOnly])).toThrow('no rebalance protocol in common');
  });
});
