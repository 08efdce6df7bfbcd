import { describe, expect, it } from 'vitest';
import { assignTasks } from '../../../src/streams/runtime/task-assignor.ts';

const tasks = ['0_0', '0_1', '0_2', '1_0', '1_1', '1_2', '1_3'];
const loads = (owners: ReadonlyMap<string, string>): number[] => {
  const counts = new Map<string, number>();
  for (const owner of owners.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
};

describe('tasks are shared out', () => {
  it('evenly, each to exactly one member', () => {
    for (let members = 1; members <= 7; members++) {
      const owners = assignTasks(tasks, new Map(Array.from({ length: members }, (_, i) => [`m${i}`, []])));
      expect([...owners.keys()].sort()).toEqual(tasks);
      const counts = loads(owners);
      expect((counts.at(-1) ?? 0) - (counts[0] ?? 0)).toBeLessThanOrEqual(1);
    }
  });

  it('to those who had them, as far as that is even', () => {
    const before = assignTasks(tasks, new Map([['a', []]]));
    const after = assignTasks(
      tasks,
      new Map([
        ['a', [...before.keys()]],
        ['b', []],
      ]),
    );
    expect(loads(after)).toEqual([3, 4]);
    const kept = tasks.filter((task) => after.get(task) === 'a');
    const third = assignTasks(
      tasks,
      new Map([
        ['a', kept],
        ['b', tasks.filter((task) => after.get(task) === 'b')],
        ['c', []],
      ]),
    );
    for (const task of tasks) if (third.get(task) !== 'c') expect(third.get(task)).toBe(after.get(task));
  });

  it('whatever foreign members claim', () => {
    const owners = assignTasks(
      tasks,
      new Map([
        ['a', ['9_9', '0_0', '0_0']],
        ['b', ['0_0']],
      ]),
    );
    expect([...owners.keys()].sort()).toEqual(tasks);
    expect(owners.get('0_0')).toBe('a');
  });
});
