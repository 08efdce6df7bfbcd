import type { Address } from '../../src/base/environment.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import type { ListenerAddress } from '../server/socket-server.ts';

/** Reads `NAME://HOST:PORT` entries, as in `listeners` and `advertised.listeners`. An IPv6 host stands in brackets. */
export function parseListeners(property: string, entries: readonly string[]): readonly ListenerAddress[] {
  return entries.map((entry) => {
    const match = /^([A-Za-z0-9_]+):\/\/(.*):(\d+)$/.exec(entry);
    const port = Number(match?.[3]);
    if (match === null || port > 65_535) {
      throw new DiagnosticError({
        message: `invalid listener ${JSON.stringify(entry)} in ${property}`,
        hint: 'write NAME://HOST:PORT, for example PLAINTEXT://127.0.0.1:9092',
      });
    }
    return { name: (match[1] ?? '').toUpperCase(), host: withoutBrackets(match[2] ?? '') || '0.0.0.0', port };
  });
}

/** A controller of `controller.quorum.voters`. */
export interface Voter {
  readonly id: number;
  readonly address: Address;
}

/** Reads `ID@HOST:PORT` entries. */
export function parseVoters(entries: readonly string[]): readonly Voter[] {
  return entries.map((entry) => {
    const match = /^(\d+)@(.+):(\d+)$/.exec(entry);
    if (match === null) {
      throw new DiagnosticError({
        message: `invalid voter ${JSON.stringify(entry)} in controller.quorum.voters`,
        hint: 'write ID@HOST:PORT, for example 1@127.0.0.1:9093',
      });
    }
    return {
      id: Number(match[1]),
      address: { host: withoutBrackets(match[2] ?? ''), port: Number(match[3]) },
    };
  });
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
