import { describe, expect, it } from 'vitest';
import { offsetRecord } from '../../../../broker/coordinators/group/group-records.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { BatchBuilder } from '../../../../src/protocol/records/batch-builder.ts';
import { controlBatch, endTransactionRecord } from '../../../../src/protocol/records/control-record.ts';
import { GroupHarness, SESSION_MS } from './group-harness.ts';
import { seededRandom, settle } from './manual-time.ts';

describe('a broker that takes over', () => {
  it('knows groups, assignments and offsets as they were', async () => {
    const groups = await GroupHarness.started();
    const [leader = '', follower = ''] = await groups.stable(2);
    await groups.commit({ offset: 11, memberId: leader, generation: 1, metadata: 'x' });
    await groups.commit({ offset: 12, memberId: leader, generation: 1 });
    await groups.commit({ group: 'simple', offset: 5 });
    const before = groups.describe();
    groups.coordinator.unload(0);
    const next = await groups.successor();
    expect(next.describe()).toEqual(before);
    expect([next.committed(), next.committed(0, 'flights', 'simple')]).toEqual([12, 5]);
    expect(next.heartbeat(follower, 1)).toBe(ErrorCode.NONE);
    expect((await next.sync({ memberId: follower, generation: 1 })).assignment.toString()).toBe('member-1');
    const again = next.join({ memberId: leader });
    await next.join({ memberId: follower });
    expect((await again).generationId).toBe(2);
  });

  it('begins the sessions of all members anew', async () => {
    const groups = await GroupHarness.started();
    const [only = ''] = await groups.stable(1);
    groups.coordinator.unload(0);
    const next = await groups.successor();
    await next.time.advance(SESSION_MS - 1);
    expect(next.heartbeat(only, 1)).toBe(ErrorCode.NONE);
    await next.time.advance(SESSION_MS);
    expect(next.describe().groupState).toBe('Empty');
  });

  it('keeps static members and fences their former ids', async () => {
    const groups = await GroupHarness.started();
    const joined = groups.join({ instance: 'one' });
    await groups.time.advance(3_000);
    const { memberId } = await joined;
    await groups.sync({ memberId, instance: 'one', generation: 1, assignments: { [memberId]: 'all' } });
    const back = await groups.join({ instance: 'one' });
    const next = await groups.successor();
    expect(next.heartbeat(memberId, 1, 'one')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(next.heartbeat(back.memberId, 1, 'one')).toBe(ErrorCode.NONE);
  });

  it('remembers when a group became empty, for the expiry of its offsets', async () => {
    const groups = await GroupHarness.started({ offsetsRetentionMs: 3_600_000 });
    const [memberId = ''] = await groups.stable(1);
    await groups.commit({ offset: 1, memberId, generation: 1 });
    await groups.leave(3, [{ memberId }]);
    await groups.time.advance(3_000_000);
    groups.coordinator.close();
    const next = await groups.successor();
    expect(next.committed()).toBe(1);
    await next.time.advance(1_200_000);
    expect(next.committed()).toBe(-1);
  });

  it('makes a group join again that is larger than it may be by now, and lets as many in as may be', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = '', third = ''] = await groups.stable(3);
    groups.coordinator.unload(0);
    const next = await groups.successor({ groupSizeMax: 2 });
    expect(next.heartbeat(first, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    // Before they join again all may commit what they have done.
    expect(await next.commit({ offset: 7, memberId: third, generation: 1 })).toBe(ErrorCode.NONE);
    const joins = [first, second].map((memberId) => next.join({ memberId }));
    expect((await next.join({ memberId: third })).errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect((await Promise.all(joins)).map(({ generationId }) => generationId)).toEqual([2, 2]);
    expect(next.describe().members.map(({ memberId }) => memberId)).toEqual([first, second]);
  });

  it('answers LOAD_IN_PROGRESS while it reads, and heartbeats as if all were well', async () => {
    const groups = await GroupHarness.started();
    const [only = ''] = await groups.stable(1);
    const next = new GroupHarness({}, groups);
    let goOn: (() => void) | undefined;
    const slow = async function* (): AsyncGenerator<Buffer> {
      yield* groups.log.batches(0);
      await new Promise<void>((resolve) => (goOn = resolve));
    };
    const loading = next.coordinator.load(0, slow());
    await settle();
    expect((await next.join()).errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(await next.commit({ offset: 1 })).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect((await next.sync({ memberId: only, generation: 1 })).errorCode).toBe(
      ErrorCode.REBALANCE_IN_PROGRESS,
    );
    expect(next.heartbeat(only, 1)).toBe(ErrorCode.NONE);
    expect(next.list()).toMatchObject({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, groups: [] });
    goOn?.();
    await loading;
    expect(next.describe().groupState).toBe('Stable');
  });

  it('gives up a load when it resigns meanwhile', async () => {
    const groups = new GroupHarness();
    let goOn: (() => void) | undefined;
    const slow = async function* (): AsyncGenerator<Buffer> {
      await new Promise<void>((resolve) => (goOn = resolve));
      yield* groups.log.batches(0);
    };
    const loading = groups.coordinator.load(0, slow());
    await settle();
    groups.coordinator.unload(0);
    goOn?.();
    await loading;
    expect((await groups.join()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('takes offsets of transactions from the commit marker on, and none of aborted ones', async () => {
    const groups = new GroupHarness();
    const offset = (value: number): Parameters<typeof offsetRecord>[2] => ({
      offset: value,
      leaderEpoch: -1,
      metadata: '',
      commitTimestampMs: groups.time.nowMs,
      expireTimestampMs: undefined,
    });
    const batch = (producerId: number, partition: number, baseOffset: number): Buffer => {
      const { key, value } = offsetRecord('g', { topic: 'flights', partition }, offset(100 + partition));
      const builder = new BatchBuilder();
      builder.append(key, value, 1);
      return builder.build({
        producerId,
        producerEpoch: 0,
        baseSequence: 0,
        isTransactional: true,
        baseOffset,
      });
    };
    const marker = (producerId: number, commit: boolean, baseOffset: number): Buffer =>
      controlBatch([endTransactionRecord({ commit, coordinatorEpoch: 1 })], {
        producerId,
        producerEpoch: 0,
        isTransactional: true,
        timestamp: 1,
        baseOffset,
      });
    await groups.coordinator.load(0, [
      Buffer.concat([batch(1, 0, 0), batch(2, 1, 1), batch(3, 2, 2)]),
      Buffer.concat([marker(1, true, 3), marker(2, false, 4)]),
    ]);
    expect([0, 1, 2].map((partition) => groups.committed(partition))).toEqual([100, -1, -1]);
  });
});

describe('a broker that resigns', () => {
  it('sends away who waits, and leaves no timer behind', async () => {
    const groups = await GroupHarness.started();
    const timersOfNone = groups.time.pending;
    const [first = ''] = await groups.stable(2);
    const pending = await groups.join();
    const waiting = groups.join({ memberId: first });
    await settle();
    groups.coordinator.unload(0);
    expect((await waiting).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await groups.join({ memberId: pending.memberId })).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(groups.heartbeat(first, 1)).toBe(ErrorCode.NOT_COORDINATOR);
    expect(groups.time.pending).toBe(timersOfNone);
    groups.coordinator.close();
    expect(groups.time.pending).toBe(0);
  });

  it('sends away who waits for the assignment, even while that is being written', async () => {
    const groups = await GroupHarness.started();
    const { memberId, joined } = await groups.joinTwice();
    await groups.time.advance(3_000);
    await joined;
    groups.log.isHolding = true;
    const synced = groups.sync({ memberId, generation: 1, assignments: { [memberId]: 'x' } });
    await settle();
    groups.coordinator.close();
    groups.log.release();
    expect((await synced).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(groups.errors).toEqual([]);
  });
});

/** Members that do anything at any time: what is on the log must always be what the coordinator knows. */
describe('random members', () => {
  it.each(Array.from({ length: 40 }, (_, i) => [i + 1]))('seed %i: a reload knows the same', async (seed) => {
    const random = seededRandom(seed);
    const groups = await GroupHarness.started({}, seed);
    const members: { id: string; generation: number; instance: string | null }[] = [];
    const pick = <T>(from: readonly T[]): T | undefined => from[random.int(Math.max(1, from.length))];
    for (let step = 0; step < 60; step++) {
      const member = pick(members);
      switch (random.int(8)) {
        case 0:
        case 1: {
          const instance = random.int(3) === 0 ? (pick(['one', 'two'] as const) ?? null) : null;
          const version = instance === null ? (pick([3, 9] as const) ?? 9) : 9;
          void groups.join({ instance, version }).then((result) => {
            members.push({ id: result.memberId, generation: result.generationId, instance });
          });
          break;
        }
        case 2:
          if (member !== undefined) {
            const topics = [pick(['flights', 'airports'] as const) ?? 'flights'];
            void groups.join({ memberId: member.id, instance: member.instance, topics }).then((result) => {
              member.generation = result.generationId;
            });
          }
          break;
        case 3:
          for (const each of members) {
            const assignments = Object.fromEntries(members.map(({ id }) => [id, `${id}/${step}`]));
            void groups.sync({
              memberId: each.id,
              instance: each.instance,
              generation: each.generation,
              assignments,
            });
          }
          break;
        case 4:
          for (const each of members)
            if (random.int(4) > 0) groups.heartbeat(each.id, each.generation, each.instance);
          break;
        case 5:
          if (member !== undefined) {
            void groups.commit({
              offset: step,
              partition: random.int(4),
              memberId: member.id,
              generation: member.generation,
              ...(member.instance === null ? {} : { instance: member.instance }),
            });
          }
          break;
        case 6:
          if (member !== undefined && random.int(3) === 0) void groups.leave(5, [{ memberId: member.id }]);
          break;
        default:
          await groups.time.advance(random.int(4_000));
      }
      await settle();
    }
    // All sessions end: the group comes to rest, empty.
    await groups.time.advance(20 * 60_000);
    expect(groups.errors).toEqual([]);
    expect(groups.list().groups.every((group) => group.groupState === 'Empty')).toBe(true);
    const next = await groups.successor();
    const partitions = [0, 1, 2, 3];
    expect(partitions.map((partition) => next.committed(partition))).toEqual(
      partitions.map((partition) => groups.committed(partition)),
    );
    const survives = (each: GroupHarness): unknown => each.list({ statesFilter: ['Empty'] }).groups;
    expect(survives(next)).toEqual(survives(groups));
    groups.coordinator.close();
    next.coordinator.close();
    expect(groups.time.pending).toBe(0);
  });
});
