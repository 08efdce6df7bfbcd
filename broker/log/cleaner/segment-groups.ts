import type { LogConfig } from '../log-config.ts';

interface GroupedSegment {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  /** Of its largest index file. */
  readonly indexBytes: number;
}

/** Indexes hold offsets relative to the segment's base in an int32. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

/** All names of a group change in one turn of the event loop: some eight renamings a segment, of some ten microseconds each. */
const SEGMENTS_MAX = 64;

/**
 * Cuts segments that follow each other into groups, each of which becomes one segment: at most `segment.bytes` and
 * `segment.index.bytes` together, and within the range of relative offsets.
 * @param endOffset where the last segment ends.
 */
export function groupSegments<S extends GroupedSegment>(
  segments: readonly S[],
  { segmentBytes, segmentIndexBytes }: Pick<LogConfig, 'segmentBytes' | 'segmentIndexBytes'>,
  endOffset: number,
): readonly (readonly S[])[] {
  const groups: S[][] = [];
  let bytes = 0;
  let indexBytes = 0;
  for (const [index, segment] of segments.entries()) {
    const group = groups.at(-1);
    const lastOffset = (segments[index + 1]?.baseOffset ?? endOffset) - 1;
    const fits =
      group !== undefined &&
      group.length < SEGMENTS_MAX &&
      bytes + segment.sizeInBytes <= segmentBytes &&
      indexBytes + segment.indexBytes <= segmentIndexBytes &&
      (segment.sizeInBytes === 0 || lastOffset - (group[0]?.baseOffset ?? 0) <= RELATIVE_OFFSET_MAX);
    if (fits) {
      group.push(segment);
      bytes += segment.sizeInBytes;
      indexBytes += segment.indexBytes;
    } else {
      groups.push([segment]);
      bytes = segment.sizeInBytes;
      indexBytes = segment.indexBytes;
    }
  }
  return groups;
}
