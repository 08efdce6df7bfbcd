import { createHash } from 'node:crypto';
import type { TopologyShape } from './topology-shape.ts';

/** Bytes of JSON up to which a member tells its shape unasked: a group's record has those of all members. */
const SHAPE_BYTES_TOLD = 256;
/** Of base64url, of which each has six bits. */
const FINGERPRINT_CHARACTERS = 16;
/** Characters of what is told of differences: each member of the group is told them. */
const DIFFERENCES_CHARACTERS_MAX = 1000;

/** What a member tells of its topology. Those of older builds tell no fingerprint, those of Kafka Streams nothing. */
interface ToldShape {
  readonly memberId: string;
  readonly fingerprint: string | undefined;
  readonly shape: TopologyShape | undefined;
}

/** What a group knows of the topologies of its members. */
interface GroupShapes {
  /** By member. Those that tell nothing are absent: they are taken to run what the leader runs. */
  readonly shapes: ReadonlyMap<string, TopologyShape>;
  /** Whether there are members of which only the fingerprint of a topology is known that nobody has told. */
  readonly isComplete: boolean;
  /** Members that are to tell their shapes from now on: one of each topology, where there are several. */
  readonly tellers: ReadonlySet<string>;
}

/** The same for shapes that are alike, however large they are. */
export function fingerprintOf(shape: TopologyShape): string {
  const sorted = Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = sorted.map(([id, { reads, writes, stores }]) => [id, reads, writes, stores]);
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url');
  return hash.slice(0, FINGERPRINT_CHARACTERS);
}

/** What a member tells of its topology beside the fingerprint: nothing of a large one, unless it was asked. */
export function shapeToTell(shape: TopologyShape, { isAsked }: { readonly isAsked: boolean }) {
  return isAsked || Buffer.byteLength(JSON.stringify(shape)) <= SHAPE_BYTES_TOLD ? shape : undefined;
}

/** Puts together what members have told, each the fingerprint and few of them the shape. */
export function groupShapes(own: TopologyShape, told: readonly ToldShape[]): GroupShapes {
  const known = new Map([[fingerprintOf(own), own]]);
  const byFingerprint = new Map<string, ToldShape[]>();
  for (const { memberId, shape, fingerprint = shape && fingerprintOf(shape) } of sortedById(told)) {
    if (fingerprint === undefined) continue;
    if (shape !== undefined) known.set(fingerprint, shape);
    const alike = byFingerprint.get(fingerprint) ?? [];
    alike.push({ memberId, fingerprint, shape });
    byFingerprint.set(fingerprint, alike);
  }
  const shapes = new Map<string, TopologyShape>();
  const tellers = new Set<string>();
  for (const [fingerprint, alike] of byFingerprint) {
    const shape = known.get(fingerprint);
    if (shape !== undefined) for (const { memberId } of alike) shapes.set(memberId, shape);
    const teller = alike.find((each) => each.shape !== undefined) ?? alike[0];
    if (byFingerprint.size > 1 && teller !== undefined) tellers.add(teller.memberId);
  }
  return { shapes, tellers, isComplete: [...byFingerprint.keys()].every((each) => known.has(each)) };
}

/** As many of the lines as each member of a group can be told, and how many there are beside. */
export function differencesToTell(lines: readonly string[]): readonly string[] {
  const told: string[] = [];
  let left = DIFFERENCES_CHARACTERS_MAX;
  for (const line of lines) {
    if (left <= 0) break;
    told.push(line.length <= left ? line : `${line.slice(0, left)}...`);
    left -= line.length;
  }
  const more = lines.length - told.length;
  return more === 0 ? told : [...told, `and ${more} more`];
}

const sortedById = (told: readonly ToldShape[]): readonly ToldShape[] =>
  [...told].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
