import { runApp, runRival } from '../harness/apps.ts';
import { type BrokerUnderTest, startApacheKafka } from '../harness/brokers.ts';
import type { Contender, Figure } from '../harness/figure.ts';
import { type Input, load, topicOf } from '../harness/inputs.ts';
import { freshName } from '../harness/stage.ts';

const CACHE_BYTES = 10 * 1024 * 1024;

/** A count of 10,000 keys in transactions of 100 ms, on Apache Kafka. */
function figure(
  name: string,
  { rival, atLeast }: { readonly rival: (args: Arguments) => Promise<number>; readonly atLeast: number },
  rivalName: string,
): Figure {
  return {
    name,
    unit: 'records/s',
    bound: { atLeast },
    async prepare({ quick }) {
      const input: Input = { kind: 'text', records: quick ? 500_000 : 2_000_000, keys: 10_000 };
      const broker = await startApacheKafka();
      await load(broker.bootstrap, input);
      const contender = (of: string, run: (args: Arguments) => Promise<number>): Contender => ({
        name: of,
        measure: () => run(argumentsOf(broker, input, of)),
      });
      const ours = contender('millrace', ([bootstrap, ...rest]) =>
        runApp('streams', [bootstrap, 'count-exactly-once', ...rest]),
      );
      return { ours: { ...ours, close: () => broker.close() }, rival: contender(rivalName, rival) };
    },
  };
}

/** Bootstrap servers, input, output, records, bytes of cache. */
type Arguments = readonly [string, string, string, number, number];

function argumentsOf({ bootstrap }: BrokerUnderTest, input: Input, name: string): Arguments {
  const output = freshName(`exactly-once-${name.replaceAll(' ', '-')}`);
  return [bootstrap, topicOf(input), output, input.records, CACHE_BYTES];
}

export const streamsExactlyOnce: readonly Figure[] = [
  figure(
    'Streams count, exactly once',
    {
      rival: ([bootstrap, ...rest]) => runRival('StreamsRival', [bootstrap, 'count-exactly-once', ...rest]),
      atLeast: 1.3,
    },
    'kafka streams',
  ),
  figure(
    'Streams count, exactly once over at least once',
    {
      rival: ([bootstrap, ...rest]) => runApp('streams', [bootstrap, 'count-often-committed', ...rest]),
      atLeast: 0.85,
    },
    'at least once',
  ),
];
