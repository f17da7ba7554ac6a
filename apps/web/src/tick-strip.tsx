import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { fetchTicks, tickSummary, tickTone, tickWord } from './ticks.ts';
import type { TickHistory } from './ticks.ts';

interface TickStripProps {
  /** Id of the loop. */
  readonly id: string;
  /** When it scraped last: the strip is drawn anew after each scrape. */
  readonly lastScrape: string;
}

/** What became of the last ticks of a target, one mark each, and why the newest of them left no sample. */
export function TickStrip({ id, lastScrape }: TickStripProps) {
  const history = useTicks(id, lastScrape);
  if (history === undefined || history.ticks.length === 0) return null;
  const { ticks, gap } = history;
  const summary = `${ticks.length === 1 ? 'Last tick' : `Last ${ticks.length} ticks`}: ${tickSummary(ticks)}`;
  return (
    <section aria-label="Ticks" className="ticks">
      <Text size="sm">{summary}</Text>
      <div role="img" aria-label={summary} className="strip">
        {ticks.map((tick, index) => (
          <span key={`${tick.at} ${index}`} className={`tick ${tickTone(tick.outcome)}`} title={`${tick.at} ${tickWord(tick)}`} />
        ))}
      </div>
      {gap !== undefined && (
        <Text size="sm" className="note breaking">
          {`${gap.tick.at} ${tickWord(gap.tick)}: ${gap.meaning} ${gap.hint}`}
        </Text>
      )}
    </section>
  );
}

/** The last that was told stays while the next is asked for, and where asking fails. */
function useTicks(id: string, lastScrape: string): TickHistory | undefined {
  const [told, setTold] = useState<{ readonly id: string; readonly history: TickHistory }>();
  useEffect(() => {
    const abort = new AbortController();
    fetchTicks(id, abort.signal).then(
      (history) => setTold({ id, history }),
      () => {},
    );
    return () => abort.abort();
  }, [id, lastScrape]);
  return told?.id === id ? told.history : undefined;
}
