/** The data of the demo, for the examples too. */
export { type Airport, type Flight, readAirports, readFlights } from './flight-data.ts';
export { loadAirports } from './replay.ts';
