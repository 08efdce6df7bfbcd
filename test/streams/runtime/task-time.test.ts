import { expect, it } from 'vitest';
import { ProcessorMetadata } from '../../../src/streams/runtime/processor-metadata.ts';
import { TaskTime } from '../../../src/streams/runtime/task-time.ts';

it('counts punctuations that were missed as one, and keeps to the grid', async () => {
  let nowMs = 1_000;
  const time = new TaskTime(() => nowMs, new ProcessorMetadata());
  const told: number[] = [];
  time.every({ intervalMs: 100, type: 'wall-clock-time', onTime: (at) => void told.push(at) });
  async function passTo(ms: number): Promise<number> {
    nowMs = ms;
    const due = time.isDue('wall-clock-time') ? time.takeDue('wall-clock-time', ms) : [];
    for (const onTime of due) await onTime(ms);
    return due.length;
  }
  expect(await passTo(1_099)).toBe(0);
  expect(await passTo(1_100)).toBe(1);
  expect(await passTo(1_550)).toBe(1);
  // 1200 to 1500 are not made up for.
  expect(await passTo(1_599)).toBe(0);
  expect(await passTo(1_600)).toBe(1);
  expect(told).toEqual([1_100, 1_550, 1_600]);
});
