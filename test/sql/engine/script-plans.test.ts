import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSourceAs } from '../../../src/sql/statements/create-source-as.ts';
import { createSource } from '../../../src/sql/statements/create-source.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { TestBrokers } from '../../broker/running-broker.ts';
import { type SqlOnBroker, sqlOnBroker } from './sql-on-broker.ts';

const brokers = new TestBrokers();
const plans = [
  vi.spyOn(createSource, 'plan'),
  vi.spyOn(createSourceAs, 'plan'),
  vi.spyOn(createSourceAs, 'planInPieces'),
];
let sql: SqlOnBroker;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  sql = sqlOnBroker(`${host}:${port}`, { stateDir: brokers.newDirectory(), serviceId: 'plans_' });
});

afterAll(async () => {
  vi.restoreAllMocks();
  await sql.close();
  await brokers.close();
});

const planCount = (): number => plans.reduce((total, { mock }) => total + mock.calls.length, 0);

it('plans each statement of a script once', async () => {
  await sql.run(`
    CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM IF NOT EXISTS s (k STRING KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM a AS SELECT * FROM s;
    SET 'auto.offset.reset' = 'latest';
    CREATE STREAM b AS SELECT * FROM a;
    TERMINATE csas_a_0;
    CREATE TABLE c AS SELECT k, COUNT(*) FROM b GROUP BY k;`);
  expect(planCount()).toBe(5);
  expect(sql.engine.queries().map(({ id }) => id)).toEqual(['CSAS_B_1', 'CTAS_C_2']);
});

it('plans a statement anew when another one has come in between', async () => {
  const [first] = await sql.engine.prepare('CREATE STREAM d AS SELECT * FROM s;', emptySession);
  await sql.run('CREATE STREAM e AS SELECT * FROM s;');
  expect(first?.prepared?.plan.query?.queryId).toBe('CSAS_D_3');
  if (first !== undefined) await sql.engine.execute(first);
  expect(
    sql.engine
      .queries()
      .map(({ id }) => id)
      .slice(-2),
  ).toEqual(['CSAS_E_3', 'CSAS_D_4']);
});

it('does not run a plan that what came in between forbids', async () => {
  const [drop] = await sql.engine.prepare('DROP STREAM e;', emptySession);
  await sql.run('CREATE STREAM f AS SELECT * FROM e;');
  await expect(drop && sql.engine.execute(drop)).rejects.toThrow('Cannot drop E');
});
