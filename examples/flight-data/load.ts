/**
 * Fills the topics `airports` and `flights` that the examples read: `load.ts [bootstrap servers]`. They are the topics
 * that `npm start` fills by itself, at a pace to watch; this does it at once.
 */
import { Admin, Producer } from 'millrace/client';
import { loadAirports, readFlights } from '../../cli/demo/index.ts';

const bootstrapServers = process.argv[2] ?? '127.0.0.1:9092';

await loadAirports(bootstrapServers);
const admin = new Admin({ bootstrapServers });
const [end] = await admin.listOffsets([{ topic: 'flights', partition: 0, spec: 'latest' }]);
await admin.close();

if (end !== undefined && end.offset > 0) {
  console.log(`flights holds ${end.offset} records already`);
} else {
  const producer = new Producer({ bootstrapServers });
  const flights = readFlights();
  for (const { origin, departureMs, ...flight } of flights) {
    producer.send({ topic: 'flights', key: origin, value: JSON.stringify(flight), timestamp: departureMs });
  }
  await producer.flush();
  await producer.close();
  console.log(`sent ${flights.length} flights`);
}
