import { DiagnosticError } from '../../../base/errors.ts';
import type { Serde } from '../../serde.ts';

export interface Serdes {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
}

/** The serdes of records that are stored or sent. @throws {DiagnosticError} where one is missing. */
export function requireSerdes(
  nodeName: string,
  serdes: { readonly keySerde: Serde<unknown> | undefined; readonly valueSerde: Serde<unknown> | undefined },
): Serdes {
  return {
    keySerde: requireSerde(nodeName, 'key', serdes.keySerde),
    valueSerde: requireSerde(nodeName, 'value', serdes.valueSerde),
  };
}

export function requireSerde(
  nodeName: string,
  what: 'key' | 'value',
  serde: Serde<unknown> | undefined,
): Serde<unknown> {
  if (serde) return serde;
  throw new DiagnosticError({
    message: `${nodeName} needs a serde for its ${what}s`,
    detail: `an operator upstream changed the type of the ${what}, and records are stored or sent here`,
    hint: `give ${what}Serde to this operator, or to the one that changed the ${what}`,
  });
}
