import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CaseCluster } from '../../../src/sql/testing/case-cluster.ts';
import { isObject, type Json, printJson } from '../../../src/sql/testing/lossless-json.ts';
import { RestSession } from '../../../src/sql/testing/rest-session.ts';
import { eventually, startPlatform, type TestPlatform } from '../../server/platform.ts';
import { expectedLines, valueJson } from './random-queries.ts';
import { Random } from './random.ts';
import { randomScenario, type Scenario } from './random-scenario.ts';

const PARTITIONS = 3;

/**
 * Runs random queries on a server with RocksDB and partitioned topics, side by side: what they answer is what is recomputed,
 * before the server is restarted and after.
 */
export async function runOnBroker(count: number, seed: number): Promise<readonly string[]> {
  const random = new Random(seed);
  const cacheBytes = random.of([0, 10_000_000]);
  const properties = {
    'ksql.streams.commit.interval.ms': '20',
    'ksql.streams.statestore.cache.max.bytes': String(cacheBytes),
  };
  const scenarios: Scenario[] = [];
  while (scenarios.length < count) {
    const scenario = randomScenario(random);
    const isCached = cacheBytes > 0 && scenario.hasEmptyGroups === true;
    if (scenario.canBePartitioned && !isCached) scenarios.push(named(scenario, scenarios.length));
  }
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-random-'));
  try {
    const during = async (
      check: (platform: TestPlatform) => Promise<readonly string[]>,
    ): Promise<readonly string[]> => {
      const platform = await startPlatform({ data, properties });
      try {
        return await check(platform);
      } finally {
        await platform.stop();
      }
    };
    const before = await during((platform) => feed(scenarios, platform));
    const after = await during((platform) => faultsOf(scenarios, platform, 'after a restart'));
    return [...before, ...after];
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** The same under names of its own: sources are one letter each. */
function named(scenario: Scenario, number: number): Scenario {
  const rename = (text: string): string => text.replaceAll(/\b([tur])\b/g, `$1${number}`);
  return {
    ...scenario,
    statements: scenario.statements.map(rename),
    select: rename(scenario.select),
    inputs: scenario.inputs.map((input) => ({ ...input, topic: rename(input.topic) })),
  };
}

async function feed(scenarios: readonly Scenario[], platform: TestPlatform): Promise<readonly string[]> {
  const session = new RestSession(platform.url, { 'auto.offset.reset': 'earliest' });
  const cluster = new CaseCluster(platform.bootstrap);
  try {
    for (const { statements, inputs } of scenarios) {
      const names = statements.flatMap((text) => /KAFKA_TOPIC='(\w+)'/.exec(text)?.[1] ?? []);
      await cluster.createTopics(names.map((name) => ({ name, partitions: PARTITIONS, replicas: 1 })));
      await session.statements(statements.join('\n'));
      await Promise.all(
        inputs.map((input) =>
          cluster.produce(input.topic, {
            key: Buffer.from(input.key),
            value: valueJson(input),
            timestamp: input.timestamp,
            headers: [],
          }),
        ),
      );
    }
    await cluster.settle(await session.runningQueries());
  } finally {
    await cluster.close();
  }
  return faultsOf(scenarios, platform, 'before');
}

async function faultsOf(
  scenarios: readonly Scenario[],
  platform: TestPlatform,
  when: string,
): Promise<readonly string[]> {
  const session = new RestSession(platform.url, { 'auto.offset.reset': 'earliest' });
  const faults: string[] = [];
  for (const scenario of scenarios) {
    const wanted = expectedLines(scenario).toSorted().join('\n');
    const got = (await eventually(() => answered(scenario, session))).toSorted().join('\n');
    if (wanted !== got)
      faults.push(`${when}: ${scenario.statements.join('\n')}\nrecomputed\n${wanted}\n  answered\n${got}`);
  }
  return faults;
}

/** The rows; undefined while a query is still coming up. */
async function answered(
  { select, kind, expected }: Scenario,
  session: RestSession,
): Promise<readonly string[] | undefined> {
  try {
    const messages = await session.query(select, { messages: expected.length + 1, ends: kind === 'table' });
    return messages.slice(1).map((message) => (isObject(message) ? rowText(message['row'] ?? null) : ''));
  } catch (error) {
    if (error instanceof Error && /start|state|ready|rebalanc/i.test(error.message)) return undefined;
    throw error;
  }
}

function rowText(row: Json): string {
  return printJson(isObject(row) ? (row['columns'] ?? null) : null);
}
