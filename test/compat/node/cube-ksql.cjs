// Cube's driver of ksqlDB, unmodified, against a server (argv 2) and its brokers (argv 3). Prints "ok CHECK" or "not ok CHECK: why".
const assert = require('node:assert/strict');
const { KsqlDriver } = require('@cubejs-backend/ksql-driver');
const { Kafka, logLevel } = require('kafkajs');

const [url, kafkaHost] = process.argv.slice(2);
// It sends its name and password with every request; without users the server asks for none.
const driver = new KsqlDriver({ url, username: 'cube', password: 'cube', dataSource: 'default' });
const overKafka = new KsqlDriver({ url, username: 'cube', password: 'cube', kafkaHost, dataSource: 'default' });

async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${error?.stack ?? error}`);
  }
}

async function everyValue(topic, count) {
  const kafka = new Kafka({ brokers: [kafkaHost], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `cube-${topic}` });
  const values = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${topic} has ${values.join()}`)), 60_000).unref();
    consumer
      .run({
        eachMessage: async ({ message: { key, value } }) => {
          values.push([String(key), JSON.parse(String(value))]);
          if (values.length >= count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values;
}

async function run() {
  await check('connection', async () => {
    await driver.testConnection();
    await overKafka.testConnection();
  });

  await check('statements and inserts', async () => {
    const created = await driver.query(
      "CREATE STREAM `shop-ORDERS` (id STRING KEY, area STRING, price DOUBLE, made TIMESTAMP) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1)",
    );
    assert.equal(created.commandStatus.status, 'SUCCESS');
    const insert = 'INSERT INTO `shop-ORDERS` (id, area, price, made) VALUES (?, ?, ?, ?)';
    await driver.query(insert, ['1', "rock'n", 2.5, '2026-07-28T12:03:24.000']);
    await driver.query(insert, ['2', 'hill', 4, '2026-07-28T12:03:25.000']);
  });

  await check('a rollup of a pre-aggregation', async () => {
    const name = 'pre_aggregations.orders_main';
    await driver.loadPreAggregationIntoTable(
      name,
      `CREATE TABLE \`${name}\` WITH (KEY_FORMAT='JSON') AS SELECT area \`orders__area\`, PARSE_TIMESTAMP(FORMAT_TIMESTAMP(made, 'yyyy-MM-dd''T''00:00:00.000'), 'yyyy-MM-dd''T''HH:mm:ss.SSS', 'UTC') \`orders__day\`, SUM(price) \`orders__total\` FROM \`shop-ORDERS\` WHERE CAST(made AS TIMESTAMP) >= PARSE_TIMESTAMP(?, 'yyyy-MM-dd''T''HH:mm:ss.SSSX', 'UTC') GROUP BY area, PARSE_TIMESTAMP(FORMAT_TIMESTAMP(made, 'yyyy-MM-dd''T''00:00:00.000'), 'yyyy-MM-dd''T''HH:mm:ss.SSS', 'UTC')`,
      ['2026-01-01T00:00:00.000Z'],
      { streamOffset: 'earliest' },
    );
    const table = await overKafka.downloadTable(name, { streamOffset: 'earliest' });
    assert.equal(table.partitions, 1);
    assert.deepEqual(table.types, [
      { name: 'orders__area', type: 'text' },
      { name: 'orders__day', type: 'TIMESTAMP' },
      { name: 'orders__total', type: 'DOUBLE' },
    ]);
    const values = await everyValue(table.streamingTable, 2);
    assert.deepEqual(values.map(([, value]) => value.orders__total).sort((a, b) => a - b), [2.5, 4]);
    assert.ok(values.some(([key]) => JSON.parse(key).orders__area === "rock'n"), JSON.stringify(values));
  });

  await check('lists', async () => {
    const schema = await driver.tablesSchema();
    assert.deepEqual(schema.shop.ORDERS, [
      { name: 'ID', type: 'STRING' },
      { name: 'AREA', type: 'STRING' },
      { name: 'PRICE', type: 'DOUBLE' },
      { name: 'MADE', type: 'TIMESTAMP' },
    ]);
    assert.deepEqual(await driver.getTablesQuery('pre_aggregations'), [{ table_name: 'orders_main' }]);
  });

  await check('a windowed table', async () => {
    await driver.query(
      'CREATE TABLE `pre_aggregations-WINDOWED` AS SELECT area, COUNT(*) AS n FROM `shop-ORDERS` WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY area',
    );
    const { types } = await driver.downloadTable('pre_aggregations.WINDOWED');
    assert.deepEqual(
      types.map(({ name }) => name),
      ['AREA', 'WINDOWSTART', 'WINDOWEND', 'N'],
    );
  });

  await check('a streaming query', async () => {
    await driver.query('CREATE STREAM hill AS SELECT * FROM `shop-ORDERS` WHERE area = ?', ['hill']);
    const asked = await driver.downloadQueryResults('SELECT * FROM HILL', [], { streamOffset: 'earliest' });
    assert.deepEqual(asked.streamingSource.credentials, { user: 'cube', password: 'cube', url });
    assert.equal(asked.selectStatement, 'SELECT * FROM HILL');
    assert.deepEqual(
      asked.types.map(({ name }) => name),
      ['ID', 'AREA', 'PRICE', 'MADE'],
    );
  });

  await check('drops and refusals', async () => {
    await assert.rejects(driver.query('CREATE STREAM broken AS SELECT * FROM nowhere'), /NOWHERE does not exist/);
    await assert.rejects(driver.query('CREATE STRAEM x'), /ksql API error for .*line 1/s);
    await driver.dropTable('pre_aggregations.WINDOWED');
    await driver.dropTable('pre_aggregations.orders_main');
    assert.deepEqual(await driver.getTablesQuery('pre_aggregations'), []);
  });
}

void run().then(() => process.exit(0));
