/** The app of the first example on a Kafka cluster: the topology is the same, the address is another. */
import { StreamsApp } from 'millrace/streams';
import { lateDepartures } from '../01-first-stream-app/late-departures.ts';

const bootstrapServers = process.argv[2];
if (bootstrapServers === undefined) throw new Error('usage: app.ts HOST:PORT[,HOST:PORT...]');

const app = new StreamsApp({
  applicationId: 'first-stream-app',
  bootstrapServers,
  topology: lateDepartures(),
  stateDir: './state/on-apache-kafka',
  commitIntervalMs: 1000,
});
app.state$.subscribe((state) => console.log(state));
process.once('SIGINT', () => void app.close());
await app.start();
