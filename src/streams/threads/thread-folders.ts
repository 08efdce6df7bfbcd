import { childPath } from '../../base/child-path.ts';

/**
 * Where a thread of a process has its state, the first of them 0: that one has the folder of the process itself, and so what was
 * written there without threads.
 */
export const threadFolder = ({ stateDir }: { readonly stateDir: string }, index: number): string =>
  index === 0 ? stateDir : childPath(stateDir, `thread-${index}`);

/** A thread's part of what all of them may take together; undefined where nothing is said. */
export function shareOf(bytes: number | undefined, count: number): number | undefined {
  return bytes === undefined ? undefined : Math.floor(bytes / count);
}
