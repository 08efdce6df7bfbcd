import type { Contender } from './figure.ts';
import { type AppName, runApp, runRival } from './apps.ts';
import type { BidRegistry } from './bid-registry.ts';
import type { Input } from './inputs.ts';
import { freshName, stageBootstrap, stageInput } from './stage.ts';

interface Run {
  readonly mode: string;
  readonly input: Input;
  /** What a join reads besides. */
  readonly other?: Input;
  /** Records that are counted, of both inputs where the app counts both; those of `input`. */
  readonly records?: number;
  readonly cacheBytes?: number;
}

/** The arguments that all apps over staged inputs take: bootstrap, mode, input, output, records, cache, other input or format. */
async function argumentsOf(
  name: string,
  { mode, input, other, records = input.records, cacheBytes = 10_485_760 }: Run,
) {
  const topics = [await stageInput(input), freshName(`${name}-${mode}`)];
  const joined = other === undefined ? [] : [await stageInput(other)];
  const format = input.format === undefined ? [] : [input.format];
  return [await stageBootstrap(), mode, ...topics, records, cacheBytes, ...joined, ...format];
}

export function ours(app: Extract<AppName, 'streams' | 'sql'>, name: string, run: Run): Contender {
  return { name, measure: async () => runApp(app, await argumentsOf(app, run)) };
}

export function kafkaStreams(run: Run): Contender {
  return {
    name: 'kafka streams',
    measure: async () => runRival('StreamsRival', await argumentsOf('rival', run)),
  };
}

/** @param registry of bids that are not JSON. */
export function flinkSql(run: Run, registry?: BidRegistry): Contender {
  const more = registry === undefined ? [] : [registry.url];
  return {
    name: 'flink sql',
    measure: async () => runRival('FlinkSqlRival', [...(await argumentsOf('flink', run)), ...more]),
    close: async () => registry?.close(),
  };
}
