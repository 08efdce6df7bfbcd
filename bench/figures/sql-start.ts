import { setTimeout } from 'node:timers/promises';
import type { Contender } from '../harness/figure.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';
import { dataFolder, SqlProcess } from '../harness/sql-process.ts';

const QUERIES = 100;
/** Sources that the queries share. */
const SOURCES = 10;
const COMMITTED_AFTER_MS = 5_000;

type Times = Readonly<Record<'sqlStartAnswers' | 'sqlStartRuns', number>>;

/**
 * A server with a hundred persistent queries beside one with a single query: from the start of the process, broker
 * included, to the first answer to SHOW STREAMS, and until all queries run. Every second query repartitions and counts.
 */
export const { sqlStartAnswers, sqlStartRuns } = figuresOfSameRuns(
  {
    sqlStartAnswers: {
      name: 'SQL start with 100 queries until SHOW answers',
      unit: 'ms',
      bound: { atMost: 1.5 },
    },
    sqlStartRuns: { name: 'SQL start with 100 queries until all run', unit: 'ms', bound: { atMost: 3 } },
  },
  async () => ({
    ours: await serverWith(QUERIES, '100 queries'),
    rival: await serverWith(1, '1 query'),
  }),
);

async function serverWith(count: number, name: string): Promise<Contender<Times>> {
  const folder = dataFolder();
  const { data } = folder;
  const server = await SqlProcess.start(data);
  await server.msUntilAnswered('SHOW STREAMS;');
  for (const statement of statements(count)) await server.run(statement);
  // Each has run once, and committed.
  await setTimeout(COMMITTED_AFTER_MS);
  await server.stop();
  return { name, measure: () => restart(data, count), close: async () => folder.remove() };
}

async function restart(data: string, count: number): Promise<Times> {
  const server = await SqlProcess.start(data);
  try {
    return {
      sqlStartAnswers: await server.msUntilAnswered('SHOW STREAMS;'),
      sqlStartRuns: await server.msUntilStarted(count),
    };
  } finally {
    await server.stop();
  }
}

function statements(count: number): readonly string[] {
  const sources = Array.from(
    { length: SOURCES },
    (_, i) =>
      `CREATE STREAM s${i} (id STRING KEY, city STRING, n INT) WITH (KAFKA_TOPIC='s${i}', VALUE_FORMAT='JSON', PARTITIONS=1);
       INSERT INTO s${i} VALUES ('a', 'Rome', ${i});`,
  );
  const queries = Array.from({ length: count }, (_, i) => {
    const source = `s${i % SOURCES}`;
    return i % 2 === 0
      ? `CREATE TABLE q${i} AS SELECT city, COUNT(*) AS c FROM ${source} GROUP BY city;`
      : `CREATE STREAM q${i} AS SELECT id, UCASE(city) AS c, n * ${i} AS m FROM ${source};`;
  });
  return [...sources, ...queries];
}
