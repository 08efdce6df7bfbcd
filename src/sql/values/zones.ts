/**
 * Time zones by the names that Java takes: offsets (`Z`, `+02:00`, `UTC+2`) and regions (`Europe/Paris`). The rules of
 * regions come from the runtime (ICU), looked up once per zone and quarter of an hour.
 */
export interface Zone {
  readonly id: string;
  /** Milliseconds east of Greenwich at an instant. */
  offsetMs(epochMs: number): number;
}

const QUARTER_MS = 900_000;
const CACHED_OFFSETS_MAX = 20_000;
const zones = new Map<string, Zone>();

/** The zone of a name. @throws {RangeError} where there is none. */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = fixedZone(name) ?? regionZone(name);
    if (zones.size < 1000) zones.set(name, zone);
  }
  return zone;
}

function fixedZone(name: string): Zone | undefined {
  const match = /^(?:UTC|GMT|UT|Z)?(?:([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?)?$/.exec(name);
  if (match === null || name === '') return undefined;
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  if (Number(hours) > 18 || Number(minutes) > 59 || Number(seconds) > 59) {
    throw new RangeError(`Invalid zone offset: ${name}`);
  }
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  const offset = sign === '-' ? -ms : ms;
  return { id: name, offsetMs: () => offset };
}

function regionZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch (error) {
    throw new RangeError(`Unknown time-zone ID: ${name}`, { cause: error });
  }
  const offsets = new Map<number, number>();
  return {
    id: name,
    offsetMs(epochMs) {
      const quarter = Math.floor(epochMs / QUARTER_MS);
      let offset = offsets.get(quarter);
      if (offset === undefined) {
        if (offsets.size >= CACHED_OFFSETS_MAX) offsets.clear();
        offset = lookUp(format, epochMs);
        offsets.set(quarter, offset);
      }
      return offset;
    },
  };
}

function lookUp(format: Intl.DateTimeFormat, epochMs: number): number {
  const name = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  return fixedZone(name.replace(/\u2212/g, '-'))?.offsetMs(0) ?? 0;
}

/** The instant of a local time; in the gap of a clock change an hour later, where it is ambiguous the earlier one. */
export function instantOf(localMs: number, zone: Zone): number {
  const before = zone.offsetMs(localMs - 86_400_000);
  const candidate = localMs - before;
  if (zone.offsetMs(candidate) === before) return candidate;
  const after = zone.offsetMs(localMs + 86_400_000);
  return zone.offsetMs(localMs - after) === after ? localMs - after : candidate;
}

/** Abbreviations, as Java reads them. */
const abbreviations: Readonly<Record<string, string>> = {
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  PT: 'America/Los_Angeles',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  ET: 'America/New_York',
  AKST: 'America/Anchorage',
  AKDT: 'America/Anchorage',
  HST: 'Pacific/Honolulu',
  BST: 'Europe/London',
  WET: 'Europe/Lisbon',
  WEST: 'Europe/Lisbon',
  CET: 'Europe/Paris',
  CEST: 'Europe/Paris',
  EET: 'Europe/Bucharest',
  EEST: 'Europe/Bucharest',
  MSK: 'Europe/Moscow',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  HKT: 'Asia/Hong_Kong',
  SGT: 'Asia/Singapore',
  AEST: 'Australia/Sydney',
  AEDT: 'Australia/Sydney',
  NZST: 'Pacific/Auckland',
  NZDT: 'Pacific/Auckland',
};

/** The zone of an abbreviation or of any other name; undefined where there is none. */
export function knownZone(text: string): Zone | undefined {
  try {
    return zoneOf(abbreviations[text.toUpperCase()] ?? text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

/** The zone's name at an instant: `PDT`, or `Pacific Daylight Time`. */
export function zoneName(zone: Zone, epochMs: number, style: 'short' | 'long'): string {
  if (fixedZone(zone.id) !== undefined) return zone.id;
  for (const locale of ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'en-NZ']) {
    const name = new Intl.DateTimeFormat(locale, { timeZone: zone.id, timeZoneName: style })
      .formatToParts(epochMs)
      .find((part) => part.type === 'timeZoneName')?.value;
    if (name !== undefined && !/^(GMT|UTC)[+-]/.test(name)) return name;
  }
  return zone.id;
}
