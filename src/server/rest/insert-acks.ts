import { acceptedType } from './accept.ts';
import { MediaType } from './answer-writers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The text of the answer to a stream of inserts, piece by piece. */
export interface AckWriter {
  readonly contentType: string;
  /** The row of that number is in the topic. */
  ack(seq: number): string;
  /** The row of that number is not. Nothing follows but the end. */
  error(seq: number, body: Fields): string;
  end(): string;
}

/** The writer for a client's Accept header; undefined where none will do. */
export function ackWriterFor(accept: string | undefined): AckWriter | undefined {
  const type = acceptedType(accept, [MediaType.DELIMITED, MediaType.JSON]);
  if (type === undefined) return undefined;
  return type === MediaType.JSON ? new JsonAcks() : delimitedAcks;
}

const ackJson = (seq: number): string => `{"status":"ok","seq":${seq}}`;

const errorJson = (seq: number, body: Fields): string => JSON.stringify({ ...body, status: 'error', seq });

/** A JSON text a line. */
const delimitedAcks: AckWriter = {
  contentType: MediaType.DELIMITED,
  ack: (seq) => `${ackJson(seq)}\n`,
  error: (seq, body) => `${errorJson(seq, body)}\n`,
  end: () => '',
};

/** One JSON array. */
class JsonAcks implements AckWriter {
  readonly contentType = MediaType.JSON;
  #begun = false;

  ack(seq: number): string {
    return this.#element(ackJson(seq));
  }

  error(seq: number, body: Fields): string {
    return this.#element(errorJson(seq, body));
  }

  end(): string {
    return this.#begun ? ']' : '[]';
  }

  #element(json: string): string {
    const lead = this.#begun ? ',\n' : '[';
    this.#begun = true;
    return lead + json;
  }
}
