import { describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/serde/formats.ts';
import type { Row } from '../../../src/serde/model/sql-value.ts';
import { rowSerde } from '../../../src/sql/lowering/row-serdes.ts';
import { type Serde, Serdes } from '../../../src/streams/index.ts';
import { KeyCodec } from '../../../src/streams/state/key-codec.ts';
import { isTextSerde } from '../../../src/streams/text-serde.ts';
import { timeWindowedSerde, sessionWindowedSerde } from '../../../src/streams/windows/windowed-serdes.ts';
import { Windowed } from '../../../src/streams/windows/windowed.ts';

const LETTERS = ['', 'k', 'a key', 'é', 'ł', '€', '😀', '\x7f', '\x00', '"', 'x'.repeat(12), 'x'.repeat(13)];
const TEXTS = [...LETTERS, 'x'.repeat(48), 'x'.repeat(49), `${'x'.repeat(47)}é`, 'é'.repeat(100)];

const kafka = { format: 'KAFKA', properties: {}, features: [] };
const rows = rowSerde('key', kafka, [{ name: 'K', type: { kind: 'STRING' } }]);

/** As serdes that know nothing of texts. */
const plain: Serde<string> = {
  serialize: (_topic, value) => Buffer.from(value, 'utf8'),
  deserialize: (_topic, bytes) => bytes.toString('utf8'),
};
const plainRows: Serde<Row> = {
  serialize: (topic, [text]) => (typeof text === 'string' ? plain.serialize(topic, text) : null),
  deserialize: (topic, bytes) => [plain.deserialize(topic, bytes)],
};

describe('keys that are texts', () => {
  it.each(TEXTS)('%j is kept as the bytes of its serde, and read again', (text) => {
    const kept = new KeyCodec(plain, 't').text(text);
    const codec = new KeyCodec(Serdes.string, 't');
    expect(codec.text(text)).toBe(kept);
    expect(codec.key(kept)).toBe(text);
  });

  it.each(TEXTS)('%j is kept as the bytes of its format, in a row of SQL', (text) => {
    const kept = new KeyCodec(plainRows, 't').text([text]);
    const codec = new KeyCodec(rows, 't');
    expect(codec.text([text])).toBe(kept);
    expect(codec.key(kept)).toEqual([text]);
  });
});

describe('serdes of texts', () => {
  it('are those whose bytes are one text', () => {
    const rowsOf = (format: string, kind: 'STRING' | 'BIGINT'): Serde<Row> =>
      rowSerde('key', { ...kafka, format }, [{ name: 'K', type: { kind } }]);
    expect(isTextSerde(Serdes.string)).toBe(true);
    expect(isTextSerde(rowsOf('KAFKA', 'STRING'))).toBe(true);
    expect(isTextSerde(rowsOf('KAFKA', 'BIGINT'))).toBe(false);
    expect(isTextSerde(rowsOf('JSON', 'STRING'))).toBe(false);
    expect(isTextSerde(Serdes.json())).toBe(false);
  });

  it('leave a row with places for a caller to its bytes', () => {
    const spec = { columns: [{ name: 'K', type: { kind: 'STRING' } }], side: 'value' } as const;
    const options = { ...spec, properties: {}, features: new Set<never>(), trailingNulls: 2 };
    expect(formatOf('KAFKA').createSerde(options).isText).toBe(false);
  });

  it('refuse a key that is nothing', () => {
    expect(() => new KeyCodec(rows, 't').text([null])).toThrow('serializes to nothing');
  });

  it.each(TEXTS)('%j has the same bytes in a window, however it is written', (text) => {
    const windowed = new Windowed(text, { startMs: 1_764_000_000_000, endMs: 1_764_000_010_000 });
    for (const wrap of [
      (serde: Serde<string>) => timeWindowedSerde(serde, 10_000),
      sessionWindowedSerde<string>,
    ]) {
      const bytes = wrap(Serdes.string).serialize('t', windowed);
      expect(bytes).toEqual(wrap(plain).serialize('t', windowed));
      expect(bytes && wrap(Serdes.string).deserialize('t', bytes)).toEqual(windowed);
    }
  });

  it('a serde that has to be prepared is, for the key without its window', () => {
    const asked: string[] = [];
    const prepare = (bytes: Buffer): undefined => void asked.push(bytes.toString());
    for (const wrap of [
      (serde: Serde<string>) => timeWindowedSerde(serde, 10_000),
      sessionWindowedSerde<string>,
    ]) {
      const windowed = new Windowed('key', { startMs: 1, endMs: 2 });
      const bytes = wrap(plain).serialize('t', windowed);
      expect(bytes && wrap({ ...plain, prepare }).prepare?.(bytes)).toBeUndefined();
      expect('prepare' in wrap(plain)).toBe(false);
    }
    expect(asked).toEqual(['key', 'key']);
  });
});
