import { ProtocolError } from '../../src/base/protocol-error.ts';
import { apiOf } from '../../src/protocol/apis.ts';
import type { RequestHeader } from '../../src/protocol/framing.ts';

/** Thrown when a request cannot be understood though its header can: it tells who sent it, and what it was to be. */
export class UnreadableRequest extends ProtocolError {
  readonly clientId: string | null;
  /** The name of the API; its key where there is none. */
  readonly api: string;
  readonly apiVersion: number;

  constructor({ apiKey, apiVersion, clientId }: RequestHeader, reason: ProtocolError) {
    super(reason.code, reason.message);
    this.clientId = clientId;
    this.api = apiOf(apiKey)?.name ?? String(apiKey);
    this.apiVersion = apiVersion;
  }
}
