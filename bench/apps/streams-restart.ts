/**
 * One Streams thread that counts until it is killed, the counterpart of `rivals/kafka/src/RestartRival.java`. Arguments:
 * bootstrap servers, application id, input topic, folder of its state, processing guarantee. Prints `processed N` for the first
 * record, and then now and then.
 */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../src/streams/index.ts';
import { SAID_EVERY } from '../harness/killed-counters.ts';

const [bootstrap = '', applicationId = '', input = '', stateDir = '', guarantee = ''] = process.argv.slice(2);
let processed = 0;
const builder = new StreamsBuilder();
builder
  .stream(input, { keySerde: Serdes.string, valueSerde: Serdes.string })
  .peek(() => {
    processed++;
    if (processed % SAID_EVERY === 1) console.log(`processed ${processed}`);
  })
  .groupByKey()
  .count({ storeName: 'counts', keySerde: Serdes.string });
const app = new StreamsApp({
  environment: nodeEnvironment,
  applicationId,
  bootstrapServers: bootstrap,
  topology: builder.build(),
  stateDir,
  ...(guarantee === 'exactly_once_v2'
    ? { processingGuarantee: guarantee, commitIntervalMs: 100 }
    : { commitIntervalMs: 1_000 }),
  onUncaught(error) {
    console.error(error);
    process.exit(1);
  },
});
await app.start();
