import { type KTable, Serdes, type Windowed } from '../../src/streams/index.ts';

const S = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Writes a table's changes as text. */
export function out<V>(table: KTable<string, V>): void {
  table
    .toStream()
    .mapValues((value) => (value == null ? null : String(value)))
    .to('out', {
      valueSerde: Serdes.string as typeof Serdes.string & {
        serialize(topic: string, value: string | null): Buffer;
      },
    });
}

/** Writes a windowed table's changes as text, under keys of text. */
export function outWindowed<V>(table: KTable<Windowed<string>, V>): void {
  table
    .toStream()
    .map(
      ({ key, window }, value) =>
        [`${key}@${window.startMs}-${window.endMs}`, value == null ? null : String(value)] as const,
    )
    .to('out', S as never);
}
