import { commandLinePage } from './command-line-page.ts';
import { errorCodesPage } from './error-codes-page.ts';
import { kafkaApisPage } from './kafka-apis-page.ts';
import {
  brokerConfigPage,
  clientConfigPage,
  serverConfigPage,
  streamsConfigPage,
  topicConfigPage,
} from './property-pages.ts';
import { sqlFunctionsPage, sqlStatementsPage } from './sql-pages.ts';

/** The pages of docs/reference, by file name: each is made from what the code registers, and from nothing else. */
const referencePages = {
  'command-line.md': commandLinePage,
  'sql-statements.md': sqlStatementsPage,
  'sql-functions.md': sqlFunctionsPage,
  'kafka-apis.md': kafkaApisPage,
  'error-codes.md': errorCodesPage,
  'broker-config.md': brokerConfigPage,
  'topic-config.md': topicConfigPage,
  'client-config.md': clientConfigPage,
  'streams-config.md': streamsConfigPage,
  'server-config.md': serverConfigPage,
} as const satisfies Record<string, () => string | Promise<string>>;

const NOTE = '<!-- Made by `npm run docs` from what the code registers; a test keeps them equal. -->\n\n';

/** All pages as they have to be, by file name. */
export async function renderReference(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const [file, render] of Object.entries(referencePages)) {
    const text = await render();
    pages.set(file, `${NOTE}${text.trimEnd()}\n`);
  }
  pages.set('README.md', indexOf(pages));
  return pages;
}

function indexOf(pages: ReadonlyMap<string, string>): string {
  const titles = [...pages].map(([file, text]) => `- [${/^# (.*)$/m.exec(text)?.[1] ?? file}](${file})`);
  return `${NOTE}# Reference\n\n${titles.join('\n')}\n`;
}
