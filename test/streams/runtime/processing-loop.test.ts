import { describe, expect, it } from 'vitest';
import { processingLoop } from '../../../src/streams/runtime/processing-loop.ts';

type Parts = Parameters<typeof processingLoop>[0];

const unreadable = new Error('a record that cannot be read');

/** A loop whose task fails at its input in the first round, and what it has committed. */
function failingLoop(checkHealth: () => void): {
  readonly loop: Promise<void>;
  readonly committed: unknown[];
} {
  const committed: unknown[] = [];
  const parts = {
    intake: {
      poll: () => Promise.resolve([]),
      prepare: () => undefined,
      queue: () => undefined,
      resume: () => undefined,
    },
    tasks: { restore: () => undefined, tasks: [{ hasFailedAtInput: true }] },
    runner: { hasWork: false, dueInMs: 0, round: () => Promise.reject(unreadable) },
    commit: { dueInMs: 0, runBefore: (error: unknown) => Promise.resolve(committed.push(error)) },
    checkHealth,
    isStopping: () => false,
  };
  return { loop: processingLoop(parts as unknown as Parts), committed };
}

describe('a loop whose task meets a record that cannot be read', () => {
  it('commits what came before it', async () => {
    const { loop, committed } = failingLoop(() => undefined);
    await expect(loop).rejects.toBe(unreadable);
    expect(committed).toEqual([unreadable]);
  });

  it('commits nothing where state could not be read either, for which a handler may have dropped records', async () => {
    const damaged = new Error('damaged state');
    const { loop, committed } = failingLoop(() => {
      throw damaged;
    });
    await expect(loop).rejects.toBe(damaged);
    expect(committed).toEqual([]);
  });
});
