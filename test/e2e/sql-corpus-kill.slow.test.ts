import { afterAll, expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { eventually, post } from '../server/platform.ts';
import { ownScripts } from '../sql/random/own-statements.ts';
import { chosenSeed, Random } from '../sql/random/random.ts';
import { Millrace, type MillraceProcess } from './millrace-process.ts';

const STATEMENTS = 24;
const seed = chosenSeed();
const millrace = new Millrace();
afterAll(() => millrace.close());

const LOOK = ['SHOW STREAMS EXTENDED;', 'SHOW TABLES EXTENDED;', 'SHOW TYPES;', 'SHOW QUERIES;'];

/** Broker and SQL server in one process, on one folder. */
class Platform {
  readonly #folder = millrace.folder();
  #url = '';
  #process: MillraceProcess | undefined;

  async start(): Promise<void> {
    const [kafka = 0, http = 0] = await freePorts(2);
    this.#url = `http://127.0.0.1:${http}`;
    this.#process = millrace.spawn([
      ...['start', '--kafka-port', String(kafka), '--http-port', String(http), '--data', this.#folder],
      ...['-s', 'ksql.streams.commit.interval.ms=100'],
    ]);
    await this.#process.waitFor(/Millrace is running/);
  }

  async kill(): Promise<void> {
    await this.#process?.stop('SIGKILL');
  }

  post(ksql: string): ReturnType<typeof post> {
    return post(`${this.#url}/ksql`, { ksql });
  }

  /** What there is, without what counts and what has just been started. */
  async shape(): Promise<string> {
    return eventually(async () => {
      const answers = await Promise.all(LOOK.map((statement) => this.post(statement)));
      if (answers.some(({ status }) => status !== 200)) return undefined;
      const text = JSON.stringify(
        answers.map(({ body }) => body),
        (name, value: unknown) => (VOLATILE.has(name) ? undefined : value),
      );
      return /"state":"(?!RUNNING|PAUSED)/.test(text) ? undefined : text;
    });
  }
}

const VOLATILE: ReadonlySet<string> = new Set([
  'statistics',
  'errorStats',
  'clusterStatistics',
  'clusterErrorStats',
  'queryOffsetSummaries',
  'statusCount',
]);

it(`after each statement, refused or not, a killed process comes back as it was (SQL_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const platform = new Platform();
  await platform.start();
  let refused = 0;
  for (let count = 0; count < STATEMENTS; ) {
    for (const statement of withTopics(random.of(ownScripts()).statements)) {
      const { status } = await platform.post(statement);
      if (status !== 200) refused += 1;
      expect(status, statement).toBeLessThan(500);
      const before = await platform.shape();
      await platform.kill();
      await platform.start();
      expect(await platform.shape(), statement).toBe(before);
      count += 1;
    }
  }
  console.log(`${STATEMENTS} statements, ${refused} refused`);
});

/** Topics are made by the statements; questions are left out. */
function withTopics(statements: readonly string[]): readonly string[] {
  return statements
    .filter((statement) => !/^\s*(?:SELECT|PRINT|ASSERT|SHOW)/i.test(statement))
    .map((statement) => statement.replace(/(WITH \()(KAFKA_TOPIC)/, '$1PARTITIONS=1, $2'));
}
