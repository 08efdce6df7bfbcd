/** Flights a second at first: the three months of the data pass in about three minutes, which is something to watch. */
const FLIGHTS_PER_SECOND = 110;
/** And afterwards: a demo that is left running for days neither fills the disk nor catches up with the present. */
const FLIGHTS_PER_SECOND_LATER = 10;

/** How many flights have to be sent by then, when `first` were sent before: the first pass is fast, the others are not. */
export function dueFlights(
  seconds: number,
  { first, perPass }: { readonly first: number; readonly perPass: number },
): number {
  const fastSeconds = Math.max(0, perPass - first) / FLIGHTS_PER_SECOND;
  if (seconds <= fastSeconds) return first + Math.ceil(seconds * FLIGHTS_PER_SECOND);
  return Math.max(first, perPass) + Math.ceil((seconds - fastSeconds) * FLIGHTS_PER_SECOND_LATER);
}
