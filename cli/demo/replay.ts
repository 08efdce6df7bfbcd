import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { type Flight, readAirports, readFlights } from './flight-data.ts';
import { dueFlights } from './pace.ts';

const TICK_MS = 100;
/** How far behind the present the flights stay: the broker refuses records from the future. */
const PRESENT_MARGIN_MS = 86_400_000;
/** What the three months of the data are moved by when they begin anew. */
const PASS_MS = 90 * 86_400_000;
/**
 * The flights are of 2001: with a finite retention the broker would delete them as they arrive, and with segments of a
 * week it would begin a new one every fourteen seconds.
 */
const KEEP_RECORDS = { 'retention.ms': '-1', 'segment.ms': String(50 * 365 * 86_400_000) };
const OWN_TOPICS = ['airports', 'flights', 'LATE_FLIGHTS', 'DEPARTURES', 'AIRPORT_DAYS'];
/** Topics that the demo's queries keep for themselves, by what their names have in common. */
const INTERNAL_TOPIC = /^_confluent-ksql-.*query_(CSAS_LATE_FLIGHTS|CSAS_DEPARTURES|CTAS_AIRPORT_DAYS)_\d+-/;

/** Creates the demo's topics, if they are not there from a run before, and loads the airports. */
export async function loadAirports(bootstrap: string): Promise<void> {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  try {
    const present = new Set((await admin.listTopics()).map((topic) => topic.name));
    const missing = ['airports', 'flights'].filter((name) => !present.has(name));
    if (missing.length > 0) {
      await admin.createTopics(missing.map((name) => ({ name, partitions: 1, configs: KEEP_RECORDS })));
    }
    if (!missing.includes('airports')) return;
    for (const { iata, ...airport } of readAirports()) {
      producer.send({ topic: 'airports', key: iata, value: JSON.stringify(airport), timestamp: 0 });
    }
    await producer.flush();
  } finally {
    await producer.close();
    await admin.close();
  }
}

/** Makes all topics of the demo keep what is in them, also those that its queries have made. */
export async function keepRecords(bootstrap: string): Promise<void> {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  try {
    const listed = await admin.listTopics({ includeInternal: true });
    const names = listed
      .map(({ name }) => name)
      .filter((name) => OWN_TOPICS.includes(name) || INTERNAL_TOPIC.test(name));
    const alterations = Object.entries(KEEP_RECORDS).map(([name, value]) => ({
      name,
      value,
      op: 'set' as const,
    }));
    await admin.incrementalAlterConfigs(names.map((name) => ({ type: 'topic', name, alterations })));
  } finally {
    await admin.close();
  }
}

/**
 * Sends the flights, in the order of their departures and with their times, at a pace that can be watched; a run goes
 * on where the one before has stopped. After the last flight the months begin anew, three months later.
 */
export async function replayFlights(bootstrap: string, signal: AbortSignal): Promise<void> {
  const flights = readFlights();
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: bootstrap, lingerMs: 5 });
  try {
    const first = await flightsSent(bootstrap);
    const beganMs = performance.now();
    let next = first;
    while (!signal.aborted) {
      const due = dueFlights((performance.now() - beganMs) / 1000, { first, perPass: flights.length });
      for (; next < due; next++) {
        const record = recordOf(flights, next);
        if (record.timestamp > Date.now() - PRESENT_MARGIN_MS) break;
        producer.send(record);
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await producer.flush();
  } finally {
    await producer.close();
  }
}

async function flightsSent(bootstrap: string): Promise<number> {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  try {
    const [end] = await admin.listOffsets([{ topic: 'flights', partition: 0, spec: 'latest' }]);
    return end?.offset ?? 0;
  } finally {
    await admin.close();
  }
}

function recordOf(flights: readonly Flight[], number: number) {
  const flight = flights[number % flights.length];
  if (flight === undefined) throw new RangeError('there are no flights');
  const { origin, departureMs, ...value } = flight;
  const timestamp = departureMs + Math.floor(number / flights.length) * PASS_MS;
  return { topic: 'flights', key: origin, value: JSON.stringify(value), timestamp };
}
