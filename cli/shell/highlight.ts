import { isKeyword } from '../../grammar/index.ts';

const PIECES =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*'?)|(?<quoted>"[^"]*"?|`[^`]*`?)|(?<number>\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<word>[A-Za-z_]\w*)/g;

const COLOURS = { comment: '90', string: '32', number: '36', keyword: '1;34' } as const;

/** Colours a SQL text for a terminal; without the colour codes it is the same text. */
export function highlight(text: string): string {
  return text.replaceAll(PIECES, (piece, ...rest) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const colour =
      groups['comment'] !== undefined
        ? COLOURS.comment
        : groups['string'] !== undefined
          ? COLOURS.string
          : groups['number'] !== undefined
            ? COLOURS.number
            : groups['word'] !== undefined && isKeyword(piece)
              ? COLOURS.keyword
              : undefined;
    // A piece of several lines is coloured line by line: the editor cuts the text at line breaks.
    return colour === undefined
      ? piece
      : piece
          .split('\n')
          .map((line) => (line === '' ? '' : `\x1b[${colour}m${line}\x1b[0m`))
          .join('\n');
  });
}
