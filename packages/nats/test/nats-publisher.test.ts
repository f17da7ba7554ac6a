import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { settled, VirtualClock } from '@limpet/driver';
import { silentLog } from '@limpet/model';
import fc from 'fast-check';
import type { BatchPayload } from '../src/batch-message.ts';
import { publishToNats } from '../src/nats-publisher.ts';
import type { NatsPublisherOptions } from '../src/nats-publisher.ts';
import { PublishingAgent } from './publishing-agent.ts';
import { ScriptedServer } from './scripted-bus.ts';

function publishing(options: Partial<NatsPublisherOptions> = {}, room?: number) {
  const [world, server, clock] = [new PublishingAgent(room), new ScriptedServer(), new VirtualClock()];
  const begin = () =>
    publishToNats({ agent: world.agent, connect: server.connect, clock, log: silentLog, source: 'urn:a', withBatches: true, ...options });
  const pass = async (ms = 0) => {
    await settled();
    clock.advance(ms);
    await settled();
    await settled();
  };
  return { world, server, clock, begin, pass };
}

const ids = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => `run-${first + index}`);

test('events and batches are published as they come, each acknowledged and counted', async () => {
  const { world, server, begin, pass } = publishing();
  const publisher = begin();
  await pass();
  world.tell('a');
  assert.ok(world.scrape([1, Number.NaN, Infinity, -Infinity]));
  await pass();
  assert.deepEqual([server.idsOf('events'), server.idsOf('batches').length], [['run-1'], 1]);
  const [event, batch] = server.stored;
  assert.deepEqual([event?.subject, event?.headers], ['limpet.events.pool.opened', { 'Content-Type': 'application/cloudevents+json' }]);
  const { samples } = JSON.parse(new TextDecoder().decode(batch?.payload)) as BatchPayload;
  assert.deepEqual(
    samples.map(({ value, labels }) => [value, labels['__name__']]),
    [
      [1, 'm'],
      ['NaN', 'm'],
      ['+Inf', 'm'],
      ['-Inf', 'm'],
    ],
  );
  assert.deepEqual(world.counted.toSorted(), [
    'limpet_nats_messages_published_total batch 1',
    'limpet_nats_messages_published_total event 1',
  ]);
  await publisher.close();
  assert.deepEqual([publisher.state(), server.openCount, world.listenerCount], ['closed', 0, 0]);
});

test('a server that is away is asked again, ever more rarely, and gets what has waited', async () => {
  const { world, server, begin, pass } = publishing();
  server.isAway = true;
  const publisher = begin();
  await pass();
  world.tell('a');
  world.scrape([1]);
  for (const ms of [500, 1_000, 2_000, 4_000]) await pass(ms);
  assert.deepEqual([server.attempts, publisher.state(), publisher.failure()], [5, 'waiting', 'refused']);
  server.isAway = false;
  await pass(8_000);
  assert.deepEqual([publisher.state(), server.idsOf('events'), server.idsOf('batches').length], ['publishing', ['run-1'], 1]);
  await publisher.close();
});

test('what the agent keeps no more is told as missed; batches beyond the bound are refused, and how many is told', async () => {
  const { world, server, begin, pass } = publishing({ batchCountMax: 3 }, 5);
  server.isAway = true;
  const publisher = begin();
  await pass();
  for (let event = 0; event < 20; event++) world.tell('a');
  assert.deepEqual(
    Array.from({ length: 5 }, () => world.scrape([1])),
    [true, true, true, false, false],
  );
  server.isAway = false;
  await pass(500);
  await pass(1_000);
  assert.deepEqual(server.idsOf('events'), ['run-0-missed', ...ids(16, 20)]);
  assert.ok(world.scrape([2]));
  await pass();
  const last = server.stored.at(-1);
  assert.deepEqual([server.idsOf('batches').length, last?.headers['Limpet-Missed-Batches']], [4, '2']);
  await publisher.close();
});

test('a message that is not acknowledged is published again under the same id', async () => {
  const { world, server, begin, pass } = publishing();
  const publisher = begin();
  await pass();
  server.isSilent = true;
  world.tell('a');
  world.scrape([1]);
  await pass();
  server.cut();
  server.isSilent = false;
  await pass();
  assert.equal(publisher.state(), 'waiting');
  world.tell('b');
  world.scrape([2]);
  await pass(500);
  assert.deepEqual([server.idsOf('events'), server.idsOf('batches').length], [['run-1', 'run-2'], 2]);
  await publisher.close();
});

test('the scrape of a tick and one beside the grid are two messages', async () => {
  const { world, server, begin, pass } = publishing();
  const publisher = begin();
  await pass();
  for (const isBesideGrid of [false, true, true]) world.scrape([1], { tick: 7, isBesideGrid });
  await pass();
  const ids = server.idsOf('batches');
  assert.deepEqual([ids.length, ids[0]?.split('/').slice(1, 3), ids[1]?.startsWith(`${ids[0]}/`)], [2, ['7', '0'], true]);
  await publisher.close();
});

test('a batch that does not fit a message is given up and counted; large ones are compressed', async () => {
  const { world, server, begin, pass } = publishing();
  const publisher = begin();
  await pass();
  world.scrape(Array.from({ length: 2_000 }, (_, index) => index));
  await pass();
  const [large] = server.stored;
  assert.equal(large?.headers['Content-Encoding'], 'gzip');
  assert.equal((JSON.parse(gunzipSync(large?.payload ?? '').toString()) as BatchPayload).samples.length, 2_000);
  server.payloadBytesMax = 100;
  server.cut();
  await pass(500);
  world.scrape([1, 2]);
  await pass();
  assert.ok(world.counted.includes('limpet_nats_batches_too_large_total 1'));
  assert.equal(server.idsOf('batches').length, 1);
  await publisher.close();
});

test('a request on the bus has a target scraped, where that is allowed', async () => {
  const closed = publishing();
  const mute = closed.begin();
  await closed.pass();
  assert.equal(closed.server.services.size, 0);
  await mute.close();
  const { server, begin, pass } = publishing({ takesRequests: true });
  const publisher = begin();
  await pass();
  const ask = async (order: string) => {
    const answer = await server.services.get('limpet.scrape')?.(new TextEncoder().encode(order), 'limpet.scrape');
    return JSON.parse(new TextDecoder().decode(answer)) as { readonly ok: boolean; readonly contentType?: string; readonly body?: string };
  };
  const { contentType, body } = await ask('{"target":"t","purpose":"commit"}');
  assert.deepEqual([contentType, body], ['t commit nats', 'a 1\n']);
  assert.equal((await ask('{"target":"t"}')).contentType, 't view nats');
  for (const order of ['', 'null', '[]', '{"target":1}', '{"target":"t","purpose":"drop"}'])
    assert.equal((await ask(order)).ok, false, order);
  await publisher.close();
});

test('targets register on the bus, where that is allowed', async () => {
  const { server, world, begin, pass } = publishing({ takesRequests: true });
  const publisher = begin();
  await pass();
  const ask = async (subject: string, order: object) => {
    const answer = await server.services.get('limpet.targets.*.*')?.(new TextEncoder().encode(JSON.stringify(order)), subject);
    return JSON.parse(new TextDecoder().decode(answer)) as { readonly ok: boolean };
  };
  const groups = [{ targets: ['a:1'] }];
  assert.ok((await ask('limpet.targets.services.web-1', { groups, ttlMs: 5_000 })).ok);
  assert.ok((await ask('limpet.targets.services.web-1', { withdraw: true })).ok);
  assert.deepEqual(world.registered, ['services web-1 [{"targets":["a:1"]}] 5000', 'services web-1 withdrawn']);
  for (const order of [{}, { groups }, { groups: 1, ttlMs: 1 }, []])
    assert.equal((await ask('limpet.targets.services.web-1', order)).ok, false);
  await publisher.close();
});

test('the end publishes what waits, and is bounded where the server hangs', async () => {
  const { world, server, begin, pass } = publishing();
  const publisher = begin();
  await pass();
  world.tell('a');
  await publisher.close();
  assert.deepEqual(server.idsOf('events'), ['run-1']);
  const hanging = publishing();
  const held = hanging.begin();
  await hanging.pass();
  hanging.server.isSilent = true;
  hanging.world.tell('a');
  const closed = held.close();
  await hanging.pass(5_000);
  await closed;
  assert.equal(held.state(), 'closed');
});

test('however often the link breaks, every event and every batch that was taken arrives, events in order', async () => {
  const step = fc.constantFrom('event', 'batch', 'cut', 'leave', 'return', 'silence', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { world, server, begin, pass } = publishing({ batchCountMax: 100 });
      const publisher = begin();
      const expected = { events: 0, batches: 0 };
      for (const what of steps) {
        if (what === 'event') {
          world.tell('a');
          expected.events++;
        }
        if (what === 'batch' && world.scrape([1])) expected.batches++;
        if (what === 'cut') server.cut();
        if (what === 'leave') {
          server.isAway = true;
          server.cut();
        }
        if (what === 'return') server.recover();
        if (what === 'silence') server.isSilent = true;
        await pass(what === 'wait' ? 3_000 : 0);
      }
      server.recover();
      for (let round = 0; round < 12; round++) await pass(30_000);
      assert.deepEqual(server.idsOf('events'), expected.events === 0 ? [] : ids(1, expected.events));
      assert.equal(server.idsOf('batches').length, expected.batches);
      await publisher.close();
    }),
    { numRuns: 100 },
  );
});
