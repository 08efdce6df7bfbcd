import { isJsonObject, JsonNumber, type JsonValue, parseJson, printJson } from '../../../registry/index.ts';

/**
 * What registries of one group tell each other, as Confluent's do: JSON, in a classic group of the protocol type `sr`.
 */

export const PROTOCOL_TYPE = 'sr';
export const PROTOCOL_NAME = 'v0';
const VERSION = 1;

/** A registry of the group, and where it is asked. */
export interface RegistryIdentity {
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** `leader.eligibility` */
  readonly isEligible: boolean;
}

/** Who leads; undefined where no member may. */
interface LeaderAssignment {
  readonly memberId: string;
  readonly identity: RegistryIdentity;
}

export function urlOf({ scheme, host, port }: RegistryIdentity): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function encodeIdentity(identity: RegistryIdentity): Buffer {
  return Buffer.from(printJson(identityJson(identity)));
}

/** Undefined for what is none. */
export function decodeIdentity(bytes: Buffer): RegistryIdentity | undefined {
  return identityOf(jsonOf(bytes));
}

export function encodeAssignment(leader: LeaderAssignment | undefined): Buffer {
  const json = new Map<string, JsonValue>([
    ['version', integer(VERSION)],
    ['error', integer(0)],
    ['master', leader?.memberId ?? null],
    ['master_identity', leader === undefined ? null : identityJson(leader.identity)],
  ]);
  return Buffer.from(printJson(json));
}

/** Undefined where nobody leads. */
export function decodeAssignment(bytes: Buffer): LeaderAssignment | undefined {
  const json = jsonOf(bytes);
  if (!isJsonObject(json)) return undefined;
  const [memberId, identity] = [json.get('master'), identityOf(json.get('master_identity'))];
  return typeof memberId === 'string' && identity !== undefined ? { memberId, identity } : undefined;
}

/** Of several that may lead the one whose URL comes first does, as among Confluent's registries. */
export function chooseLeader(
  members: readonly { readonly memberId: string; readonly identity: RegistryIdentity | undefined }[],
): LeaderAssignment | undefined {
  const eligible = members.flatMap(({ memberId, identity }) =>
    identity?.isEligible === true ? [{ memberId, identity }] : [],
  );
  return eligible.sort((one, other) => (urlOf(one.identity) < urlOf(other.identity) ? -1 : 1))[0];
}

function identityJson({ host, port, isEligible, scheme }: RegistryIdentity): JsonValue {
  return new Map<string, JsonValue>([
    ['version', integer(VERSION)],
    ['host', host],
    ['port', integer(port)],
    ['master_eligibility', isEligible],
    ['scheme', scheme],
  ]);
}

function identityOf(json: JsonValue | undefined): RegistryIdentity | undefined {
  if (!isJsonObject(json)) return undefined;
  const [host, port] = [json.get('host'), json.get('port')];
  if (typeof host !== 'string' || !(port instanceof JsonNumber)) return undefined;
  return {
    host,
    port: port.value,
    isEligible: json.get('master_eligibility') === true,
    scheme: json.get('scheme') === 'https' ? 'https' : 'http',
  };
}

function integer(value: number): JsonNumber {
  return new JsonNumber(String(value));
}

function jsonOf(bytes: Buffer): JsonValue | undefined {
  try {
    return parseJson(bytes.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
