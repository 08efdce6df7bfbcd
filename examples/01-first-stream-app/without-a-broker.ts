/** Runs the topology on four records of its own: no broker, no files, no waiting. */
import { Serdes } from 'millrace/streams';
import { TopologyTestDriver } from 'millrace/testing';
import { type Airport, type Flight, lateDepartures } from './late-departures.ts';

const driver = new TopologyTestDriver(lateDepartures());
const airports = driver.createInputTopic('airports', {
  keySerde: Serdes.string,
  valueSerde: Serdes.json<Airport>(),
});
const flights = driver.createInputTopic('flights', {
  keySerde: Serdes.string,
  valueSerde: Serdes.json<Flight>(),
});
const results = driver.createOutputTopic('late-departures', {
  keySerde: Serdes.string,
  valueSerde: Serdes.json<number>(),
});

const noon = { timestamp: Date.parse('2001-01-05T12:00Z') };
airports.pipeInput('ATL', { name: 'William B Hartsfield-Atlanta Intl', city: 'Atlanta', state: 'GA' });
flights.pipeInput('ATL', { destination: 'BOS', delay: 75, distance: 946 }, noon);
flights.pipeInput('ATL', { destination: 'LAX', delay: 5, distance: 1946 }, noon);
flights.pipeInput('ATL', { destination: 'DEN', delay: 130, distance: 1199 }, noon);

console.log(results.readKeyValues()); // [ [ '2001-01-05 GA', 1 ], [ '2001-01-05 GA', 2 ] ]
driver.close();
