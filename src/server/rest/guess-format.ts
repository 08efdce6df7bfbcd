import { readInt64 } from '../../base/int64.ts';

/** What the bytes of a key or value may be, as PRINT shows it: it knows no schema, so it tells what looking can tell. */
export interface GuessedFormat {
  /** `JSON or KAFKA_STRING`, in ksqlDB's words. */
  readonly name: string;
  readonly text: string;
}

const NOTHING: GuessedFormat = { name: '¯\\_(ツ)_/¯ - no data processed', text: '<null>' };

/** The longest time that a window is taken to begin at: the end of the year 2200. */
const WINDOW_START_MS_MAX = 7_289_654_400_000;

export function guessValue(bytes: Buffer | null): GuessedFormat {
  if (bytes === null) return NOTHING;
  return plain(bytes) ?? { name: 'unrecognized', text: `0x${bytes.toString('hex')}` };
}

/** As {@link guessValue}; a key may also have a window behind it, as Kafka Streams writes them. */
export function guessKey(bytes: Buffer | null): GuessedFormat {
  if (bytes === null) return NOTHING;
  return plain(bytes) ?? session(bytes) ?? timeWindow(bytes) ?? guessValue(bytes);
}

function plain(bytes: Buffer): GuessedFormat | undefined {
  if (isText(bytes)) {
    const text = bytes.toString('utf8');
    return { name: isJson(text) ? 'JSON or KAFKA_STRING' : 'KAFKA_STRING', text };
  }
  if (bytes.length === 4) return { name: 'KAFKA_INT', text: String(bytes.readInt32BE(0)) };
  if (bytes.length === 8)
    return { name: 'KAFKA_BIGINT or KAFKA_DOUBLE', text: String(bytes.readBigInt64BE(0)) };
  return undefined;
}

/** Key, start: `[ATL@1003363200000/-]`, whose end is not written. */
function timeWindow(bytes: Buffer): GuessedFormat | undefined {
  if (bytes.length < 8) return undefined;
  const at = bytes.length - 8;
  const key = plain(bytes.subarray(0, at));
  const startMs = readInt64(bytes, at);
  if (key === undefined || !isTime(startMs)) return undefined;
  return {
    name: `HOPPING(${key.name}) or TUMBLING(${key.name})`,
    text: `[${key.text}@${startMs}/-]`,
  };
}

/** Key, end, start: `[ATL@1003363200000/1003363260000]`. */
function session(bytes: Buffer): GuessedFormat | undefined {
  if (bytes.length < 16) return undefined;
  const at = bytes.length - 16;
  const key = plain(bytes.subarray(0, at));
  const [endMs, startMs] = [readInt64(bytes, at), readInt64(bytes, at + 8)];
  if (key === undefined || !isTime(startMs) || !isTime(endMs) || endMs < startMs) return undefined;
  return { name: `SESSION(${key.name})`, text: `[${key.text}@${startMs}/${endMs}]` };
}

const isTime = (ms: number): boolean => ms >= 0 && ms <= WINDOW_START_MS_MAX;

/** UTF-8 without control characters other than white space. */
function isText(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what tells text from numbers
  return !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
