import { appProcess, reportOf, rivalProcess, runAppText } from '../harness/apps.ts';
import type { Contender, Figure } from '../harness/figure.ts';
import { createInputTopic } from '../harness/inputs.ts';
import type { RunningProcess } from '../harness/processes.ts';
import { freshName, stageBootstrap } from '../harness/stage.ts';

const RECORDS_PER_SECOND = 10_000;

/** How long records are sent whose times are not counted, while the JVM compiles, and then others. */
const SECONDS = { quick: [5, 5], full: [15, 30] } as const;

/**
 * A record that comes in until its result is read, while 10,000 of them come in a second: a reduce behind no cache. The client
 * that sends and reads is the same for both.
 */
function streamsLatency(lingerMs: number | 'default', name: string): Figure {
  return {
    name,
    unit: 'ms',
    bound: { atMost: 0.7 },
    async prepare({ quick }) {
      const bootstrap = await stageBootstrap();
      const contender = (
        side: string,
        begin: (args: readonly (string | number)[]) => RunningProcess,
      ): Contender => ({
        name: side,
        async measure() {
          const [input, output] = [freshName('latency-in'), freshName('latency-out')];
          for (const topic of [input, output]) await createInputTopic(bootstrap, topic);
          const app = begin([bootstrap, freshName('latency'), input, output, lingerMs]);
          await app.waitFor(/running/);
          const seconds = quick ? SECONDS.quick : SECONDS.full;
          const args = [bootstrap, input, output, RECORDS_PER_SECOND, ...seconds];
          const text = await runAppText('latency-client', args);
          await app.stop();
          return reportOf(text, 'p99Ms');
        },
      });
      return {
        ours: contender('millrace', (args) => appProcess('streams-latency', args)),
        rival: contender('kafka streams', (args) => rivalProcess('LatencyRival', args)),
      };
    },
  };
}

export const streamsLatencyFigures: readonly Figure[] = [
  streamsLatency('default', 'Streams latency p99, 10,000 records/s in to result out'),
  streamsLatency(0, 'Streams latency p99, 10,000 records/s, without linger'),
];
