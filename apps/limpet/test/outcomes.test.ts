import test from 'node:test';
import { TICK_KINDS } from '@limpet/scrape';
import type { TickKind } from '@limpet/scrape';
import { assertGolden, redrawCommand } from './golden-file.ts';

const ABOUT = `Every tick of every target's schedule ends in exactly one of these ways. They are counted in
\`limpet_scrape_outcomes_total{scrape_job,outcome,reason}\`; the last ticks of each target are in the page, at
\`/api/v1/limpet/gaps\`, and explained by \`limpet explain gap --target=…\`. A sample \`up 1\` was written for the ticks that
are \`scraped\` or \`late\`, and for no other; \`up 0\` for those that \`failed\`, except where the reason says that nothing was
written. Only \`failed\` has a reason.`;

function table(head: readonly string[], kinds: readonly TickKind[], name: (kind: TickKind) => string): string {
  const rows = kinds.map((kind) => [`\`${name(kind)}\``, sentence(kind.meaning), kind.hint].map((cell) => cell.replaceAll('|', '\\|')));
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

test('the table of outcomes in the documents is that of the ledger', () => {
  const note = `Written from \`packages/scrape/src/ledger/tick-outcomes.ts\`; do not edit. \`${redrawCommand('apps/limpet/test/outcomes.test.ts')}\` writes it anew.`;
  const outcomes = TICK_KINDS.filter(({ outcome }) => outcome !== 'failed');
  const failures = TICK_KINDS.filter(({ outcome }) => outcome === 'failed');
  assertGolden(
    'docs/outcomes.md',
    [
      '# What becomes of a tick',
      `> ${note}`,
      ABOUT,
      '## Outcomes',
      table(['Outcome', 'What it means', 'What to do'], outcomes, ({ outcome }) => outcome),
      '## Reasons of `failed`',
      table(['Reason', 'What it means', 'What to do'], failures, ({ reason }) => reason),
    ].join('\n\n') + '\n',
  );
});
