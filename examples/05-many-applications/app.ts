/** Three applications in one process: they share connections, a producer and what they ask about topics, and nothing else. */
import { Serdes, StreamsApp, StreamsBuilder, StreamsHost, type Topology } from 'millrace/streams';
import { type Flight, lateDepartures } from '../01-first-stream-app/late-departures.ts';

const bootstrapServers = process.argv[2] ?? '127.0.0.1:9092';
const flights = { keySerde: Serdes.string, valueSerde: Serdes.json<Flight>() };

function departures(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('flights', flights)
    .groupByKey()
    .count({ keySerde: Serdes.string })
    .toStream()
    .to('departures', { keySerde: Serdes.string, valueSerde: Serdes.json() });
  return builder.build();
}

function longFlights(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('flights', flights)
    .filter((_origin, { distance }) => distance > 2_000)
    .to('long-flights', flights);
  return builder.build();
}

const host = new StreamsHost({ bootstrapServers, stateDir: './state/host' });
const topologies = {
  'late-departures': lateDepartures(),
  departures: departures(),
  'long-flights': longFlights(),
};
const apps = Object.entries(topologies).map(([applicationId, topology]) => {
  const app = new StreamsApp({
    applicationId,
    bootstrapServers,
    topology,
    stateDir: './state/many-applications',
    commitIntervalMs: 1000,
    host,
  });
  app.state$.subscribe((state) => console.log(applicationId, state));
  return app;
});
process.once('SIGINT', () => void host.close());
await Promise.all(apps.map((app) => app.start()));
