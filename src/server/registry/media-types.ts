import { RegistryRefusal } from '../../registry/index.ts';

const VERSIONED = 'application/vnd.schemaregistry.v1+json';
/** What answers may have as their type, the one that is preferred first. */
const TYPES = [VERSIONED, 'application/vnd.schemaregistry+json', 'application/json'];

/** Clients send one of few headers each time. */
const CHOSEN_MAX = 100;
const chosen = new Map<string, string>();

/**
 * Chooses the type of an answer by the header Accept. RFC 9110, section 12.5.1.
 * @throws {RegistryRefusal} 406 where the client takes none of them.
 */
export function answerType(accept: string | undefined): string {
  if (accept === undefined) return VERSIONED;
  const known = chosen.get(accept);
  if (known !== undefined) return known;
  const type = choose(accept);
  if (chosen.size < CHOSEN_MAX) chosen.set(accept, type);
  return type;
}

function choose(accept: string): string {
  if (accept.trim() === '') return VERSIONED;
  const ranges = accept.split(',').map(mediaRange);
  let best: { readonly type: string; readonly quality: number } | undefined;
  for (const type of TYPES) {
    const quality = Math.max(
      0,
      ...ranges.filter(({ name }) => covers(name, type)).map((range) => range.quality),
    );
    if (quality > 0 && (best === undefined || quality > best.quality)) best = { type, quality };
  }
  if (best === undefined) throw new RegistryRefusal(406, 'HTTP 406 Not Acceptable');
  return best.type;
}

function mediaRange(text: string): { readonly name: string; readonly quality: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { name, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

function covers(range: string, type: string): boolean {
  return range === type || range === '*/*' || range === 'application/*';
}
