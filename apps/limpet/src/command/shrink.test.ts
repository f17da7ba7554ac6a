import assert from 'node:assert/strict';
import test from 'node:test';
import { capture } from '../../test/captured-run.ts';

const STORY = `until: 2m
config: {scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["a:80", "b:80"]}]}]}
targets: {"a:80": x 1, "b:80": x 1}
timeline:
- {at: 30s, answer: {"b:80": {status: 500}}}
- {at: 60s, answer: {"a:80": {status: 503}}}
expect: []
`;

test('shrink prints a scenario that shows what it was asked for, and scenario test passes on it', async (t) => {
  const { exitCode, out, err } = await capture(t, ['shrink', 'story.yml', '--while=sample up{instance="a:80"} = 0'], {
    files: { 'story.yml': STORY },
  });
  assert.equal(exitCode, 0, err);
  assert.match(err, /^2 steps became [01] after \d+ runs\n$/);
  assert.doesNotMatch(out, /b:80/);
  const { exitCode: tested } = await capture(t, ['scenario', 'test', 'shrunk.yml'], { files: { 'shrunk.yml': out } });
  assert.equal(tested, 0);
});

test('shrink refuses what it cannot understand, and says when nothing shows', async (t) => {
  const files = { 'story.yml': STORY };
  const wrong = await capture(t, ['shrink', 'story.yml', '--while=up is 0'], { files });
  assert.equal(wrong.exitCode, 2);
  assert.match(wrong.err, /^error: --while: 'up is 0' is none of these:\n {2}sample SELECTOR = VALUE/);
  const absent = await capture(t, ['shrink', 'story.yml', '--while=event agent.failed'], { files });
  assert.equal(absent.exitCode, 1);
  assert.match(absent.err, /^error: story\.yml does not show 'event agent\.failed'/);
  const missing = await capture(t, ['shrink', 'nowhere', '--while=event target.down'], { files });
  assert.match(missing.err, /^error: .*there is no such recording/);
  assert.equal((await capture(t, ['shrink', 'story.yml', '--while=event x', '--runs=0'], { files })).exitCode, 2);
});
