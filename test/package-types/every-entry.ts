/** A program that uses each public entry as its users do; it is compiled against the packed package. */
import { startSqlServer } from 'millrace';
import { Broker, type BrokerMetrics } from 'millrace/broker';
import { Admin, Consumer, type ConsumerRecord, Producer } from 'millrace/client';
import { builtInRegistry, Decimal, defineFunction, functionRegistry, overload } from 'millrace/sql';
import { Serdes, StreamsApp, StreamsBuilder, TimeWindows, type Topology } from 'millrace/streams';
import { TopologyTestDriver } from 'millrace/testing';

const text = { keySerde: Serdes.string, valueSerde: Serdes.string };

export function counts(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('words', text)
    .groupBy((_key, word: string) => word.toLowerCase(), text)
    .windowedBy(TimeWindows.ofSizeWithNoGrace(60_000))
    .count({ storeName: 'counts' })
    .toStream(({ key, window }) => `${key}@${window.startMs}`)
    .to('counts', { keySerde: Serdes.string, valueSerde: Serdes.json<number>() });
  return builder.build();
}

export function tested(): readonly (readonly [string | null, number | null])[] {
  const driver = new TopologyTestDriver(counts());
  driver.createInputTopic('words', text).pipeInput('k', 'Tea', { timestamp: 0 });
  const output = driver.createOutputTopic('counts', {
    keySerde: Serdes.string,
    valueSerde: Serdes.json<number>(),
  });
  const rows = output.readKeyValues();
  driver.close();
  return rows;
}

export async function served(data: string): Promise<string | undefined> {
  const broker = await Broker.start({ config: { 'log.dirs': data, listeners: 'PLAINTEXT://127.0.0.1:0' } });
  const metrics: BrokerMetrics = broker.metrics;
  const bootstrapServers = `127.0.0.1:${broker.address.port}`;
  const admin = new Admin({ bootstrapServers });
  await admin.createTopics([{ name: 'words', partitions: 1, replicationFactor: 1 }]);
  const producer = new Producer({ bootstrapServers });
  await producer.sendAndWait({ topic: 'words', key: 'k', value: Buffer.from('Tea') });
  const consumer = new Consumer({ bootstrapServers, groupId: 'readers', autoOffsetReset: 'earliest' });
  consumer.subscribe(['words']);
  const records: ConsumerRecord[] = (await consumer.poll(5_000)).flatMap((batch) => [...batch.records]);
  const app = new StreamsApp({ applicationId: 'counts', bootstrapServers, topology: counts() });
  app.errors$.subscribe((error) => console.error(error, metrics));
  await app.start();
  const sql = await startSqlServer({ bootstrapServers, data });
  await Promise.all([sql.close(), app.close(), consumer.close(), producer.close(), admin.close()]);
  await broker.close();
  return records[0]?.value?.toString();
}

export const half = defineFunction({
  name: 'half',
  category: 'MATHEMATICAL',
  description: 'Half of a number.',
  overloads: [overload(['number DOUBLE'], 'DOUBLE', (number) => number / 2)],
  examples: [],
});
export const functions = [functionRegistry([half]), builtInRegistry()];
export const price: Decimal | undefined = Decimal.parse('2.50');
