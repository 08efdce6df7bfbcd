import { type AppName, runApp } from '../harness/apps.ts';
import { BATCH_RECORDS } from '../harness/client-run.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import { createInputTopic } from '../harness/inputs.ts';
import { runLibrdkafka } from '../harness/librdkafka.ts';
import { freshName, stageBootstrap, stageInput } from '../harness/stage.ts';

type Mode = 'produce' | 'consume';

/** What librdkafka puts into a batch by default, and others for the sake of comparison. */
const LARGE_BATCH_RECORDS = 10_000;

const recordsOf = ({ quick }: RunSize): number => (quick ? 500_000 : 2_000_000);

/**
 * Our client beside the better of the two others that Node has, each in a process of its own; see
 * `harness/client-run.ts` for what they do.
 */
function besideNode(mode: Mode): Figure {
  return {
    name: `client ${mode}, 100 B`,
    unit: 'records/s',
    bound: { atLeast: 1 },
    async prepare(size) {
      const run = async (app: AppName): Promise<number> => runApp(app, await argumentsFor(mode, size));
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

/** Our client beside the one in C, each with the better of two sizes of batches. */
function besideLibrdkafka(mode: Mode): Figure {
  return {
    name: `client ${mode} beside librdkafka, 100 B`,
    unit: 'records/s',
    bound: { atLeast: 0.7 },
    async prepare(size) {
      const sizes = mode === 'produce' ? [BATCH_RECORDS, LARGE_BATCH_RECORDS] : [BATCH_RECORDS];
      const best = async (run: (args: readonly (string | number)[]) => Promise<number>): Promise<number> => {
        const rates: number[] = [];
        for (const batch of sizes) rates.push(await run([...(await argumentsFor(mode, size)), batch]));
        return Math.max(...rates);
      };
      return {
        ours: { name: 'millrace', measure: () => best((args) => runApp('millrace-client', args)) },
        rival: { name: 'librdkafka', measure: () => best(runLibrdkafka) },
      };
    },
  };
}

async function argumentsFor(mode: Mode, size: RunSize): Promise<readonly (string | number)[]> {
  const bootstrap = await stageBootstrap();
  const records = recordsOf(size);
  return [bootstrap, mode, await topicFor(mode, bootstrap, records), records];
}

async function topicFor(mode: Mode, bootstrap: string, records: number): Promise<string> {
  if (mode === 'consume') return stageInput({ kind: 'text', records, keys: 10_000 });
  const topic = freshName('produce');
  await createInputTopic(bootstrap, topic);
  return topic;
}

export const clientFigures: readonly Figure[] = [
  besideNode('produce'),
  besideNode('consume'),
  besideLibrdkafka('produce'),
  besideLibrdkafka('consume'),
];
