/** A part of the day as English names it (pattern letter B), from a minute of the day on and up to another. */
interface DayPeriod {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const HOUR = 60;

const night: DayPeriod = { name: 'at night', from: 21 * HOUR, to: 30 * HOUR };

/** The narrower ones first: midnight and noon are a minute each. */
const periods: readonly DayPeriod[] = [
  { name: 'midnight', from: 0, to: 1 },
  { name: 'noon', from: 12 * HOUR, to: 12 * HOUR + 1 },
  { name: 'in the morning', from: 6 * HOUR, to: 12 * HOUR },
  { name: 'in the afternoon', from: 12 * HOUR, to: 18 * HOUR },
  { name: 'in the evening', from: 18 * HOUR, to: 21 * HOUR },
  night,
];

export const periodNames = periods.map(({ name }) => name);

/** The period of a minute of the day. */
export function periodOf(minute: number): DayPeriod {
  return periods.find((period) => includes(period, minute)) ?? night;
}

function includes({ from, to }: DayPeriod, minute: number): boolean {
  return (minute >= from && minute < to) || (minute + 24 * HOUR >= from && minute + 24 * HOUR < to);
}

/** Whether a minute of the day is in the period of a number, by its place among {@link periodNames}. */
export function isInPeriod(index: number, minute: number): boolean {
  const period = periods[index];
  return period !== undefined && includes(period, minute);
}

/** The minute in the middle of a period. */
export function middleOfPeriod(index: number): number {
  const { from, to } = periods[index] ?? night;
  return Math.floor((from + to) / 2) % (24 * HOUR);
}
