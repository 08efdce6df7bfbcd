import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { decodeResponse } from '../../protocol/framing.ts';
import { apiVersions } from '../../protocol/messages/18-api-versions.ts';
import { kafkaError } from '../kafka-error.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { BrokerVersions } from './broker-versions.ts';

/** What clients say of themselves. Checked by brokers against `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?` (KIP-511). */
export const CLIENT_SOFTWARE = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0.1.0' };

/** Where the error code stands in every version: behind the correlation id, since the header is always the old one. */
const ERROR_CODE_AT = 4;

/**
 * Asks a broker which versions it speaks. A broker that does not know our version of the question answers in version 0
 * with UNSUPPORTED_VERSION and the range of this one API, and is asked again (KIP-35).
 */
export async function negotiateVersions(
  connection: BrokerConnection,
  timeoutMs: number,
): Promise<BrokerVersions> {
  const { host, port } = connection.address;
  let version = apiVersions.advertised.max;
  for (;;) {
    const frame = await connection.sendForFrame({
      api: apiVersions,
      version,
      body: CLIENT_SOFTWARE,
      timeoutMs,
    });
    const errorCode = frame.length < ERROR_CODE_AT + 2 ? ErrorCode.NONE : frame.readInt16BE(ERROR_CODE_AT);
    if (errorCode === ErrorCode.UNSUPPORTED_VERSION && version > 0) {
      const range = decodeResponse(apiVersions, 0, frame).apiKeys.find(
        ({ apiKey }) => apiKey === apiVersions.key,
      );
      version = Math.min(version - 1, range?.maxVersion ?? 0);
      continue;
    }
    const response = decodeResponse(apiVersions, version, frame);
    if (response.errorCode !== ErrorCode.NONE) throw kafkaError(response.errorCode, `${host}:${port}`);
    if (response.apiKeys.length === 0) {
      throw new OperationalError('UNSUPPORTED_VERSION', `${host}:${port} offers no API at all`, {
        retriable: false,
      });
    }
    return new BrokerVersions(`${host}:${port}`, response.apiKeys, response.finalizedFeatures);
  }
}
