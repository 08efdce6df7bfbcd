import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** The package exports its data by URL only, so the files are found beside its entry. */
const folder = path.join(path.dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '..', 'data');

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
