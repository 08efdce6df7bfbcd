import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import { appProcess, rivalProcess, runApp, runRival } from '../harness/apps.ts';
import { stageChangelog } from '../harness/changelogs.ts';
import type { Figure } from '../harness/figure.ts';
import { load, topicOf } from '../harness/inputs.ts';
import { restartAfterKill } from '../harness/killed-counters.ts';
import type { RunningProcess } from '../harness/processes.ts';
import { freshName, stageBootstrap } from '../harness/stage.ts';

/** A store of so many rows that is gone, from the beginning of its restoring to the end. */
export const streamsRestore: Figure = {
  name: 'Streams restore of 5,000,000 records',
  unit: 'records/s',
  bound: { atLeast: 1 },
  async prepare({ quick }) {
    const records = quick ? 500_000 : 5_000_000;
    const bootstrap = await stageBootstrap();
    const { applicationId, input } = await stageChangelog(records);
    const args = [bootstrap, applicationId, input, records];
    return {
      ours: { name: 'millrace', measure: () => runApp('streams-restore', args) },
      rival: { name: 'kafka streams', measure: () => runRival('RestoreRival', args) },
    };
  },
};

const KEYS = 100_000;

/** An application that was killed, from the start of its next process until that processes. */
export const streamsRestart: Figure = {
  name: 'Streams restart after kill -9 until processing',
  unit: 'ms',
  bound: { atMost: 0.1 },
  async prepare({ quick }) {
    const records = quick ? 200_000 : 1_000_000;
    const bootstrap = await stageBootstrap();
    const input = { kind: 'text', records, keys: KEYS } as const;
    const topic = topicOf(input);
    const measure = (begin: (args: readonly string[]) => RunningProcess) => async (): Promise<number> => {
      // Each run has an input of its own, which the last one has made no longer.
      const own = freshName(topic);
      await load(bootstrap, input, own);
      const args = [bootstrap, freshName('restart'), own];
      const addRecord = (): Promise<void> => produceOne(bootstrap, own);
      return restartAfterKill((stateDir) => begin([...args, stateDir]), { records, addRecord });
    };
    return {
      ours: { name: 'millrace', measure: measure((args) => appProcess('streams-restart', args)) },
      rival: { name: 'kafka streams', measure: measure((args) => rivalProcess('RestartRival', args)) },
    };
  },
};

async function produceOne(bootstrap: string, topic: string): Promise<void> {
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  await producer.sendAndWait({ topic, partition: 0, key: 'k1', value: 'x' });
  await producer.close();
}
