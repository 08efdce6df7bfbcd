import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { readAirports, readFlights } from './flight-data.ts';

/** Flights a second: the three months pass in about three minutes. */
const FLIGHTS_PER_SECOND = 110;
const TICK_MS = 100;
/** The flights are of 2001: with a finite retention the broker would delete them as they arrive. */
const KEEP_FOREVER = { 'retention.ms': '-1' };

/** Creates the demo's topics, if they are not there from a run before, and loads the airports. */
export async function loadAirports(bootstrap: string): Promise<{ readonly flightsAreNew: boolean }> {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  try {
    const present = new Set((await admin.listTopics()).map((topic) => topic.name));
    const missing = ['airports', 'flights'].filter((name) => !present.has(name));
    await admin.createTopics(missing.map((name) => ({ name, partitions: 1, configs: KEEP_FOREVER })));
    if (missing.includes('airports')) {
      for (const { iata, ...airport } of readAirports()) {
        producer.send({ topic: 'airports', key: iata, value: JSON.stringify(airport), timestamp: 0 });
      }
      await producer.flush();
    }
    return { flightsAreNew: missing.includes('flights') };
  } finally {
    await producer.close();
    await admin.close();
  }
}

/** Sends the flights, in the order of their departures and with their times, at a pace that can be watched. */
export async function replayFlights(bootstrap: string, signal: AbortSignal): Promise<void> {
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: bootstrap, lingerMs: 5 });
  const flights = readFlights();
  try {
    const beganMs = performance.now();
    let sent = 0;
    while (sent < flights.length && !signal.aborted) {
      const due = Math.min(
        flights.length,
        Math.ceil(((performance.now() - beganMs) / 1000) * FLIGHTS_PER_SECOND),
      );
      for (const { origin, departureMs, ...flight } of flights.slice(sent, due)) {
        producer.send({
          topic: 'flights',
          key: origin,
          value: JSON.stringify(flight),
          timestamp: departureMs,
        });
      }
      sent = due;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await producer.flush();
  } finally {
    await producer.close();
  }
}
