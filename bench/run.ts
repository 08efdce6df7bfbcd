/**
 * `npm run bench [-- --quick] [--only TEXT] [--runs N] [--beside CHECKOUT]`: every figure beside its rival in the same run;
 * with `--beside`, those of the broker beside the build of another checkout. Needs Java 17 and Maven for the rivals;
 * prints a table, and writes JSON to bench/results.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/base/errors.ts';
import * as broker from './figures/broker.ts';
import { clientConsume, clientProduce } from './figures/client.ts';
import { processorTimeIn, processorTimeOut } from './figures/processor-time.ts';
import { sqlOverDsl, sqlOverFlink } from './figures/sql.ts';
import { startup } from './figures/startup.ts';
import { streamsCount, streamsMap, streamsRocksDb, streamsTumble } from './figures/streams.ts';
import { compare } from './harness/compare.ts';
import type { Figure, FigureResult } from './harness/figure.ts';
import { closeStage } from './harness/stage.ts';
import { isEnough, tableOf, writeJson } from './harness/report.ts';

const figures: readonly Figure[] = [
  broker.brokerProduce,
  broker.brokerConsume,
  processorTimeIn,
  processorTimeOut,
  broker.latencyMedian,
  broker.latencyTail,
  startup,
  broker.memoryIdle,
  broker.memoryLoaded,
  clientProduce,
  clientConsume,
  streamsMap,
  streamsCount,
  streamsTumble,
  streamsRocksDb,
  ...sqlOverDsl,
  ...sqlOverFlink,
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
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
const chosen = figures.filter((figure) => figure.name.includes(values.only));
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

console.log(`\n${tableOf(results)}`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`\n${results.filter(isEnough).length} of ${chosen.length} figures reach their bound`);
console.log(`JSON: ${writeJson(results, path.resolve('bench', 'results'))}`);
process.exit(failures.length === 0 ? 0 : 1);
