import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { DiagnosticError } from '../../src/base/errors.ts';

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

/**
 * Finds a file of the data set. The package exports its data by URL only, so the files are found beside its entry. It is
 * large and of no use to anything but the demo, so whoever installs Millrace does not get it.
 */
function dataFile(name: string): string {
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve('vega-datasets'));
  } catch (cause) {
    const hint = 'npm install vega-datasets@3.2.1';
    throw new DiagnosticError(
      { message: 'the demo needs the data of the npm package vega-datasets', hint },
      { cause },
    );
  }
  return path.join(path.dirname(entry), '..', 'data', name);
}

/** @throws {DiagnosticError} with what to install, where the data set is missing. */
export function requireFlightData(): void {
  dataFile('airports.csv');
}

/** All airports of the data set. */
export function readAirports(): readonly Airport[] {
  const rows = parse(readFileSync(dataFile('airports.csv')), { columns: true }) as Record<string, string>[];
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
  const rows = JSON.parse(readFileSync(dataFile('flights-20k.json'), 'utf8')) as {
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
