// A node:test reporter that prints one line of JSON: how many tests passed, failed and were skipped.
export default async function* countReporter(source) {
  let counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type !== 'test:summary' || data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    counts = { passed, failed: failed + cancelled, skipped: skipped + todo };
  }
  yield `${JSON.stringify(counts)}\n`;
}
