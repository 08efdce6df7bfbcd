import { timedOut } from '../kafka-error.ts';
import type { KafkaProducer, ProducerRecord, RecordMetadata } from '../types.ts';
import type { ProducerEngine } from './producer-engine.ts';

/** Waits for room, sends a record, and resolves when it is acknowledged; rejects with what made it fail. */
export async function sendAndWait(
  producer: Pick<KafkaProducer, 'ready' | 'send'>,
  record: ProducerRecord,
  { cluster, settings }: Pick<ProducerEngine, 'cluster' | 'settings'>,
): Promise<RecordMetadata> {
  const { clock } = cluster.environment;
  const deadlineMs = clock.monotonicMs() + settings.blockMsMax;
  for (let wait = producer.ready(); wait !== undefined; wait = producer.ready()) {
    const left = deadlineMs - clock.monotonicMs();
    if (left <= 0) throw timedOut('waiting for buffer space', settings.blockMsMax);
    await Promise.race([wait, cluster.sleep(left)]);
  }
  const { topic } = record;
  const timestamp = record.timestamp ?? clock.nowMs();
  return new Promise((resolve, reject) => {
    producer.send({ ...record, timestamp }, (error, offset, partition, appendTime) => {
      if (error !== null) reject(error);
      else resolve({ topic, partition, offset, timestamp: appendTime < 0 ? timestamp : appendTime });
    });
  });
}
