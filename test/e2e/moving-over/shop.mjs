// A program of the shop with ksqldb-client, kafkajs and @kafkajs/confluent-schema-registry, as it ran beside ksqlDB and Confluent's
// registry. Arguments: Kafka, SQL server, registry, and when the
// shop's records begin. Prints "ok CHECK" or "not ok CHECK: why".
import assert from 'node:assert/strict';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel } from 'kafkajs';
import KsqldbClient from 'ksqldb-client';

const [bootstrap, sqlUrl, registryUrl, beganMs] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
const registry = new SchemaRegistry({ host: registryUrl });
const { hostname, port } = new URL(sqlUrl);
const ksql = new KsqldbClient({ host: `http://${hostname}`, port: Number(port) });
const PATIENCE_MS = 100_000;

async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${String(error?.stack ?? error).replaceAll('\n', ' | ')}`);
  }
}

/** Repeats until it does not throw: results take a moment. */
async function eventually(attempt) {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The first records of a topic, each decoded by the schema that it names. */
async function read(topic, isEnough) {
  const consumer = kafka.consumer({ groupId: `shop-${topic}-${process.pid}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found = [];
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`${topic} has ${JSON.stringify(found)}`)), PATIENCE_MS).unref();
  });
  const enough = new Promise((resolve) => {
    void consumer.run({
      eachMessage: async ({ message: { key, value } }) => {
        found.push({ key, schemaId: value.readInt32BE(1), value: await registry.decode(value) });
        if (isEnough(found)) resolve();
      },
    });
  });
  await Promise.race([enough, late]);
  await consumer.disconnect();
  return found;
}

await ksql.connect();

await check('shop.mjs: schemas have their ids', async () => {
  assert.equal(await registry.getRegistryId('orders-value', 1), 3);
  assert.equal(await registry.getLatestSchemaId('orders-value'), 4);
  assert.equal(await registry.getLatestSchemaId('customers-value'), 5);
  assert.equal(await registry.getLatestSchemaId('web_orders-value'), 7);
  assert.equal(await registry.getLatestSchemaId('totals-value'), 9);
});

await check('shop.mjs: orders of before are decoded', async () => {
  const orders = await read('orders', ({ length }) => length === 4);
  assert.deepEqual(orders.map(({ schemaId }) => String(schemaId)).sort(), ['3', '3', '4', '4']);
  assert.deepEqual(
    orders
      .map(
        ({ value }) =>
          `${value.customer} ${value.total.amount.readIntBE(0, value.total.amount.length)} ${value.channel}`,
      )
      .sort(),
    ['ada 1250 undefined', 'ada 99999 web', 'bob 300 undefined', 'cy 2000 web'],
  );
});

await check('shop.mjs: an order is written', async () => {
  const order = { customer: 'ada', total: { amount: Buffer.from([101]), currency: 'EUR' }, channel: 'web' };
  const producer = kafka.producer();
  await producer.connect();
  const key = await registry.encode(await registry.getLatestSchemaId('orders-key'), 5);
  const value = await registry.encode(await registry.getLatestSchemaId('orders-value'), order);
  await producer.send({
    topic: 'orders',
    messages: [{ key, value, timestamp: String(Number(beganMs) + 6_000) }],
  });
  await producer.disconnect();
});

await check('shop.mjs: a query of ksqlDB goes on where it was', async () => {
  const isNew = ({ value }) => value.AMOUNT.equals(Buffer.from([101]));
  const orders = await read('web_orders', (found) => found.length >= 3 && found.some(isNew));
  assert.deepEqual(orders.map(({ schemaId, value }) => `${schemaId} ${value.CUSTOMER}`).sort(), [
    '7 ada',
    '7 ada',
    '7 cy',
  ]);
});

await check('shop.mjs: a table is asked for', async () => {
  await eventually(async () => {
    const { data } = await ksql.query("SELECT * FROM totals WHERE customer = 'ada';");
    assert.deepEqual(Object.values(data.rows[0]), ['ada', 3, 1013.5]);
  });
});

await check('shop.mjs: sources are listed', async () => {
  const names = (await ksql.listStreams()).map(({ name }) => name).sort();
  assert.deepEqual(names, ['ADDRESSED', 'CLICKS', 'LED_TO', 'ORDERS', 'WEB_ORDERS']);
});

await check('shop.mjs: windows of joined rows are decoded', async () => {
  const isPlace =
    (city, orders) =>
    ({ key, value }) =>
      key.includes(city) && Number(value.ORDERS) === orders;
  await read('by_city', (found) => found.some(isPlace('Paris', 3)) && found.some(isPlace('Rome', 1)));
});

await ksql.disconnect();
process.exit(0);
