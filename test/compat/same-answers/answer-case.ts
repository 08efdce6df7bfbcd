import type { Api, RequestInput } from '../../../src/protocol/message.ts';
import type { Peer } from './peer.ts';

/** Something to ask two brokers, in several versions; their transcripts have to be the same. */
export interface AnswerCase {
  readonly name: string;
  readonly versions: readonly number[];
  readonly run: (peer: Peer, version: number) => Promise<unknown>;
}

/** Requests of one API that need nothing before them, by what they are about. */
export function requests<A extends Api>(
  api: A,
  versions: readonly number[],
  bodies: Readonly<Record<string, (version: number, peer: Peer) => RequestInput<A>>>,
): readonly AnswerCase[] {
  return Object.entries(bodies).map(([about, body]) => ({
    name: `${api.name}: ${about}`,
    versions,
    run: (peer, version) => peer.ask(api, version, body(version, peer)),
  }));
}

/** A conversation: requests that follow from the answers before them. */
export function conversation(
  name: string,
  versions: readonly number[],
  run: (peer: Peer, version: number) => Promise<unknown>,
): AnswerCase {
  return { name, versions, run };
}
