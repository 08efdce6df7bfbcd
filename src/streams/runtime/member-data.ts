import { isObject } from '../../base/argument-checks.ts';
import type { SubtopologyShape, TopologyShape } from './topology-shape.ts';

/** The version of the user data of this assignor. */
const VERSION = 1;

/** What a member tells the group's leader, and the leader the members, in the user data. */
interface MemberData {
  /** Tasks that run there, or have state there. */
  readonly tasks: readonly string[];
  /** Of the member's topology; undefined of members that do not say. */
  readonly shape: TopologyShape | undefined;
  /** Of the shape, which members with large ones do not tell unasked; undefined of older builds. */
  readonly fingerprint: string | undefined;
  /** The member is to tell its shape from its next join on; undefined where the leader is of an older build. */
  readonly isToTell: boolean | undefined;
  /** See `TaskAssignorOptions`. */
  readonly instance: string | undefined;
  /** All are to end: SHUTDOWN_APPLICATION. */
  readonly asksToEnd: boolean;
  /** What differs between the topologies of the group. */
  readonly differences: readonly string[];
}

const NOTHING: MemberData = {
  tasks: [],
  shape: undefined,
  fingerprint: undefined,
  isToTell: undefined,
  instance: undefined,
  asksToEnd: false,
  differences: [],
};

export function encodeMemberData({
  tasks = [],
  shape,
  fingerprint,
  isToTell,
  instance,
  asksToEnd = false,
  differences = [],
}: Partial<MemberData>): Buffer {
  const content = {
    version: VERSION,
    ...(tasks.length > 0 ? { tasks } : {}),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(shape === undefined ? {} : { shape }),
    ...(isToTell === undefined ? {} : { tell: isToTell }),
    ...(instance === undefined ? {} : { instance }),
    ...(asksToEnd ? { end: true } : {}),
    ...(differences.length > 0 ? { differences } : {}),
  };
  return Buffer.from(JSON.stringify(content));
}

/** Foreign bytes are those of a member of another version, which is treated as new. */
export function decodeMemberData(userData: Buffer | null | undefined): MemberData {
  if (!userData) return NOTHING;
  let content: unknown;
  try {
    content = JSON.parse(userData.toString('utf8'));
  } catch {
    return NOTHING;
  }
  const fields = fieldsOf(content);
  const [fingerprint, tell, instance] = [
    fields.get('fingerprint'),
    fields.get('tell'),
    fields.get('instance'),
  ];
  return {
    fingerprint: typeof fingerprint === 'string' ? fingerprint : undefined,
    isToTell: typeof tell === 'boolean' ? tell : undefined,
    instance: typeof instance === 'string' ? instance : undefined,
    tasks: textsIn(fields.get('tasks')),
    shape: shapeFrom(fields.get('shape')),
    asksToEnd: fields.get('end') === true,
    differences: textsIn(fields.get('differences')),
  };
}

/** A shape that has come over the wire; undefined where it is none. */
function shapeFrom(content: unknown): TopologyShape | undefined {
  if (!isObject(content)) return undefined;
  const entries = [...fieldsOf(content)].map(([id, part]): [string, SubtopologyShape] => {
    const fields = fieldsOf(part);
    const texts = (name: string): readonly string[] => textsIn(fields.get(name));
    return [id, { reads: texts('reads'), writes: texts('writes'), stores: texts('stores') }];
  });
  return Object.fromEntries(entries);
}

function fieldsOf(content: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(isObject(content) ? Object.entries(content) : []);
}

function textsIn(content: unknown): readonly string[] {
  return Array.isArray(content) ? content.filter((each): each is string => typeof each === 'string') : [];
}
