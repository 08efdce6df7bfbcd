import { Kafka, logLevel, type Message } from 'kafkajs';
import avro from 'avsc';
import { type Order, customerRecord, decimalBytes, framed, orderRecord } from './shop-records.ts';
import { SHOP_SCHEMAS, TOTALS_CHANGELOG } from './shop-schemas.ts';

/** `ksql.service.id` of the service. */
export const SERVICE_ID = 'shop_';
const PREFIX = `_confluent-ksql-${SERVICE_ID}`;
const WEB_ORDERS = 'CSAS_WEB_ORDERS_5';
const TOTALS = 'CTAS_TOTALS_7';
const PARTITIONS = 2;

/** Two by the first version of their schema, two by the second one. */
const ordersSince = (beganMs: number): readonly Order[] => [
  { id: 1, customer: 'ada', cents: 1_250, timestamp: beganMs + 2_000 },
  { id: 2, customer: 'bob', cents: 300, timestamp: beganMs + 3_000 },
  { id: 3, customer: 'ada', cents: 99_999, channel: 'web', timestamp: beganMs + 4_000 },
  { id: 4, customer: 'cy', cents: 2_000, channel: 'web', timestamp: beganMs + 5_000 },
];

/**
 * Writes into a cluster what a service of ksqlDB 0.29 and a schema registry of Confluent's leave there when they are stopped, in
 * their formats and by clients that are not Millrace's: schemas, the topics of the shop, and the commands with what their queries
 * have come to.
 * @param beganMs when the shop's records begin.
 */
export async function leaveKsqldbService(bootstrap: string, beganMs: number): Promise<void> {
  const orders = ordersSince(beganMs);
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  const compacted = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: '_schemas', numPartitions: 1, configEntries: compacted },
      { topic: `${PREFIX}_command_topic`, numPartitions: 1 },
      ...['orders', 'customers', 'clicks', 'web_orders'].map((topic) => ({
        topic,
        numPartitions: PARTITIONS,
      })),
      ...['totals', TOTALS_CHANGELOG].map((topic) => ({
        ...{ topic, numPartitions: PARTITIONS, configEntries: compacted },
      })),
    ],
  });
  const send = (topic: string, messages: readonly Message[]) =>
    producer.send({ topic, messages: [...messages] });
  await send('_schemas', schemaRecords());
  await send('orders', orders.map(orderRecord));
  await send('customers', [
    customerRecord({ id: 'ada', name: 'Ada', city: 'Paris' }, beganMs),
    customerRecord({ id: 'bob', name: 'Bob', city: 'Rome' }, beganMs),
  ]);
  const click = framed(SHOP_SCHEMAS.click.id, Buffer.from('{"page":"/a","seconds":3}'));
  await send('clicks', [{ key: 'ada', value: click, timestamp: String(beganMs + 2_500) }]);
  await send('web_orders', orders.filter(({ channel }) => channel === 'web').map(webOrderRecord));
  await send(TOTALS_CHANGELOG, [
    totalRecord('ada', 2, 101_249),
    totalRecord('bob', 1, 300),
    totalRecord('cy', 1, 2_000),
  ]);
  const ends = await admin.fetchTopicOffsets('orders');
  const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
  for (const query of [WEB_ORDERS, TOTALS]) {
    await admin.setOffsets({ groupId: `${PREFIX}query_${query}`, topic: 'orders', partitions });
  }
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await recordCommands(kafka);
}

/** As Confluent's registry writes them. */
function schemaRecords(): Message[] {
  const noop = { key: '{"keytype":"NOOP","magic":0}', value: null };
  const config = {
    key: '{"keytype":"CONFIG","subject":null,"magic":0}',
    value: '{"compatibilityLevel":"BACKWARD"}',
  };
  const schemas = Object.values(SHOP_SCHEMAS).map(({ subject, version, id, schema, ...more }) => ({
    key: JSON.stringify({ keytype: 'SCHEMA', subject, version, magic: 1 }),
    value: JSON.stringify({ subject, version, id, ...more, schema, deleted: false }),
  }));
  return [noop, config, ...schemas];
}

const option = (type: 'string' | 'long' | 'bytes'): avro.Type => avro.Type.forSchema(['null', type]);

/** A result of ksqlDB's first query. */
function webOrderRecord({ id, customer, cents, timestamp }: Order): Message {
  const columns = [option('string').toBuffer(customer), option('bytes').toBuffer(decimalBytes(cents))];
  return {
    key: framed(SHOP_SCHEMAS.webOrderKey.id, avro.Type.forSchema('long').toBuffer(id)),
    value: framed(SHOP_SCHEMAS.webOrder.id, Buffer.concat(columns)),
    timestamp: String(timestamp),
  };
}

/** What ksqlDB's second query has counted: a row by the schema of its changelog. */
function totalRecord(customer: string, orders: number, cents: number): Message {
  const text = option('string').toBuffer(customer);
  const columns = [text, option('long').toBuffer(orders), option('bytes').toBuffer(decimalBytes(cents))];
  return {
    key: framed(SHOP_SCHEMAS.totalKey.id, avro.Type.forSchema('string').toBuffer(customer)),
    value: framed(SHOP_SCHEMAS.counted.id, Buffer.concat(columns)),
  };
}

const ORDERS_TEXT =
  'CREATE STREAM IF NOT EXISTS ORDERS (ID BIGINT KEY, CUSTOMER STRING, TOTAL STRUCT<AMOUNT DECIMAL(10, 2), CURRENCY STRING>, CHANNEL STRING) ' +
  "WITH (KAFKA_TOPIC='orders', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');";
const CUSTOMERS_TEXT =
  'CREATE TABLE IF NOT EXISTS CUSTOMERS (ID STRING PRIMARY KEY, NAME STRING, CITY STRING) ' +
  "WITH (KAFKA_TOPIC='customers', KEY_FORMAT='KAFKA', VALUE_FORMAT='PROTOBUF');";
const WEB_ORDERS_TEXT =
  "CREATE STREAM IF NOT EXISTS WEB_ORDERS WITH (KAFKA_TOPIC='web_orders', PARTITIONS=2, REPLICAS=1) AS SELECT\n  ORDERS.ID ID,\n" +
  "  ORDERS.CUSTOMER CUSTOMER,\n  ORDERS.TOTAL->AMOUNT AMOUNT\nFROM ORDERS ORDERS\nWHERE (ORDERS.CHANNEL = 'web')\nEMIT CHANGES;";
const TOTALS_TEXT =
  "CREATE TABLE IF NOT EXISTS TOTALS WITH (CLEANUP_POLICY='compact', KAFKA_TOPIC='totals', PARTITIONS=2, REPLICAS=1) AS SELECT\n" +
  '  ORDERS.CUSTOMER CUSTOMER,\n  COUNT(*) ORDERS,\n  SUM(ORDERS.TOTAL->AMOUNT) AMOUNT\nFROM ORDERS ORDERS\nGROUP BY ORDERS.CUSTOMER\nEMIT CHANGES;';

/** As ksqlDB writes them: each in a transaction of its own, with the columns that it has found in the registry. */
async function recordCommands(kafka: Kafka): Promise<void> {
  const commands: readonly (readonly [id: string, statement: string, queryId?: string])[] = [
    ['stream/`ORDERS`/create', ORDERS_TEXT],
    ['table/`CUSTOMERS`/create', CUSTOMERS_TEXT],
    ['stream/`WEB_ORDERS`/create', WEB_ORDERS_TEXT, WEB_ORDERS],
    ['table/`TOTALS`/create', TOTALS_TEXT, TOTALS],
  ];
  const ksqldb = kafka.producer({ transactionalId: SERVICE_ID, maxInFlightRequests: 1, idempotent: true });
  await ksqldb.connect();
  for (const [id, statement, queryId] of commands) {
    const queryPlan = queryId === undefined ? undefined : { physicalPlan: {}, queryId };
    const value = {
      statement,
      streamsProperties: { 'auto.offset.reset': 'earliest' },
      originalProperties: { 'ksql.service.id': SERVICE_ID, 'ksql.persistence.default.format.key': 'KAFKA' },
      plan: { '@type': 'ksqlPlanV1', statementText: statement, queryPlan },
      version: 12,
    };
    const transaction = await ksqldb.transaction();
    const message = { key: JSON.stringify(id), value: JSON.stringify(value) };
    await transaction.send({ topic: `${PREFIX}_command_topic`, messages: [message] });
    await transaction.commit();
  }
  await ksqldb.disconnect();
}
