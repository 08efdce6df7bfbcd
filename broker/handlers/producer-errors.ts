import { ErrorCode } from '../../src/protocol/error-codes.ts';

/** An error as clients know it: before `versionMin` of an API a producer that is fenced is told INVALID_PRODUCER_EPOCH. */
export function errorBefore(versionMin: number, version: number, errorCode: number): number {
  return errorCode === ErrorCode.PRODUCER_FENCED && version < versionMin
    ? ErrorCode.INVALID_PRODUCER_EPOCH
    : errorCode;
}
