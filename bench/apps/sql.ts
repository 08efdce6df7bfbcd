/**
 * One persistent query over a topic of bids, of JSON or another format: what `apps/streams.ts` does in the DSL and
 * `rivals/flink/src/FlinkSqlRival.java` in Flink SQL. Arguments: bootstrap servers, mode (project, function, filter, tumble, sum),
 * input topic, output topic, records, size of the cache, format. Prints one JSON line with the records per second from the running query to its last
 * record, then ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { builtInRegistry, emptySession, KafkaHost, SqlEngine, withProperty } from '../../src/sql/index.ts';
import { inMemorySchemaRegistry } from '../../src/streams/index.ts';
import { bidSchema } from '../harness/bid-format.ts';
import { Meter, watch } from '../harness/meter.ts';

const [bootstrap = '', mode = '', input = '', output = '', records = '0', , format = 'JSON'] =
  process.argv.slice(2);

const queries: Readonly<Record<string, string>> = {
  project: `CREATE STREAM result WITH (KAFKA_TOPIC = '${output}') AS
    SELECT k, auction, price * 0.908E0 AS price, channel FROM bids;`,
  // The same, by a function of CREATE FUNCTION.
  function: `CREATE FUNCTION euros(price BIGINT) RETURNS DOUBLE LANGUAGE JAVASCRIPT AS 'price * 0.908';
    CREATE STREAM result WITH (KAFKA_TOPIC = '${output}') AS
    SELECT k, auction, euros(price) AS price, channel FROM bids;`,
  filter: `CREATE STREAM result WITH (KAFKA_TOPIC = '${output}') AS SELECT * FROM bids WHERE auction % 123 = 0;`,
  tumble: `CREATE TABLE result WITH (KAFKA_TOPIC = '${output}') AS
    SELECT k, COUNT(*) AS n FROM bids WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k;`,
  sum: `CREATE TABLE result WITH (KAFKA_TOPIC = '${output}') AS SELECT k, SUM(price) AS total FROM bids GROUP BY k;`,
};
const script = `
  CREATE STREAM bids (k STRING KEY, auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
    datetime BIGINT) WITH (KAFKA_TOPIC = '${input}', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = '${format}');
  ${queries[mode]}`;

/** Keeps the one query that is started, to watch it. */
class WatchedHost extends KafkaHost {
  query: ReturnType<KafkaHost['newQuery']> | undefined;

  override newQuery(...args: Parameters<KafkaHost['newQuery']>) {
    this.query = super.newQuery(...args);
    return this.query;
  }
}

const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
/** What is written is as in the input: its schema has the id 1. */
const registry = inMemorySchemaRegistry();
if (format === 'AVRO' || format === 'PROTOBUF') await registry.register(`${input}-value`, bidSchema(format));
const host = new WatchedHost({
  registry,
  environment: nodeEnvironment,
  bootstrapServers: bootstrap,
  stateDir,
  serviceId: output,
  // What both of its rivals have.
  commitIntervalMs: 10_000,
});
const engine = new SqlEngine({ host, functions: builtInRegistry() });
const session = withProperty(emptySession, 'auto.offset.reset', 'earliest');
for (const statement of await engine.prepare(script, session)) await engine.execute(statement);

const meter = new Meter(Number(records));
watch(meter, {
  async processed() {
    const { tasks = {} } = (await host.query?.statistics()) ?? {};
    return Object.values(tasks).reduce((sum, { processed }) => sum + processed, 0);
  },
  isRunning() {
    if (host.query?.state() !== 'ERROR') return host.query?.state() === 'RUNNING';
    console.error(
      host.query
        .errors()
        .map(({ message }) => message)
        .join('\n'),
    );
    return process.exit(1);
  },
});
meter.print(await meter.done);
await host.query?.close({ cleanUp: false });
await host.close();
rmSync(stateDir, { recursive: true, force: true });
process.exit(0);
