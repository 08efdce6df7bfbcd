/** A fenced block of a guide. */
export interface GuideBlock {
  readonly language: string;
  readonly text: string;
  /** Of its first line in the guide. */
  readonly line: number;
  /** `<!-- file: NAME -->` above it: written under that name in the guide's folder. */
  readonly file: string | undefined;
  /** `<!-- not run: REASON -->` above it. */
  readonly notRun: string | undefined;
  /** `<!-- eventually: REASON -->` above it: what it prints takes a moment to be so, and it is run until then. */
  readonly eventually: boolean;
  /** What the block prints: the `text` block that follows it with nothing but prose of one line between. */
  readonly output: string | undefined;
}

const FENCE = /^```(\w*)\s*$/;
const DIRECTIVE = /^<!-- (file|not run|eventually): (.+) -->$/;

/** All blocks of a guide that are not output, in order. */
export function blocksOf(guide: string): GuideBlock[] {
  const blocks: { -readonly [K in keyof GuideBlock]: GuideBlock[K] }[] = [];
  const lines = guide.split('\n');
  let directives: Record<string, string> = {};
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const directive = DIRECTIVE.exec(line);
    if (directive !== null) directives[directive[1] ?? ''] = directive[2] ?? '';
    const fence = FENCE.exec(line);
    if (fence === null) {
      if (directive === null && line.trim() !== '') directives = {};
      continue;
    }
    const end = lines.indexOf('```', index + 1);
    if (end < 0) throw new Error(`the block at line ${index + 1} does not end`);
    const text = `${lines.slice(index + 1, end).join('\n')}\n`;
    const language = fence[1] ?? '';
    const last = blocks.at(-1);
    if (language === 'text' && last !== undefined && directives['not run'] === undefined) last.output = text;
    else {
      blocks.push({
        language,
        text,
        line: index + 2,
        file: directives['file'],
        notRun: directives['not run'],
        eventually: directives['eventually'] !== undefined,
        output: undefined,
      });
    }
    directives = {};
    index = end;
  }
  return blocks;
}

/** Whether what was printed is what the guide says: `...` stands for anything, also over lines. */
export function printsAs(expected: string, printed: string): boolean {
  const pattern = expected
    .trim()
    .split('...')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(String.raw`[\s\S]*?`);
  return new RegExp(`^${pattern}$`).test(printed.trim());
}
