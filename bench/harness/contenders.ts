import type { Contender } from './figure.ts';
import { type AppName, runApp, runRival } from './apps.ts';
import type { Input } from './inputs.ts';
import { freshName, stageBootstrap, stageInput } from './stage.ts';

interface Run {
  readonly mode: string;
  readonly input: Input;
  readonly cacheBytes?: number;
}

/** The arguments that all apps over a staged input take: bootstrap, mode, input, output, records, cache. */
async function argumentsOf(name: string, { mode, input, cacheBytes = 10_485_760 }: Run) {
  const topic = await stageInput(input);
  return [await stageBootstrap(), mode, topic, freshName(`${name}-${mode}`), input.records, cacheBytes];
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

export function flinkSql(run: Run): Contender {
  return {
    name: 'flink sql',
    measure: async () => runRival('FlinkSqlRival', await argumentsOf('flink', run)),
  };
}
