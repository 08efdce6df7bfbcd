import { DiagnosticError } from '../../base/errors.ts';
import type { Serde } from '../serde.ts';

interface MaybeSerdes<K, V> {
  readonly keySerde?: Serde<K> | undefined;
  readonly valueSerde?: Serde<V> | undefined;
}

export interface Serdes<K, V> {
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
}

/** The serdes given for an operator, or those that the stream still has from upstream. */
export function requireSerdes<K, V>(
  nodeName: string,
  given: MaybeSerdes<K, V>,
  inherited: MaybeSerdes<K, V>,
): Serdes<K, V> {
  return {
    keySerde: requireSerde(nodeName, 'key', given.keySerde ?? inherited.keySerde),
    valueSerde: requireSerde(nodeName, 'value', given.valueSerde ?? inherited.valueSerde),
  };
}

export function requireSerde<T>(
  nodeName: string,
  what: 'key' | 'value',
  serde: Serde<T> | undefined,
): Serde<T> {
  if (serde) return serde;
  throw new DiagnosticError({
    message: `${nodeName} needs a serde for its ${what}s`,
    detail: `an operator upstream changed the type of the ${what}, and records are stored or sent here`,
    hint: `give ${what}Serde to this operator, or to the one that changed the ${what}`,
  });
}
