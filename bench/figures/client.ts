import { type AppName, runApp } from '../harness/apps.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import { createInputTopic } from '../harness/inputs.ts';
import { freshName, stageBootstrap, stageInput } from '../harness/stage.ts';

const records = ({ quick }: RunSize): number => (quick ? 500_000 : 2_000_000);

/**
 * Our client beside the better of the two others that Node has, each in a process of its own; see
 * `harness/client-run.ts` for what they do.
 */
function figure(mode: 'produce' | 'consume'): Figure {
  return {
    name: `client ${mode}, 100 B`,
    unit: 'records/s',
    bound: { atLeast: 1 },
    async prepare(size) {
      const bootstrap = await stageBootstrap();
      const count = records(size);
      const run = async (app: AppName): Promise<number> =>
        runApp(app, [bootstrap, mode, await topicFor(mode, bootstrap, count), count]);
      return {
        ours: { name: 'millrace', measure: () => run('millrace-client') },
        rival: {
          name: 'better of kafkajs, platformatic',
          measure: async () => Math.max(await run('kafkajs-client'), await run('platformatic-client')),
        },
      };
    },
  };
}

async function topicFor(mode: 'produce' | 'consume', bootstrap: string, count: number): Promise<string> {
  if (mode === 'consume') return stageInput({ kind: 'text', records: count, keys: 10_000 });
  const topic = freshName('produce');
  await createInputTopic(bootstrap, topic);
  return topic;
}

export const clientProduce = figure('produce');
export const clientConsume = figure('consume');
