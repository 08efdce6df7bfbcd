import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import { createInputTopic } from './inputs.ts';
import { freshName, stageBootstrap } from './stage.ts';

/** The store whose changelog is loaded. */
export const RESTORED_STORE = 'counts';

/** An application that has never run, and has a changelog. */
export interface StoppedApplication {
  readonly applicationId: string;
  /** Empty, so that there is nothing to do but to restore. */
  readonly input: string;
}

/** A prime, by which the keys are spread: a changelog has them in no order. */
const STEP = 1_000_003;

/** Loads the changelog of a count, as Millrace and Kafka Streams both write it: so many keys, once each. */
export async function stageChangelog(records: number): Promise<StoppedApplication> {
  const bootstrap = await stageBootstrap();
  const applicationId = freshName(`restore-${records}`);
  const input = `${applicationId}-input`;
  const topic = `${applicationId}-${RESTORED_STORE}-changelog`;
  await createInputTopic(bootstrap, input);
  await createInputTopic(bootstrap, topic);
  const producer = new Producer({
    environment: nodeEnvironment,
    bootstrapServers: bootstrap,
    lingerMs: 20,
    batchBytesMax: 128 * 1024,
  });
  for (let i = 0; i < records; i++) {
    const room = producer.ready();
    if (room !== undefined) await room;
    const value = Buffer.alloc(8);
    value.writeBigInt64BE(BigInt(i));
    producer.send({ topic, partition: 0, key: `k${(i * STEP) % records}`, value });
  }
  await producer.close();
  return { applicationId, input };
}
