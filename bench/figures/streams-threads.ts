import { runApp } from '../harness/apps.ts';
import type { Contender, Figure } from '../harness/figure.ts';
import type { Input } from '../harness/inputs.ts';
import { freshName, stageBootstrap, stageInput } from '../harness/stage.ts';

/** How much faster two cores are, where the broker, which is on one of them, too, has little to do. */
export const streamsThreads: Figure = {
  name: 'Streams, two threads over eight partitions',
  unit: 'records/s',
  bound: { atLeast: 1.6 },
  async prepare({ quick }) {
    const input: Input = { kind: 'bids', records: quick ? 500_000 : 2_000_000, keys: 10_000, partitions: 8 };
    const topic = await stageInput(input);
    const bootstrap = await stageBootstrap();
    const contender = (name: string, threads: number): Contender => ({
      name,
      measure: () => {
        const output = freshName(`streams-threads-${threads}`);
        return runApp('streams-threads', [bootstrap, threads, topic, output, input.records]);
      },
    });
    return { ours: contender('two threads', 2), rival: contender('one thread', 1) };
  },
};
