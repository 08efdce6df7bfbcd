import { setTimeout as sleep } from 'node:timers/promises';
import { appProcess, reportOf } from '../harness/apps.ts';
import { createTopic, withAdmin } from '../harness/brokers.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import { queries, queryGroups, sourceOf, untilCommitted } from '../harness/hundred-queries.ts';
import { createInputTopic, fill, type Input, topicOf } from '../harness/inputs.ts';
import { dataFolder, SqlProcess } from '../harness/sql-process.ts';

/** A fifth of the hundred queries. */
const MIX = { filter: 12, aggregate: 5, windowed: 3 } as const;
const QUERIES = 20;
/** How long the other client writes where no query runs. */
const ALONE_MS = 10_000;
const OTHER_TOPIC = 'neighbour';

/** Another client writes one record after the other, while twenty queries work off a topic as fast as they can. */
export const sqlNeighbour: Figure = {
  name: 'SQL, p99 of another client that produces while 20 queries run at full speed',
  unit: 'ms',
  bound: { atMost: 2 },
  prepare: async (size) => ({
    ours: { name: `${QUERIES} queries`, measure: () => besideQueries(size) },
    rival: { name: 'no query', measure: () => withoutQueries() },
  }),
};

const inputOf = ({ quick }: RunSize): Input => ({
  kind: 'bids',
  records: quick ? 50_000 : 400_000,
  keys: 1_000,
});

function besideQueries(size: RunSize): Promise<number> {
  const input = inputOf(size);
  return p99BesideServer(async (server, begin) => {
    await createInputTopic(server.bootstrap, topicOf(input));
    for (const statement of [sourceOf(topicOf(input)), ...queries(MIX)]) await server.run(statement);
    await withAdmin(server.bootstrap, async (admin) => {
      const [group = ''] = await queryGroups(admin, QUERIES);
      await fill(server.bootstrap, input);
      begin();
      await untilCommitted(admin, [group], input.records);
    });
  });
}

function withoutQueries(): Promise<number> {
  return p99BesideServer(async (_server, begin) => {
    begin();
    await sleep(ALONE_MS);
  });
}

/** Measures from when `run` says so until it is over. */
async function p99BesideServer(
  run: (server: SqlProcess, begin: () => void) => Promise<void>,
): Promise<number> {
  const folder = dataFolder();
  const server = await SqlProcess.start(folder.data);
  try {
    await server.msUntilAnswered('SHOW STREAMS;');
    await createTopic(server.bootstrap, OTHER_TOPIC, 1);
    const client = appProcess('produce-latency', [server.bootstrap, OTHER_TOPIC]);
    await client.waitFor(/started/);
    await run(server, () => client.signal('SIGUSR2'));
    await client.stop('SIGTERM');
    return reportOf(client.text, 'p99Ms');
  } finally {
    await server.stop();
    folder.remove();
  }
}
