import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignStandbys } from '../../../src/streams/runtime/standby-assignment.ts';
import { assignTasks } from '../../../src/streams/runtime/task-assignment.ts';

const RECOVERY_LAG = 10_000;

function membersOf(threadsByInstance: readonly number[]) {
  return threadsByInstance.flatMap((threads, i) =>
    Array.from({ length: threads }, (_, thread) => ({
      memberId: `m${i}-${thread}`,
      processId: `p${i}-${thread}`,
      instance: `i${i}`,
    })),
  );
}

type Members = ReturnType<typeof membersOf>;

function assign(
  members: Members,
  tasks: readonly string[],
  {
    replicas = 1,
    lags = new Map<string, Map<string, number>>(),
    owners = assignTasks({
      tasks: tasks.map((id) => ({ id, isStateful: true })),
      ...{ members, lags, acceptableRecoveryLag: RECOVERY_LAG },
    }),
  } = {},
) {
  const input = { tasks, members, owners, lags, acceptableRecoveryLag: RECOVERY_LAG, replicas };
  const standbys = assignStandbys({ ...input, mayRun: () => true });
  return { owners, standbys };
}

const tasksOf = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `0_${i}`);

it('gives each task as many standby tasks as there are to be, on as many other instances', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 3 }),
      (threadsByInstance, taskCount, replicas) => {
        const members = membersOf(threadsByInstance);
        const instanceOf = new Map(members.map(({ memberId, instance }) => [memberId, instance]));
        const tasks = tasksOf(taskCount);
        const { owners, standbys } = assign(members, tasks, { replicas });
        for (const task of tasks) {
          const holders = [...standbys].filter(([, of]) => of.includes(task)).map(([memberId]) => memberId);
          expect(holders).toHaveLength(Math.min(replicas, threadsByInstance.length - 1));
          const instances = [...holders, owners.get(task) ?? ''].map((memberId) => instanceOf.get(memberId));
          expect(new Set(instances).size).toBe(instances.length);
        }
      },
    ),
  );
});

it('spreads them evenly over instances that are alike', () => {
  const { standbys } = assign(membersOf([1, 1, 1]), tasksOf(6), { replicas: 1 });
  expect([...standbys.values()].map((of) => of.length)).toEqual([2, 2, 2]);
});

it('leaves them where their state is, and moves no more than a new instance gets', () => {
  const tasks = tasksOf(6);
  const [a, b, c] = membersOf([1, 1, 1]);
  if (!a || !b || !c) throw new Error('three members');
  const before = assign([a, b], tasks);
  // What both have: one runs it, the other one follows.
  const lags = new Map(
    tasks.map((task) => [
      task,
      new Map(
        [a, b].map(({ memberId, processId }) => [processId, before.owners.get(task) === memberId ? 0 : 40]),
      ),
    ]),
  );
  const same = assign([b, a], tasks, { lags, owners: before.owners });
  expect(new Map(same.standbys)).toEqual(new Map(before.standbys));
  const { standbys } = assign([a, b, c], tasks, { lags, owners: before.owners });
  expect(standbys.get(c.memberId)).toHaveLength(2);
  for (const { memberId } of [a, b])
    expect(before.standbys.get(memberId)).toEqual(
      expect.arrayContaining([...(standbys.get(memberId) ?? [])]),
    );
});

it('does not take state for the newest that lacks too much', () => {
  const members = membersOf([1, 1, 1]);
  const [a, b, c] = members;
  if (!a || !b || !c) throw new Error('three members');
  const owners = new Map([['0_0', a.memberId]]);
  const lags = new Map([
    [
      '0_0',
      new Map([
        [b.processId, RECOVERY_LAG + 1],
        [c.processId, RECOVERY_LAG],
      ]),
    ],
  ]);
  expect([...assign(members, ['0_0'], { lags, owners }).standbys.keys()]).toEqual([c.memberId]);
});
