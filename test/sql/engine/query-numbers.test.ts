import { expect, it } from 'vitest';
import { brokerAndFolder } from '../../streams/runtime/broker-and-folder.ts';
import { sqlOnBroker } from './sql-on-broker.ts';

it('counts queries, whatever numbers their users give them', async () => {
  const around = await brokerAndFolder();
  const sql = sqlOnBroker(around.bootstrapServers, {
    stateDir: around.folder,
    serviceId: 'numbers_',
  });
  try {
    await sql.run(`
      CREATE STREAM a (id STRING KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM b WITH (QUERY_ID='q_${'9'.repeat(30)}') AS SELECT * FROM a;
      CREATE STREAM c AS SELECT * FROM a;
      CREATE STREAM d WITH (QUERY_ID='q_100') AS SELECT * FROM a;
      CREATE STREAM e AS SELECT * FROM a;
    `);
    const ids = sql.engine.queries().map(({ id }) => id);
    expect(ids).toEqual([`Q_${'9'.repeat(30)}`, 'CSAS_C_1', 'Q_100', 'CSAS_E_3']);
  } finally {
    await sql.close();
    await around.close();
  }
});
