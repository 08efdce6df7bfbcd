/** How the values of options are read. */
import { DiagnosticError } from '../src/base/errors.ts';

export const collect = (value: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  value,
];

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new DiagnosticError({ message: `${text} is not a whole number` });
  return value;
}

const PORT_MAX = 65_535;

/** A port to listen on; 0: one that is free. */
export function port(text: string): number {
  const value = wholeNumber(text);
  if (value >= 0 && value <= PORT_MAX) return value;
  throw new DiagnosticError({ message: `a port is a number from 0 to ${PORT_MAX}, not ${text}` });
}

export function parseConfigs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new DiagnosticError({
          message: `${pair} is not a configuration`,
          hint: 'write it as name=value',
        });
      }
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
