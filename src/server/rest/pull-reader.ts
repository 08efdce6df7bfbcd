import type { LateSignal } from '../../base/late-signal.ts';
import type { PreparedStatement, PullQuery, Row } from '../../sql/index.ts';
import type { PassedForm } from './answer-writers.ts';
import type { RequestProperties } from './request-properties.ts';

/** Some rows of an answer: as values, or as another server has written them. */
export type PullPage =
  | { readonly rows: readonly Row[] }
  /** See {@link PassedForm}. */
  | { readonly texts: readonly string[] };

/** All at hand, or read as they are asked for. */
export type PullPages = AsyncIterable<PullPage> | readonly PullPage[];

/** A pull query as a client has sent it. */
export interface PullRequest {
  readonly prepared: PreparedStatement;
  readonly properties: RequestProperties;
  /** The form in which rows of other servers can be passed on. */
  readonly passes: PassedForm;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: LateSignal;
}

/** Reads pull queries, on whatever server of the service their rows are. */
export interface PullReader {
  /** Resolves with the first rows at hand; what is wrong at once is an error now. */
  read(query: PullQuery, request: PullRequest): Promise<PullPages>;
}
