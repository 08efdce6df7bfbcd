import { lineCommentPattern, nonReservedKeywords, reservedKeywords } from '../../grammar/index.ts';

const KEYWORDS: ReadonlySet<string> = new Set([...reservedKeywords, ...nonReservedKeywords]);

/** What is coloured, each kind in a group of its name; the order settles what a piece is when several would match. */
const PIECES = new RegExp(
  [
    `(?<comment>${lineCommentPattern.source}|/\\*[^]*?(?:\\*/|$))`,
    /(?<string>'(?:[^']|'')*'?|\$\$[^]*?(?:\$\$|$))/.source,
    /(?<quoted>"[^"]*"?|`[^`]*`?)/.source,
    /(?<number>\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)/.source,
    /(?<word>[A-Za-z_]\w*)/.source,
  ].join('|'),
  'g',
);

type Groups = Readonly<Record<'comment' | 'string' | 'quoted' | 'number' | 'word', string | undefined>>;

/** Colours a SQL text for a terminal; without the colour codes it is the same text. */
export function highlight(text: string): string {
  return text.replaceAll(PIECES, (piece, ...rest) => {
    const colour = colourOf(rest.at(-1) as Groups);
    if (colour === undefined) return piece;
    // A piece of several lines is coloured line by line: the editor cuts the text at line breaks.
    const lines = piece.split('\n').map((line) => (line === '' ? '' : `\x1b[${colour}m${line}\x1b[0m`));
    return lines.join('\n');
  });
}

function colourOf(groups: Groups): string | undefined {
  if (groups.comment !== undefined) return '90';
  if (groups.string !== undefined) return '32';
  if (groups.number !== undefined) return '36';
  return groups.word !== undefined && KEYWORDS.has(groups.word.toUpperCase()) ? '1;34' : undefined;
}
