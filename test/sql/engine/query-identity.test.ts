import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import { planStatement } from '../plan-statement.ts';
import { PLAN_VERSION } from '../../../src/sql/physical/steps.ts';
import { readPlan } from '../../../src/sql/statements/plan-versions.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { type RecordedStatement, replayCommands } from '../../../src/sql/engine/replay-commands.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { CaseEngine } from '../../../src/sql/testing/case-engine.ts';
import { engineAfter } from '../engine-after.ts';

const sources = `
  CREATE STREAM a (id STRING KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM b (id STRING KEY, v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON');
`;

const ids = (engine: CaseEngine): readonly string[] => engine.queries.map(({ queryId }) => queryId);

describe('QUERY_ID', () => {
  it.each(['', '/../../victim', 'x-y', 'x.y', 'a b', 'ü', 'x'.repeat(101)])('may not be %j', async (id) => {
    const engine = await engineAfter(sources);
    for (const statement of ['CREATE STREAM c', 'INSERT INTO b']) {
      const as = statement.startsWith('CREATE') ? ' AS' : '';
      const text = `${statement} WITH (QUERY_ID='${id}')${as} SELECT * FROM a;`;
      await expect(engine.execute(text)).rejects.toThrow(/Query IDs may (contain only|have up to)/);
    }
    expect(engine.queries).toEqual([]);
  });

  it.each(['insertquery_mine', 'CSAS_C_0', 'ctas_x', 'cst_x'])(
    'may not be %j, as if none had been given',
    async (id) => {
      const text = `CREATE STREAM c WITH (QUERY_ID='${id}') AS SELECT * FROM a;`;
      await expect(engineAfter(sources + text)).rejects.toThrow(
        'Query IDs must not start with a reserved query ID prefix',
      );
    },
  );

  it('may not be the id of another query', async () => {
    const engine = await engineAfter(sources + "CREATE STREAM c WITH (QUERY_ID='x') AS SELECT * FROM a;");
    for (const text of [
      "CREATE STREAM d WITH (QUERY_ID='x') AS SELECT * FROM b;",
      "CREATE OR REPLACE STREAM d WITH (QUERY_ID='X') AS SELECT * FROM b;",
      "INSERT INTO b WITH (QUERY_ID='x') SELECT * FROM a;",
    ]) {
      await expect(engine.execute(text)).rejects.toThrow("Query ID 'X' already exists.");
    }
    expect(engine.queries.map(({ sink }) => sink)).toEqual(['C']);
  });

  it('is kept by a query that is replaced', async () => {
    const engine = await engineAfter(sources + "CREATE STREAM c WITH (QUERY_ID='x') AS SELECT * FROM a;");
    await engine.execute("CREATE OR REPLACE STREAM c WITH (QUERY_ID='x') AS SELECT * FROM a WHERE v > 1;");
    await engine.execute('CREATE OR REPLACE STREAM c AS SELECT * FROM a WHERE v > 2;');
    expect(ids(engine)).toEqual(['X']);
    const text = "CREATE OR REPLACE STREAM c WITH (QUERY_ID='y') AS SELECT * FROM a;";
    await expect(engine.execute(text)).rejects.toThrow("Query ID 'Y' cannot be given to the query X.");
  });

  it('is made of letters, digits and _ where none was given, whatever the source is called', async () => {
    const engine = await engineAfter(
      sources + "CREATE STREAM `/../../v-1` WITH (KAFKA_TOPIC='c') AS SELECT * FROM a;",
    );
    expect(ids(engine)).toEqual(['CSAS________v_1_0']);
  });
});

describe('what a query is', () => {
  it('is not read from the names of source tables', async () => {
    const engine = await engineAfter(
      `CREATE SOURCE TABLE orders_old (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='old', VALUE_FORMAT='JSON');
       CREATE SOURCE TABLE orders (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='new', VALUE_FORMAT='JSON');`,
      { isLive: true },
    );
    engine.host.write('old', {
      key: Buffer.from('k'),
      value: Buffer.from('{"V":1}'),
      timestamp: 0,
      headers: [],
    });
    const rowsOf = async (table: string): Promise<unknown> => {
      const [select] = parseScript(`SELECT * FROM ${table};`);
      if (select === undefined) throw new Error('no statement');
      return (await engine.query(select)).rows;
    };
    expect(await rowsOf('orders_old')).toEqual([{ columns: ['k', 1] }]);
    expect(await rowsOf('orders')).toEqual([]);
    await engine.execute('DROP TABLE orders;');
    expect(ids(engine)).toEqual(['CST_ORDERS_OLD_0']);
  });

  it('is an INSERT whatever its id is: dropping its stream does not end it silently', async () => {
    const engine = await engineAfter(sources + "INSERT INTO b WITH (QUERY_ID='ins') SELECT * FROM a;");
    await expect(engine.execute('DROP STREAM b;')).rejects.toThrow('write into this source: [INS]');
    await expect(engine.execute('DROP STREAM a;')).rejects.toThrow('read from this source: [INS]');
  });
});

describe('plans of version 1', () => {
  const sample = JSON.parse(
    fs.readFileSync(path.join(import.meta.dirname, 'plans', 'version-1.json'), 'utf8'),
  ) as readonly unknown[];
  const plans = sample.map((plan) => readPlan(JSON.parse(JSON.stringify(plan))));

  it('say what their queries are', async () => {
    const { queries } = await replayCommands(
      plans.map((plan) => ({ kind: 'plan', plan, session: emptySession })),
    );
    expect(queries.map(({ plan: { version, queryId, purpose } }) => [version, queryId, purpose])).toEqual([
      [PLAN_VERSION, 'CST_ORDERS_OLD_1', 'sourceTable'],
      [PLAN_VERSION, 'CST_ORDERS_2', 'sourceTable'],
      [PLAN_VERSION, 'INSERTQUERY_MINE', 'createAs'],
      [PLAN_VERSION, 'INS', 'insertInto'],
      [PLAN_VERSION, 'INSERTQUERY_6', 'insertInto'],
    ]);
  });

  it('are gone on with: what they hold can be dropped', async () => {
    const engine = new CaseEngine({ functions: builtInRegistry() });
    const state = await replayCommands(plans.map((plan) => ({ kind: 'plan', plan, session: emptySession })));
    const queries = state.queries.filter(({ plan }) => plan.purpose !== 'insertInto');
    await engine.sql.restore({ ...state, queries });
    await engine.execute('DROP TABLE orders; DROP STREAM late;');
    expect(ids(engine)).toEqual(['CST_ORDERS_OLD_1']);
  });
});

it('starts one writer of a result where an earlier version has recorded several', async () => {
  const engine = await engineAfter(sources);
  const session = emptySession;
  const planOf = (text: string, queryNumber: number): RecordedStatement => {
    const [parsed] = parseScript(text);
    if (parsed === undefined) throw new Error('no statement');
    const plan = planStatement({ ...parsed, context: engine.context, queryNumber, queries: [] });
    if (plan === undefined) throw new Error('no plan');
    return { kind: 'plan', plan, session };
  };
  const create = 'CREATE STREAM c AS SELECT * FROM a;';
  const insert = 'INSERT INTO b SELECT * FROM a;';
  // Refused, tried again with another number, and tried again.
  const statements = [planOf(create, 1), planOf(create, 2), planOf(insert, 3), planOf(insert, 4)];
  const { queries, passedOver } = await replayCommands(statements);
  expect(queries.map(({ plan }) => plan.queryId)).toEqual(['CSAS_C_1', 'INSERTQUERY_3', 'INSERTQUERY_4']);
  expect(passedOver).toEqual([{ queryId: 'CSAS_C_2', sink: 'C', writer: 'CSAS_C_1' }]);
  // Ended in between, it is the only one.
  const ended: RecordedStatement = { kind: 'control', action: 'TERMINATE', queryId: 'CSAS_C_1' };
  const after = await replayCommands([planOf(create, 1), ended, planOf(create, 2)]);
  expect(after.queries.map(({ plan }) => plan.queryId)).toEqual(['CSAS_C_2']);
  expect(after.passedOver).toEqual([]);
});
