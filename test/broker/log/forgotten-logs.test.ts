import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import type { Timer } from '../../../src/base/environment.ts';
import { notingDisk } from './noting-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const LOGS = 5;

/** A folder with some logs whose deletions are to be forgotten, and the timers that wait for that. */
async function begin() {
  const { environment, notes } = notingDisk();
  const waiting = new Set<() => void>();
  const after = (delayMs: number, callback: () => void): Timer => {
    if (delayMs !== 1_000) return environment.timers.after(delayMs, callback);
    waiting.add(callback);
    return { cancel: () => void waiting.delete(callback) };
  };
  const manager = LogManager.open({
    environment: { ...environment, timers: { ...environment.timers, after } },
    directory: temporaryDirectory(),
    nodeId: 1,
  });
  const id = (partition: number) => ({ topic: 't', partition });
  const make = (partition: number): void => {
    const config = { ...DEFAULT_LOG_CONFIG, fileDeleteDelayMs: 60_000 };
    manager.getOrCreate({ ...id(partition), topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', config });
  };
  for (let partition = 0; partition < LOGS; partition++) make(partition);
  await manager.checkpoint();
  notes.length = 0;
  /** Checkpoints that were replaced. */
  const written = (): number =>
    notes.filter(({ call, path }) => call === 'rename' && path.includes('-checkpoint')).length;
  return { manager, id, written, waiting };
}

describe('logs that are deleted one after the other', () => {
  it('leave the checkpoints in one pass, after a while', async () => {
    const { manager, id, written, waiting } = await begin();
    for (let partition = 0; partition < LOGS; partition++) {
      manager.delete(id(partition));
      await new Promise(setImmediate);
    }
    expect([written(), waiting.size]).toEqual([0, 1]);
    for (const callback of waiting) callback();
    await expect.poll(written).toBe(3);
    await expect.poll(() => manager.whenFree(id(0))).toBeUndefined();
    expect(written()).toBe(3);
    await manager.close();
  });

  it('leave them at once where a name is needed, and then nothing is left to do', async () => {
    const { manager, id, written, waiting } = await begin();
    manager.delete(id(0));
    await manager.whenFree(id(0));
    expect(written()).toBe(3);
    for (const callback of waiting) callback();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(written()).toBe(3);
    await manager.close();
  });

  it('leave them with the stop of the broker, and nothing comes after it', async () => {
    const { manager, id, written, waiting } = await begin();
    manager.delete(id(0));
    await manager.close();
    expect([written(), waiting.size]).toEqual([3, 0]);
  });
});
