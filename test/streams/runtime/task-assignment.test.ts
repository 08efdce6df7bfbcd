import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AssignableMember, assignTasks } from '../../../src/streams/runtime/task-assignment.ts';

type TaskToAssign = Parameters<typeof assignTasks>[0]['tasks'][number];

const ACCEPTABLE = 10_000;

interface Situation {
  readonly tasks: readonly TaskToAssign[];
  readonly members: readonly AssignableMember[];
  readonly runningOn: ReadonlyMap<string, string>;
  readonly lags: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const situations: fc.Arbitrary<Situation> = fc
  .record({
    stateful: fc.nat(12),
    stateless: fc.nat(12),
    processOf: fc.array(fc.nat(4), { minLength: 1, maxLength: 6 }),
    running: fc.array(fc.option(fc.nat(5), { nil: undefined }), { minLength: 24, maxLength: 24 }),
    lags: fc.array(fc.option(fc.oneof(fc.nat(5), fc.nat(1_000_000)), { nil: undefined }), {
      minLength: 60,
      maxLength: 60,
    }),
  })
  .map(({ stateful, stateless, processOf, running, lags }) => {
    const members = processOf.map((process, i) => ({ memberId: `m${i}`, processId: `p${process}` }));
    const tasks = [
      ...Array.from({ length: stateful }, (_, i) => ({ id: `0_${i}`, isStateful: true })),
      ...Array.from({ length: stateless }, (_, i) => ({ id: `1_${i}`, isStateful: false })),
    ];
    const runningOn = new Map<string, string>();
    const lagOf = new Map<string, Map<string, number>>();
    for (const [i, { id, isStateful }] of tasks.entries()) {
      const runner = running[i] === undefined ? undefined : members[running[i]];
      if (runner !== undefined) runningOn.set(id, runner.memberId);
      if (!isStateful) continue;
      const byProcess = new Map<string, number>();
      for (let process = 0; process < 5; process++) {
        const lag = lags[(i * 5 + process) % lags.length];
        if (lag !== undefined) byProcess.set(`p${process}`, lag);
      }
      if (runner !== undefined) byProcess.set(runner.processId, 0);
      lagOf.set(id, byProcess);
    }
    return { tasks, members, runningOn, lags: lagOf };
  });

const kinds = [true, false];

const assign = (situation: Situation, mayRun?: (memberId: string, task: string) => boolean) =>
  assignTasks({
    ...situation,
    acceptableRecoveryLag: ACCEPTABLE,
    ...(mayRun === undefined ? {} : { mayRun }),
  });

function loadsOf(
  situation: Situation,
  owners: ReadonlyMap<string, string>,
  isStateful: boolean,
): Map<string, number> {
  const loads = new Map(situation.members.map(({ memberId }) => [memberId, 0]));
  for (const task of situation.tasks) {
    const owner = owners.get(task.id);
    if (task.isStateful === isStateful && owner !== undefined) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  }
  return loads;
}

describe('tasks are assigned', () => {
  it('each to one member, balanced by kind', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const owners = assign(situation);
        expect([...owners.keys()].sort()).toEqual(situation.tasks.map(({ id }) => id).sort());
        for (const isStateful of kinds) {
          const loads = [...loadsOf(situation, owners, isStateful).values()];
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('with as few moves as the balance allows', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const owners = assign(situation);
        for (const isStateful of kinds) {
          const tasks = situation.tasks.filter((task) => task.isStateful === isStateful);
          const least = Math.floor(tasks.length / situation.members.length);
          const extras = tasks.length - least * situation.members.length;
          const running = situation.members.map(
            ({ memberId }) => tasks.filter(({ id }) => situation.runningOn.get(id) === memberId).length,
          );
          const most =
            running.reduce((sum, count) => sum + Math.min(count, least), 0) +
            Math.min(extras, running.filter((count) => count > least).length);
          const kept = tasks.filter(({ id }) => owners.get(id) === situation.runningOn.get(id)).length;
          expect(kept).toBe(most);
        }
      }),
    );
  });

  it('to the process whose state lacks least, unless its members have their share', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const owners = assign(situation);
        const loads = loadsOf(situation, owners, true);
        const stateful = situation.tasks.filter((task) => task.isStateful);
        const least = Math.floor(stateful.length / situation.members.length);
        const processOf = new Map(situation.members.map(({ memberId, processId }) => [memberId, processId]));
        for (const { id } of stateful) {
          const owner = owners.get(id) ?? '';
          if (owner === situation.runningOn.get(id)) continue;
          const lags = situation.lags.get(id) ?? new Map<string, number>();
          const own = lags.get(processOf.get(owner) ?? '') ?? Number.POSITIVE_INFINITY;
          for (const { memberId, processId } of situation.members) {
            if ((lags.get(processId) ?? Number.POSITIVE_INFINITY) < own)
              expect(loads.get(memberId)).toBeGreaterThanOrEqual(least);
          }
        }
      }),
    );
  });

  it('by whichever member leads, and however it lists the others', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const reversed = { ...situation, members: situation.members.toReversed() };
        expect(Object.fromEntries(assign(reversed))).toEqual(Object.fromEntries(assign(situation)));
      }),
    );
  });

  it('to nobody who does not have them', () => {
    fc.assert(
      fc.property(
        situations,
        fc.array(fc.boolean(), { minLength: 37, maxLength: 37 }),
        (situation, coins) => {
          const mayRun = (memberId: string, task: string): boolean => {
            const [sub = 0, partition = 0] = task.split('_').map(Number);
            return coins[(Number(memberId.slice(1)) * 7 + sub * 13 + partition) % coins.length] ?? true;
          };
          const owners = assign(situation, mayRun);
          for (const { id } of situation.tasks) {
            const owner = owners.get(id);
            const isAble = situation.members.some(({ memberId }) => mayRun(memberId, id));
            expect(owner !== undefined).toBe(isAble);
            if (owner !== undefined) expect(mayRun(owner, id)).toBe(true);
          }
        },
      ),
    );
  });
});

it('who has too many tasks gives up those that others have the state of', () => {
  const tasks = Array.from({ length: 4 }, (_, i) => ({ id: `0_${i}`, isStateful: true }));
  const members = ['a', 'b'].map((name) => ({ memberId: name, processId: `process of ${name}` }));
  const runningOn = new Map(tasks.map(({ id }) => [id, 'a']));
  const lags = new Map([
    ['0_0', new Map([['process of b', 5]])],
    ['0_2', new Map([['process of b', ACCEPTABLE]])],
    ['0_3', new Map([['process of b', ACCEPTABLE + 1]])],
  ]);
  const owners = assignTasks({ tasks, members, runningOn, lags, acceptableRecoveryLag: ACCEPTABLE });
  expect(Object.fromEntries(owners)).toEqual({ '0_0': 'b', '0_1': 'a', '0_2': 'b', '0_3': 'a' });
});

it('a task that is being restored goes to who has more of its state', () => {
  const tasks = ['0_0', '0_1'].map((id) => ({ id, isStateful: true }));
  const members = ['a', 'b'].map((name) => ({ memberId: name, processId: `process of ${name}` }));
  const lags = new Map([
    [
      '0_0',
      new Map([
        ['process of a', 900_000],
        ['process of b', 100],
      ]),
    ],
    ['0_1', new Map([['process of a', 0]])],
  ]);
  const owners = assignTasks({ tasks, members, lags, acceptableRecoveryLag: ACCEPTABLE });
  expect(Object.fromEntries(owners)).toEqual({ '0_0': 'b', '0_1': 'a' });
});

it('members of one process share its state', () => {
  const tasks = Array.from({ length: 4 }, (_, i) => ({ id: `0_${i}`, isStateful: true }));
  const members = [
    { memberId: 'a1', processId: 'a' },
    { memberId: 'a2', processId: 'a' },
    { memberId: 'b1', processId: 'b' },
    { memberId: 'b2', processId: 'b' },
  ];
  const lags = new Map(tasks.map(({ id }, i) => [id, new Map([[i < 2 ? 'b' : 'a', 3]])]));
  const owners = assignTasks({ tasks, members, lags, acceptableRecoveryLag: ACCEPTABLE });
  expect(Object.fromEntries(owners)).toEqual({ '0_0': 'b1', '0_1': 'b2', '0_2': 'a1', '0_3': 'a2' });
});
