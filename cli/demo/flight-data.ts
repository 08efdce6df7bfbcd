import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse } from 'csv-parse/sync';

/** A US airport. */
export interface Airport {
  readonly iata: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** A flight of the first three months of 2001. */
export interface Flight {
  /** Milliseconds since the epoch, read as UTC. */
  readonly departureMs: number;
  readonly origin: string;
  readonly destination: string;
  /** Minutes; negative when the flight was early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
}

const folder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vega-datasets/package.json')),
  'data',
);

/** All airports of the data set. */
export function readAirports(): readonly Airport[] {
  const rows = parse(readFileSync(path.join(folder, 'airports.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  return rows.map((row) => ({
    iata: row['iata'] ?? '',
    name: row['name'] ?? '',
    city: row['city'] ?? '',
    state: row['state'] ?? '',
    latitude: Number(row['latitude']),
    longitude: Number(row['longitude']),
  }));
}

/** The 20,000 flights in the order of their departures. */
export function readFlights(): readonly Flight[] {
  const rows = JSON.parse(readFileSync(path.join(folder, 'flights-20k.json'), 'utf8')) as {
    readonly date: string;
    readonly origin: string;
    readonly destination: string;
    readonly delay: number;
    readonly distance: number;
  }[];
  return rows
    .map(({ date, ...flight }) => ({
      departureMs: Date.parse(`${date.replaceAll('/', '-').replace(' ', 'T')}Z`),
      ...flight,
    }))
    .toSorted((a, b) => a.departureMs - b.departureMs);
}
