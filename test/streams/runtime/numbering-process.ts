/**
 * Runs an application that numbers the records of each key, exactly once, in a process of its own, to be killed or stopped. Arguments:
 * bootstrap servers, application id, state folder, input, output, partitions.
 */
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { StreamsApp } from '../../../src/streams/index.ts';
import { numberingTopology } from './numbered-results.ts';

const [bootstrapServers = '', applicationId = '', stateDir = '', input = '', output = '', partitions = '1'] =
  process.argv.slice(2);

const logger: Logger = {
  ...silentLogger,
  warn: (message, fields) => console.log('WARN', message, JSON.stringify(fields)),
  error: (message, fields) => console.log('ERROR', message, JSON.stringify(fields)),
  child: () => logger,
};

const app = new StreamsApp({
  ...{ environment, bootstrapServers, applicationId, stateDir, logger },
  topology: numberingTopology({ input, output, partitions: Number(partitions) }, { isRepartitioned: true }),
  processingGuarantee: 'exactly_once_v2',
  cacheBytesMax: 0,
  consumer: { heartbeatIntervalMs: 300, sessionTimeoutMs: 6_000 },
  onUncaught: () => 'REPLACE_THREAD',
});
app.state$.subscribe((state) => console.log(state));
app.restores$.subscribe(({ phase, store, records }) => {
  if (phase === 'ended') console.log('RESTORED', store, records);
});
await app.start();
