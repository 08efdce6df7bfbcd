import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignTasks } from '../../../src/streams/runtime/task-assignment.ts';

type AssignableMember = Parameters<typeof assignTasks>[0]['members'][number];

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

/**
 * Of the tasks that do not go round, each is for a process that has fewest then: how many can stay where they run, if of those
 * that have as few the ones get it that run more than they have.
 */
function keptExtras(
  members: readonly AssignableMember[],
  running: readonly number[],
  { least, extras }: { readonly least: number; readonly extras: number },
): number {
  const processes = [...new Set(members.map(({ processId }) => processId))].map((processId) => {
    const own = running.filter((_, i) => members[i]?.processId === processId);
    return { size: own.length, wanted: own.filter((count) => count > least).length, extras: 0 };
  });
  let kept = 0;
  for (let i = 0; i < extras; i++) {
    const withRoom = processes.filter((each) => each.extras < each.size);
    const tasksOf = (each: (typeof processes)[number]): number => least * each.size + each.extras;
    const fewest = Math.min(...withRoom.map(tasksOf));
    const able = withRoom.filter((each) => tasksOf(each) === fewest);
    const wanting = able.find((each) => each.wanted > each.extras);
    const taker = wanting ?? able[0];
    if (taker !== undefined) taker.extras++;
    if (wanting !== undefined) kept++;
  }
  return kept;
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
            keptExtras(situation.members, running, { least, extras });
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

it('where there are fewer tasks than members, each process gets as many, and one that has joined late too', () => {
  const tasks = Array.from({ length: 60 }, (_, i) => ({ id: `0_${i}`, isStateful: true }));
  const membersOf = (process: string, count: number): readonly AssignableMember[] =>
    Array.from({ length: count }, (_, i) => ({ memberId: `${process}${i}`, processId: process }));
  let runningOn: ReadonlyMap<string, string> = new Map<string, string>();
  const assigned = (...members: readonly AssignableMember[][]) => {
    const owners = assignTasks({
      tasks,
      members: members.flat(),
      runningOn,
      acceptableRecoveryLag: ACCEPTABLE,
    });
    const stayed = [...owners].filter(([task, owner]) => runningOn.get(task) === owner).length;
    runningOn = owners;
    const counts = members.map(
      (own) => [...owners.values()].filter((owner) => own.some(({ memberId }) => memberId === owner)).length,
    );
    return { counts, stayed };
  };
  const [a, b, c] = ['a', 'b', 'c'].map((process) => [...membersOf(process, 40)]);
  if (!a || !b || !c) throw new Error('three processes');
  expect(assigned(a)).toEqual({ counts: [60], stayed: 0 });
  expect(assigned(a, b)).toEqual({ counts: [30, 30], stayed: 30 });
  expect(assigned(a, b, c)).toEqual({ counts: [20, 20, 20], stayed: 40 });
  expect(assigned(b, c)).toEqual({ counts: [30, 30], stayed: 40 });
  // No member gets a second task while another one has none.
  expect(assigned(b, c, [...membersOf('d', 5)])).toEqual({ counts: [28, 27, 5], stayed: 55 });
});

it('stateless tasks go to the processes that have fewer of the stateful ones', () => {
  const tasks = [
    { id: '0_0', isStateful: true },
    { id: '1_0', isStateful: false },
  ];
  const members = ['a1', 'a2', 'b1', 'b2'].map((memberId) => ({ memberId, processId: memberId.slice(0, 1) }));
  const owners = assignTasks({ tasks, members, acceptableRecoveryLag: ACCEPTABLE });
  expect(Object.fromEntries(owners)).toEqual({ '0_0': 'a1', '1_0': 'b1' });
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
