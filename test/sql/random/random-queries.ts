import { parseScript } from '../../../grammar/parse.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { builtInRegistry } from '../../../src/sql/index.ts';
import { CaseEngine } from '../../../src/sql/testing/case-engine.ts';
import { answerTo } from '../../../src/sql/testing/script-answers.ts';
import { Random } from './random.ts';
import { withWhere } from './random-pull-where.ts';
import { type Input, randomScenario, type Scenario } from './random-scenario.ts';

export interface QueryRun {
  readonly rows: number;
  readonly faults: readonly string[];
}

/**
 * Runs random queries over random data: what they maintain, what is pulled and what is pushed is what is recomputed, with the
 * optimizer and without.
 */
export async function runRandomQueries(count: number, seed: number): Promise<QueryRun> {
  const random = new Random(seed);
  const faults: string[] = [];
  let rows = 0;
  for (let i = 0; i < count; i++) {
    const scenario = randomScenario(random);
    const asked = withWhere(random, scenario);
    rows += scenario.expected.length;
    for (const optimizer of ['true', 'false']) {
      const fault = await faultOf(scenario, asked, { 'ksql.optimizer.enabled': optimizer });
      if (fault === undefined) continue;
      faults.push(`number ${i}, optimizer ${optimizer}: ${fault}\n${describe(scenario)}`);
    }
  }
  return { rows, faults };
}

export const expectedLines = ({ expected }: Scenario): readonly string[] =>
  expected.map((row) => JSON.stringify(row));

/** In the order of a stream, and in any order of a table. */
export function inOrderOf({ kind }: Scenario, lines: readonly string[]): string {
  return (kind === 'stream' ? lines : lines.toSorted()).join('\n');
}

export function valueJson({ row }: Input): Buffer | null {
  return row === null ? null : Buffer.from(JSON.stringify({ I: row.i, J: row.j, S: row.s }));
}

async function faultOf(
  scenario: Scenario,
  asked: Scenario,
  properties: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const live = new CaseEngine({ functions: builtInRegistry(), properties, isLive: true });
  const ask = async (sql: string): Promise<readonly string[]> => {
    let lines: readonly string[] = [];
    for (const parsed of parseScript(sql)) ({ lines } = await answerTo(parsed, live));
    return lines;
  };
  try {
    for (const statement of scenario.statements) await ask(statement);
    for (const input of scenario.inputs) {
      const { topic, key, timestamp } = input;
      live.host.write(topic, { key: Buffer.from(key), value: valueJson(input), timestamp, headers: [] });
    }
    const [wanted, got] = [
      inOrderOf(scenario, expectedLines(scenario)),
      inOrderOf(scenario, await ask(scenario.select)),
    ];
    if (wanted !== got) return `recomputed\n${wanted}\n  maintained\n${got}`;
    if (scenario.kind === 'stream') return undefined;
    const [some, found] = [expectedLines(asked), await ask(asked.select)].map((each) =>
      inOrderOf(asked, each),
    );
    if (some !== found) return `${asked.select}\nrecomputed\n${some}\n  pulled\n${found}`;
    const pushed = inOrderOf(scenario, lastByKey(await ask('SELECT * FROM r EMIT CHANGES;'), scenario));
    return pushed === got ? undefined : `pulled\n${got}\n  pushed\n${pushed}`;
  } catch (error) {
    return messageOf(error);
  } finally {
    await live.close();
  }
}

/** What the rows of a push query leave. */
export function lastByKey(lines: readonly string[], { keyColumns }: Scenario): readonly string[] {
  const last = new Map<string, string>();
  for (const line of lines) {
    const isDeletion = line.endsWith(' tombstone');
    const row = JSON.parse(isDeletion ? line.slice(0, -' tombstone'.length) : line) as unknown[];
    const key = JSON.stringify(row.slice(0, keyColumns));
    if (isDeletion) last.delete(key);
    else last.set(key, line);
  }
  return [...last.values()];
}

function describe({ statements, inputs }: Scenario): string {
  return [
    ...statements,
    ...inputs.map(
      ({ topic, key, row, timestamp }) => `--< ${topic}: ${key} => ${JSON.stringify(row)} @ ${timestamp}`,
    ),
  ].join('\n');
}
