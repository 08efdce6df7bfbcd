/** How many flights leave each state more than an hour late, day by day. */
import { Serdes, StreamsBuilder, TimeWindows, type Topology } from 'millrace/streams';

export interface Flight {
  readonly destination: string;
  /** Minutes. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
}

export interface Airport {
  readonly name: string;
  readonly city: string;
  readonly state: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export function lateDepartures(): Topology {
  const builder = new StreamsBuilder();
  const airports = builder.table('airports', {
    keySerde: Serdes.string,
    valueSerde: Serdes.json<Airport>(),
  });
  builder
    .stream('flights', { keySerde: Serdes.string, valueSerde: Serdes.json<Flight>() })
    .filter((_origin, flight) => flight.delay > 60)
    .join(airports, (flight, airport) => ({ ...flight, state: airport.state }))
    .groupBy((_origin, flight) => flight.state, { keySerde: Serdes.string, valueSerde: Serdes.json() })
    .windowedBy(TimeWindows.ofSizeWithNoGrace(DAY_MS))
    .count()
    .toStream()
    .map(({ key: state, window }, flights) => [`${isoDay(window.startMs)} ${state}`, flights])
    .to('late-departures', { keySerde: Serdes.string, valueSerde: Serdes.json() });
  return builder.build();
}

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
