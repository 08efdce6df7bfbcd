import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import type { ProcessingGuarantee } from '../../src/streams/index.ts';
import { appProcess, rivalProcess, runApp, runRival } from '../harness/apps.ts';
import { stageChangelog } from '../harness/changelogs.ts';
import type { Figure } from '../harness/figure.ts';
import { type Input, load, topicOf } from '../harness/inputs.ts';
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

/** An application that was killed, from the start of its next process until that processes. */
export const streamsRestart = restart('Streams restart after kill -9 until processing', {
  atMost: 0.1,
  input: (quick) => ({ kind: 'text', records: quick ? 200_000 : 1_000_000, keys: 100_000 }),
  guarantee: 'at_least_once',
});

/** The same in transactions, with 5,000,000 rows of state. */
export const streamsRestartExactlyOnce = restart(
  'Streams restart after kill -9, exactly once, 5,000,000 keys',
  {
    atMost: 0.05,
    input(quick) {
      const keys = quick ? 500_000 : 5_000_000;
      return { kind: 'text', records: keys, keys, inTurn: true };
    },
    guarantee: 'exactly_once_v2',
  },
);

interface Restart {
  /** Of the rival's time. */
  readonly atMost: number;
  readonly input: (quick: boolean) => Input;
  readonly guarantee: ProcessingGuarantee;
}

function restart(name: string, { atMost, input: inputOf, guarantee }: Restart): Figure {
  return {
    name,
    unit: 'ms',
    bound: { atMost },
    async prepare({ quick }) {
      const input = inputOf(quick);
      const { records } = input;
      const bootstrap = await stageBootstrap();
      const topic = topicOf(input);
      const measure = (begin: (args: readonly string[]) => RunningProcess) => async (): Promise<number> => {
        // Each run has an input of its own, which the last one has made no longer.
        const own = freshName(topic);
        await load(bootstrap, input, own);
        const args = [bootstrap, freshName('restart'), own];
        const addRecord = (): Promise<void> => produceOne(bootstrap, own);
        return restartAfterKill((stateDir) => begin([...args, stateDir, guarantee]), { records, addRecord });
      };
      return {
        ours: { name: 'millrace', measure: measure((args) => appProcess('streams-restart', args)) },
        rival: { name: 'kafka streams', measure: measure((args) => rivalProcess('RestartRival', args)) },
      };
    },
  };
}

async function produceOne(bootstrap: string, topic: string): Promise<void> {
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  await producer.sendAndWait({ topic, partition: 0, key: 'k1', value: 'x' });
  await producer.close();
}
