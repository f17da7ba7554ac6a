import { Badge } from '@mantine/core';
import type { Health } from './target.ts';

const COLOURS: Readonly<Record<Health, string>> = { up: 'teal.9', down: 'red.9', unknown: 'gray.7' };

/** Health in word and colour. The dark shades keep the contrast that the kit's own badge colours miss. */
export function HealthBadge({ health }: { readonly health: Health }) {
  return (
    <Badge color={COLOURS[health]} variant="filled" size="sm" w={84}>
      {health}
    </Badge>
  );
}
