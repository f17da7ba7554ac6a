/** How often the watch looks at the clock. */
const LOOK_INTERVAL_MS = 50;
/** This process not getting on for so long makes its targets slow: scrapes with a timeout of a second may fail. */
const STALL_MS = 500;
const ATTEMPTS_MAX = 2;

/**
 * Does something that counts on real time, and once more where the machine stood still meanwhile: a machine shared with
 * others does at times, and then says nothing about the programs under test. The watch is on this process alone, so a
 * stall of theirs is never excused.
 */
export async function onCalmMachine<Made>(attempt: () => Promise<Made>, discard: (made: Made) => PromiseLike<void>): Promise<Made> {
  for (let ordinal = 1; ; ordinal++) {
    const watch = watchForStalls();
    const made = await attempt().finally(() => watch.stop());
    if (watch.longestMs() < STALL_MS || ordinal === ATTEMPTS_MAX) return made;
    process.stderr.write(`REPEATED: the machine stood still for ${watch.longestMs()} ms\n`);
    await discard(made);
  }
}

interface StallWatch {
  readonly longestMs: () => number;
  readonly stop: () => void;
}

function watchForStalls(): StallWatch {
  let longestMs = 0;
  let last = Date.now();
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, Date.now() - last - LOOK_INTERVAL_MS);
    last = Date.now();
  }, LOOK_INTERVAL_MS);
  return { longestMs: () => longestMs, stop: () => clearInterval(timer) };
}
