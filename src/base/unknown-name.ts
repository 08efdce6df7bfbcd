import { DiagnosticError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

/** A name that there is not, told with the nearest one that there is, or else with `hint`. */
export function unknownName(
  message: string,
  { name, known, hint }: { readonly name: string; readonly known: Iterable<string>; readonly hint?: string },
): DiagnosticError {
  const suggestion = nearestName(name, known);
  if (suggestion !== undefined) return new DiagnosticError({ message, suggestion });
  return new DiagnosticError({ message, ...(hint === undefined ? {} : { hint }) });
}
