/**
 * Copies records from one topic to another in transactions, with the offsets of its group, until it is killed: run by tests
 * of crashes. Its arguments are bootstrap servers, topics, group, transactional
 * id and session timeout.
 */
import { Consumer, Producer, TransactionError } from '../../../src/client/index.ts';

const [bootstrapServers = '', from = '', to = '', groupId = '', transactionalId = '', session = ''] =
  process.argv.slice(2);

const producer = new Producer({
  bootstrapServers,
  transactionalId,
  transactionTimeoutMs: 10_000,
  lingerMs: 0,
});
await producer.initTransactions();
const consumer = new Consumer({
  bootstrapServers,
  groupId,
  autoCommit: false,
  autoOffsetReset: 'earliest',
  isolationLevel: 'read_committed',
  pollRecordsMax: 50,
  sessionTimeoutMs: Number(session),
  heartbeatIntervalMs: Number(session) / 10,
});
consumer.subscribe([from]);

for (;;) {
  const batch = await consumer.poll(500);
  if (batch.length === 0) continue;
  producer.beginTransaction();
  try {
    for (const { records } of batch) {
      for (const { value } of records) producer.send({ topic: to, value: String(value) });
      // Something of each transaction is written before it ends, so that a kill leaves it open.
      await producer.flush();
    }
    await producer.sendOffsetsToTransaction(
      batch.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset })),
      consumer.groupMetadata(),
    );
    await producer.commitTransaction();
  } catch (error) {
    if (!(error instanceof TransactionError) || error.recovery !== 'abort') throw error;
    await producer.abortTransaction();
    for (const { topic, partition, records } of batch) {
      if (records[0] !== undefined) consumer.seek({ topic, partition }, records[0].offset);
    }
  }
}
