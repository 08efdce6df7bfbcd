/**
 * An offset or a time as it is shown. Beyond 2^53 the client knows only the nearest number, which the tilde says.
 */
export function shownInteger(value: number): number | string {
  return Number.isSafeInteger(value) ? value : `~${value}`;
}
