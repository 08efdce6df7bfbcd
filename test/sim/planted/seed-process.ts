/**
 * A process of the cluster simulation, with a planted bug in it where PLANTED_BUG names one (`bug-process.ts` starts it so).
 * It runs the seeds that its parent sends, one after the other, and answers with how each of them failed, or null.
 */
import { messageOf } from '../../../src/base/errors.ts';
import { runSeed } from '../cluster/main.ts';

/** What the parent is sent: `ready` once, when all is loaded, then an answer for each seed. */
export type SeedMessage = 'ready' | { readonly failure: string | null };

function answer(message: SeedMessage): void {
  process.send?.(message);
}

process.on('message', (seed: number) => {
  runSeed(seed).then(
    ({ failure }) => answer({ failure: failure ?? null }),
    (error: unknown) => answer({ failure: messageOf(error) }),
  );
});
process.on('disconnect', () => process.exit());
answer('ready');
