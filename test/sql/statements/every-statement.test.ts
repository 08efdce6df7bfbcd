import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import type { StatementKind } from '../../../src/sql/statements/definition.ts';
import { statements } from '../../../src/sql/statements/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from '../../server/platform.ts';
import { alterSource } from './cases/alter-source.ts';
import { alterSystem } from './cases/alter-system.ts';
import { assertSchema, assertTopic } from './cases/assertions.ts';
import { createSourceAs } from './cases/create-source-as.ts';
import { createSource } from './cases/create-source.ts';
import { dropSource } from './cases/drop-source.ts';
import { createFunction, dropFunction } from './cases/functions.ts';
import { insertInto } from './cases/insert-into.ts';
import { insertValues } from './cases/insert-values.ts';
import { explain, print, queryControl, select } from './cases/queries.ts';
import { defineVariable, setProperty, undefineVariable, unsetProperty } from './cases/session.ts';
import { describe as describeCase, show } from './cases/show.ts';
import { createType, dropType } from './cases/types.ts';
import { forTestFiles, unsupported } from './cases/unsupported.ts';
import { given, type StatementCase } from './statement-case.ts';

/** One for every statement of the grammar, in the order in which one service can run them all. */
const cases = {
  CreateSource: createSource,
  CreateSourceAs: createSourceAs,
  InsertInto: insertInto,
  QueryStatement: select,
  Print: print,
  InsertValues: insertValues,
  Show: show,
  Describe: describeCase,
  Explain: explain,
  SetProperty: setProperty,
  UnsetProperty: unsetProperty,
  DefineVariable: defineVariable,
  UndefineVariable: undefineVariable,
  CreateType: createType,
  DropType: dropType,
  CreateFunction: createFunction,
  DropFunction: dropFunction,
  AlterSource: alterSource,
  DropSource: dropSource,
  AlterSystem: alterSystem,
  QueryControl: queryControl,
  CreateConnector: unsupported("CREATE SOURCE CONNECTOR c WITH ('a'='b');", 'CREATE CONNECTOR'),
  DropConnector: unsupported('DROP CONNECTOR c;', 'DROP CONNECTOR'),
  AssertTopic: assertTopic,
  AssertSchema: assertSchema,
  AssertValues: forTestFiles("ASSERT VALUES orders (id) VALUES ('a');"),
  AssertTombstone: forTestFiles("ASSERT NULL VALUES orders (id) KEY ('a');"),
  AssertSource: forTestFiles("ASSERT STREAM orders (id STRING KEY) WITH (KAFKA_TOPIC='orders');"),
  RunScript: { refusals: [["RUN SCRIPT 'a.sql';", "Unknown statement 'RUN'"]] },
} as const satisfies Readonly<Record<StatementKind, StatementCase>>;

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  expect(await ksql(given)).toMatchObject({ status: 200 });
  await eventually(async () => {
    const text = await rows("SELECT total FROM totals WHERE item = 'tea';");
    return text.includes('[3]') ? true : undefined;
  });
});

afterAll(() => platform.close());

const ksql = (sql: string) => post(`${platform.url}/ksql`, { ksql: sql });

/** What `/query-stream` answers, as text. */
async function rows(sql: string): Promise<string> {
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  return answer.text();
}

it('has a definition for each statement, and they say of what family it is', () => {
  expect(Object.keys(cases).toSorted()).toEqual(Object.keys(statements).toSorted());
  const families = Object.entries(statements).map(([kind, { family }]) => [kind, family]);
  expect(Object.fromEntries(families)).toMatchObject({
    CreateSourceAs: 'planned',
    QueryControl: 'control',
    SetProperty: 'session',
    QueryStatement: 'query',
    Explain: 'direct',
  });
});

describe.each(Object.entries<StatementCase>(cases))(
  '%s',
  (kind, { answers = [], rows: streamed = [], refusals }) => {
    it.each(refusals)('%s', async (sql, message) => {
      const { status, body } = await ksql(sql);
      const { message: text } = body as { message: string };
      expect(status, text).toBe(400);
      if (typeof message === 'string') expect(text).toContain(message);
      else expect(text).toMatch(message);
      expect(text, 'the place of the mistake').toMatch(/line \d+:\d+|issued to the websocket endpoint/);
    });

    it.each(streamed)('%s', async (sql, text) => {
      expect(await rows(sql)).toContain(text);
    });

    it.each(answers.map(([sql, ...entities]) => ({ sql, entities })))('$sql', async ({ sql, entities }) => {
      const { status, body } = await ksql(sql);
      expect([status, (body as Json)['message']]).toEqual([200, undefined]);
      expect(body).toMatchObject(entities);
      expect(body).toHaveLength(entities.length);
    });

    it('is tested by statements of its kind', () => {
      const texts = [...refusals, ...answers, ...streamed].map(([sql]) => sql);
      for (const text of texts) {
        const sql = text.replaceAll('${what}', 'orders');
        const kinds = parseScript(sql, { testStatements: true }).map(({ statement }) => statement.kind);
        expect(kinds).toContain(kind);
      }
    });
  },
);
