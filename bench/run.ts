/**
 * `npm run bench [-- --quick] [--only TEXT]... [--runs N] [--beside CHECKOUT]`: every figure beside its rival in the same run;
 * with `--beside`, those of the broker beside the build of another checkout. Needs Java 17 and Maven for the rivals;
 * prints a table, and writes JSON to bench/results.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/base/errors.ts';
import { clientFigures } from './figures/client.ts';
import { codecFigures } from './figures/codecs.ts';
import {
  compactionMemory,
  compactionProcessorTime,
  compactionProduceTail,
  compactionTime,
} from './figures/compaction.ts';
import { brokerConsume, memoryLoaded, processorTimeIn, processorTimeOut } from './figures/five-gigabytes.ts';
import { latencyMedian, latencyTail, latencyWorst } from './figures/latency.ts';
import { memoryIdle, memoryPartitions } from './figures/memory.ts';
import { brokerProduce } from './figures/produce.ts';
import { pullFigures } from './figures/pull.ts';
import { registryFigures } from './figures/registry.ts';
import {
  sqlAvroOverFlink,
  sqlFormats,
  sqlFunction,
  sqlOverDsl,
  sqlOverFlink,
  sqlOverKafkaStreams,
} from './figures/sql.ts';
import {
  hundredBusy,
  hundredExactlyOnce,
  hundredIdle,
  hundredIdleTime,
  hundredRows,
  hundredRuns,
} from './figures/sql-hundred.ts';
import { sqlNeighbour } from './figures/sql-neighbour.ts';
import { sqlStartAnswers, sqlStartRuns } from './figures/sql-start.ts';
import { sqlStalls } from './figures/sql-stalls.ts';
import { sqlStatement, sqlStatementOthers } from './figures/sql-statements.ts';
import { startup } from './figures/startup.ts';
import {
  streamsCount,
  streamsForeignKey,
  streamsHop,
  streamsMap,
  streamsRocksDb,
  streamsRocksDbLarge,
  streamsSession,
  streamsStreamStream,
  streamsStreamTable,
  streamsTableTable,
  streamsTumble,
} from './figures/streams.ts';
import { streamsExactlyOnce } from './figures/streams-exactly-once.ts';
import { streamsLatencyFigures } from './figures/streams-latency.ts';
import { streamsMemory } from './figures/streams-memory.ts';
import { streamsRestart, streamsRestartExactlyOnce, streamsRestore } from './figures/streams-restore.ts';
import { consumeBehindProducer, consumeTail } from './figures/tail.ts';
import { transactionFigures } from './figures/transactions.ts';
import { topicsLatency, topicsTime } from './figures/topics.ts';
import { streamsThreads } from './figures/streams-threads.ts';
import { closeSharedBrokers } from './harness/brokers.ts';
import { compare } from './harness/compare.ts';
import type { Figure, FigureResult } from './harness/figure.ts';
import { closeStage } from './harness/stage.ts';
import { isEnough, tableOf, writeJson } from './harness/report.ts';

const figures: readonly Figure[] = [
  ...brokerProduce,
  consumeTail,
  consumeBehindProducer,
  latencyMedian,
  latencyTail,
  latencyWorst,
  ...transactionFigures,
  brokerConsume,
  processorTimeIn,
  processorTimeOut,
  memoryLoaded,
  compactionTime,
  compactionProcessorTime,
  compactionMemory,
  compactionProduceTail,
  memoryIdle,
  memoryPartitions,
  topicsTime,
  topicsLatency,
  startup,
  ...clientFigures,
  streamsMap,
  streamsCount,
  streamsTumble,
  streamsRocksDb,
  streamsHop,
  streamsSession,
  streamsStreamTable,
  streamsStreamStream,
  streamsTableTable,
  streamsForeignKey,
  streamsRocksDbLarge,
  streamsRestore,
  streamsRestart,
  streamsRestartExactlyOnce,
  ...streamsExactlyOnce,
  ...streamsLatencyFigures,
  streamsMemory,
  streamsThreads,
  ...sqlOverDsl,
  sqlFunction,
  ...sqlOverFlink,
  ...sqlAvroOverFlink,
  ...sqlFormats,
  ...codecFigures,
  ...sqlOverKafkaStreams,
  sqlStartAnswers,
  sqlStartRuns,
  sqlStatement,
  sqlStatementOthers,
  sqlStalls,
  hundredRows,
  hundredIdle,
  hundredIdleTime,
  hundredBusy,
  hundredRuns,
  hundredExactlyOnce,
  sqlNeighbour,
  ...pullFigures,
  ...registryFigures,
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [''] },
    runs: { type: 'string' },
    beside: { type: 'string' },
  },
});
const runs = Number(values.runs ?? (values.quick ? 1 : 5));
const size = {
  quick: values.quick,
  runs,
  ...(values.beside === undefined ? {} : { beside: path.resolve(values.beside) }),
};
const chosen = figures.filter((figure) => values.only.some((text) => figure.name.includes(text)));
const results: FigureResult[] = [];
const failures: string[] = [];
for (const figure of chosen) {
  console.log(figure.name);
  try {
    results.push(await compare(figure, size, console.log));
  } catch (error) {
    failures.push(`${figure.name}: ${messageOf(error)}`);
    console.log(`  failed: ${messageOf(error)}`);
  }
}
await closeStage();
await closeSharedBrokers();

console.log(`\n${tableOf(results)}`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`\n${results.filter(isEnough).length} of ${chosen.length} figures reach their bound`);
console.log(`JSON: ${writeJson(results, path.resolve('bench', 'results'))}`);
process.exit(failures.length === 0 ? 0 : 1);
