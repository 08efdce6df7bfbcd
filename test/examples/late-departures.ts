import { readAirports, readFlights } from '../../cli/demo/index.ts';
import { Consumer } from '../../src/client/index.ts';

/** What the first example has to come to, counted here in another way: `DAY STATE` to flights. */
export function expectedLateDepartures(): ReadonlyMap<string, number> {
  const states = new Map(readAirports().map(({ iata, state }) => [iata, state]));
  const counts = new Map<string, number>();
  for (const { departureMs, origin, delay } of readFlights()) {
    const state = states.get(origin);
    if (delay <= 60 || state === undefined) continue;
    const key = `${new Date(departureMs).toISOString().slice(0, 10)} ${state}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Reads the results of the first example until they are what they should be, or no more come for a while. */
export async function finalLateDepartures(
  bootstrapServers: string,
  expected: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const results = new Map<string, number>();
  const isComplete = (): boolean =>
    results.size === expected.size && [...expected].every(([key, count]) => results.get(key) === count);
  const consumer = new Consumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([{ topic: 'late-departures', partition: 0 }]);
  try {
    for (let emptyPolls = 0; emptyPolls < 20 && !isComplete(); ) {
      const fetched = await consumer.poll(1000);
      emptyPolls = fetched.length === 0 ? emptyPolls + 1 : 0;
      for (const { key, value } of fetched.flatMap(({ records }) => records)) {
        results.set(String(key), Number(value));
      }
    }
  } finally {
    await consumer.close();
  }
  return results;
}
