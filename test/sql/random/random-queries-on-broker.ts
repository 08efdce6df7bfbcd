import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CaseCluster } from '../../../src/sql/testing/case-cluster.ts';
import { isObject, type Json, parseJson, printJson } from '../../../src/sql/testing/lossless-json.ts';
import { RestSession } from '../../../src/sql/testing/rest-session.ts';
import { eventually, startPlatform, type TestPlatform } from '../../server/platform.ts';
import { withWhere } from './random-pull-where.ts';
import { expectedLines, lastByKey, valueJson } from './random-queries.ts';
import { Random } from './random.ts';
import { randomScenario, type Scenario } from './random-scenario.ts';

const PARTITIONS = 3;

/** How many pull queries with a WHERE are asked of each table, before the restart and after. */
const WHERES = 3;

/**
 * Runs random queries on a server with RocksDB and partitioned topics, side by side, with the optimizer or without: what they
 * answer is what is recomputed, whole or in part, pulled or pushed, before the server is restarted and after.
 */
export async function runOnBroker(count: number, seed: number): Promise<readonly string[]> {
  const random = new Random(seed);
  const cacheBytes = random.of([0, 10_000_000]);
  const properties = {
    'ksql.streams.commit.interval.ms': '20',
    'ksql.streams.statestore.cache.max.bytes': String(cacheBytes),
    'ksql.optimizer.enabled': random.of(['true', 'false']),
  };
  const scenarios: Scenario[] = [];
  const asked = new Map<Scenario, readonly Scenario[]>();
  while (scenarios.length < count) {
    const scenario = randomScenario(random);
    const isCached = cacheBytes > 0 && scenario.hasEmptyGroups === true;
    if (!scenario.canBePartitioned || isCached) continue;
    const number = scenarios.length;
    scenarios.push(named(scenario, number));
    const parts = Array.from({ length: WHERES }, () => named(withWhere(random, scenario), number));
    if (scenario.kind === 'table') asked.set(scenarios[number] ?? scenario, parts);
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
    const before = await during((platform) => feed(scenarios, asked, platform));
    const after = await during((platform) => faultsOf(scenarios, asked, platform, 'after a restart'));
    return [...before, ...after];
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Parts of what a table holds, each with the pull query that asks for it. */
type Asked = ReadonlyMap<Scenario, readonly Scenario[]>;

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

async function feed(
  scenarios: readonly Scenario[],
  asked: Asked,
  platform: TestPlatform,
): Promise<readonly string[]> {
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
  return faultsOf(scenarios, asked, platform, 'before');
}

async function faultsOf(
  scenarios: readonly Scenario[],
  asked: Asked,
  platform: TestPlatform,
  when: string,
): Promise<readonly string[]> {
  const session = new RestSession(platform.url, { 'auto.offset.reset': 'earliest' });
  const faults: string[] = [];
  for (const [number, scenario] of scenarios.entries()) {
    for (const part of [scenario, ...(asked.get(scenario) ?? [])]) {
      const got = (await eventually(() => answered(part, session))).toSorted().join('\n');
      faults.push(...faultOf(part, got, when));
    }
    if (scenario.kind === 'stream') continue;
    const pushed = await pushedRows(scenario, `SELECT * FROM r${number} EMIT CHANGES;`, platform.url);
    faults.push(...faultOf(scenario, pushed, `${when}, pushed`));
  }
  return faults;
}

/** Long enough for a machine that has ten times its work to do. */
const PUSH_MS_MAX = 60_000;

/**
 * What the rows of a push query leave, as soon as it is what is recomputed: how many come before depends on what the cache has
 * put together.
 */
async function pushedRows(scenario: Scenario, sql: string, url: string): Promise<string> {
  const wanted = expectedLines(scenario).toSorted().join('\n');
  const response = await fetch(`${url}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql: sql, streamsProperties: { 'auto.offset.reset': 'earliest' } }),
    signal: AbortSignal.timeout(PUSH_MS_MAX),
  });
  let [text, left] = ['', ''];
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const lines = text.split('\n').slice(1, -1);
      const rows = lines.map((line) => line.replace(/,$/, '')).filter((line) => line !== '');
      left = lastByKey(
        rows.map((row) => rowLine(parseJson(row))),
        scenario,
      )
        .toSorted()
        .join('\n');
      if (left === wanted) return left;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  return left;
}

function faultOf(scenario: Scenario, got: string, when: string): readonly string[] {
  const wanted = expectedLines(scenario).toSorted().join('\n');
  const { statements, select } = scenario;
  return wanted === got
    ? []
    : [`${when}: ${statements.join('\n')}\n${select}\nrecomputed\n${wanted}\n  answered\n${got}`];
}

/** The rows; undefined while a query is still coming up. */
async function answered(
  { select, kind, expected }: Scenario,
  session: RestSession,
): Promise<readonly string[] | undefined> {
  try {
    const messages = await session.query(select, { messages: expected.length + 1, ends: kind === 'table' });
    return messages.slice(1).map(rowLine);
  } catch (error) {
    if (error instanceof Error && /(?<!window)start|state|ready|rebalanc/i.test(error.message))
      return undefined;
    throw error;
  }
}

/** As `lastByKey` reads it. */
function rowLine(message: Json): string {
  const row = isObject(message) ? message['row'] : undefined;
  if (!isObject(row)) return printJson(message);
  return printJson(row['columns'] ?? null) + (row['tombstone'] === true ? ' tombstone' : '');
}
