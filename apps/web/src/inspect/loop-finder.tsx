import { TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { stateText } from '../format.ts';
import { toneOf } from './actor-tree.tsx';
import { fetchMembers } from './live-inspect.ts';
import type { Members } from './live-inspect.ts';

const ROW_PX = 26;
/** States in the list are looked at anew so often; the chosen loop itself is live. */
const REFRESH_MS = 5_000;
const TYPING_MS = 200;

interface LoopFinderProps {
  /** The supervisor whose loops are listed; all where undefined. */
  readonly of: string | undefined;
  readonly chosen: string | undefined;
  readonly onChoose: (path: string) => void;
  readonly onRefused: (reason: string) => void;
}

/** The loops of a pool, or of all: there may be ten thousand, so they are looked for and not told of. */
export function LoopFinder({ of, chosen, onChoose, onRefused }: LoopFinderProps) {
  const [search, setSearch] = useState('');
  const found = useMembers(of ?? '', search, onRefused);
  const scroller = useRef<HTMLDivElement>(null);
  const { members } = found;
  const virtual = useVirtualizer({
    count: members.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const shown = members.length < found.total ? `, the first ${members.length.toLocaleString()} are shown` : '';
  return (
    <section className="finder" aria-label="Loops">
      <TextInput
        label={`Loops${of === undefined ? '' : ' of this pool'}: ${found.total.toLocaleString()}${shown}`}
        placeholder="part of the job, host or hash"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        size="xs"
      />
      <div ref={scroller} className="members">
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const member = members[index];
            if (member === undefined) return null;
            return (
              <button
                key={member.path}
                type="button"
                className={member.path === chosen ? 'member chosen' : 'member'}
                aria-pressed={member.path === chosen}
                style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
                title={`${member.id}: ${stateText(member.state)}`}
                onClick={() => onChoose(member.path)}
                data-member={member.id}
              >
                <span className={`dot ${toneOf(member.state)}`} aria-hidden />
                {member.id}
              </button>
            );
          })}
        </div>
      </div>
    </section>
  );
}

function useMembers(of: string, search: string, onRefused: (reason: string) => void): Members {
  const [found, setFound] = useState<Members>({ total: 0, members: [] });
  useEffect(() => {
    const abort = new AbortController();
    const look = () => {
      fetchMembers({ of, search }, abort.signal).then(setFound, (error: unknown) => {
        if (!abort.signal.aborted) onRefused(error instanceof Error ? error.message : String(error));
      });
    };
    const first = setTimeout(look, search === '' ? 0 : TYPING_MS);
    const again = setInterval(look, REFRESH_MS);
    return () => {
      abort.abort();
      clearTimeout(first);
      clearInterval(again);
    };
  }, [of, search, onRefused]);
  return found;
}
