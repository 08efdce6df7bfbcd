import { describe, expect, it } from 'vitest';
import { guessKey, guessValue } from '../../src/server/rest/guess-format.ts';
import { Serdes } from '../../src/streams/index.ts';
import { sessionWindowedSerde, timeWindowedSerde } from '../../src/streams/windows/windowed-serdes.ts';
import { Windowed } from '../../src/streams/windows/windowed.ts';

const startMs = 1_003_363_200_000;
const endMs = startMs + 60_000;

describe('PRINT knows by looking', () => {
  it.each([
    ['{"a":1}', 'JSON or KAFKA_STRING'],
    ['ATL', 'KAFKA_STRING'],
    ['', 'KAFKA_STRING'],
  ])('the text %j', (text, name) => {
    expect(guessValue(Buffer.from(text))).toEqual({ name, text });
    expect(guessKey(Buffer.from(text))).toEqual({ name, text });
  });

  it('numbers, and what it does not know', () => {
    expect(guessKey(Buffer.from('00000007', 'hex'))).toEqual({ name: 'KAFKA_INT', text: '7' });
    const long = Buffer.from('0000000000000007', 'hex');
    expect(guessKey(long)).toEqual({ name: 'KAFKA_BIGINT or KAFKA_DOUBLE', text: '7' });
    expect(guessKey(Buffer.from('ff00ff', 'hex'))).toEqual({ name: 'unrecognized', text: '0xff00ff' });
    expect(guessKey(Buffer.from('ffffffffffffffffffff', 'hex')).name).toBe('unrecognized');
    expect(guessKey(null).text).toBe('<null>');
  });

  it('keys with windows, as Streams writes them', () => {
    const key = new Windowed('MHT', { startMs, endMs });
    const time = timeWindowedSerde(Serdes.string, 60_000).serialize('t', key);
    expect(guessKey(time)).toEqual({
      name: 'HOPPING(KAFKA_STRING) or TUMBLING(KAFKA_STRING)',
      text: `[MHT@${startMs}/-]`,
    });
    const session = sessionWindowedSerde(Serdes.string).serialize('t', key);
    expect(guessKey(session)).toEqual({ name: 'SESSION(KAFKA_STRING)', text: `[MHT@${startMs}/${endMs}]` });
    const number = timeWindowedSerde(Serdes.integer, 60_000).serialize(
      't',
      new Windowed(7, { startMs, endMs }),
    );
    expect(guessKey(number).text).toBe(`[7@${startMs}/-]`);
    // A value has no window.
    expect(guessValue(time).name).toBe('unrecognized');
  });
});
