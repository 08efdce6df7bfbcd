import { StreamsApp } from 'millrace/streams';
import { lateDepartures } from './late-departures.ts';

const app = new StreamsApp({
  applicationId: 'first-stream-app',
  bootstrapServers: process.argv[2] ?? '127.0.0.1:9092',
  topology: lateDepartures(),
  stateDir: './state/first-stream-app',
  commitIntervalMs: 1000,
});
app.state$.subscribe((state) => console.log(state));
process.once('SIGINT', () => void app.close());
await app.start();
