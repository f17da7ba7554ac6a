import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { settled } from '@limpet/driver';
import type { HttpClient, HttpConnection, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { makeRig, NO_CONNECTION } from './fetch-rig.ts';
import type { Rig } from './fetch-rig.ts';

const OK: HttpOutcome = { ok: true, status: 200, statusText: 'OK', headers: {}, body: Buffer.from('up 1\n'), wireBytes: 5 };
const REFUSED: HttpOutcome = { ok: false, reason: 'connectionRefused', error: 'connection refused' };
const ABORTED: HttpOutcome = { ok: false, reason: 'aborted', error: 'context canceled' };

/** A client that answers when told to. Its requests in flight are what an observer of the network would see. */
class ScriptedClient implements HttpClient {
  readonly inFlight = new Map<HttpConnection, { readonly url: string; readonly answer: (outcome: HttpOutcome) => void }>();
  inFlightMost = 0;
  openCount = 0;

  connect(): HttpConnection {
    this.openCount++;
    const connection: HttpConnection = {
      send: (request) => this.#send(connection, request),
      close: () => {
        this.openCount--;
        this.inFlight.get(connection)?.answer(ABORTED);
      },
    };
    return connection;
  }

  close(): void {}

  #send(connection: HttpConnection, { url, signal }: HttpRequest): Promise<HttpOutcome> {
    assert.ok(!this.inFlight.has(connection), 'I1 two requests on one connection');
    assert.ok(![...this.inFlight.values()].some((request) => request.url === url), 'I1 two requests to one target');
    return new Promise((resolve) => {
      const answer = (outcome: HttpOutcome): void => {
        signal.removeEventListener('abort', onAbort);
        this.inFlight.delete(connection);
        resolve(outcome);
      };
      const onAbort = (): void => answer(ABORTED);
      signal.addEventListener('abort', onAbort);
      this.inFlight.set(connection, { url, answer });
      this.inFlightMost = Math.max(this.inFlightMost, this.inFlight.size);
    });
  }

  /** Ends the request that has run the n-th longest. */
  answer(n: number, outcome: HttpOutcome): void {
    const requests = [...this.inFlight.values()];
    requests[n % Math.max(requests.length, 1)]?.answer(outcome);
  }
}

type Step =
  | { readonly kind: 'start' | 'cancel' | 'release' | 'take'; readonly loop: number }
  | { readonly kind: 'answer'; readonly n: number; readonly isOk: boolean }
  | { readonly kind: 'settle' };

const LOOPS = 6;
const loop = fc.nat({ max: LOOPS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('start' as const), loop }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'take' as const), loop }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), loop }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), n: fc.nat({ max: 5 }), isOk: fc.boolean() }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'settle' as const }) },
);

/** What a loop knows of its own fetches. */
class Model {
  readonly rig: Rig;
  readonly client = new ScriptedClient();
  readonly #seq: number[] = Array.from({ length: LOOPS }, () => 0);
  /** `loop#seq` that may still be answered, in the order of asking. */
  readonly wanted = new Set<string>();
  readonly #granted: string[] = [];
  #asked: string[] = [];

  constructor(concurrency: number) {
    this.rig = makeRig(this.client, {
      concurrency,
      onTold: (loopId, event) => {
        assert.ok('seq' in event);
        const name = `${loopId}#${event.seq}`;
        assert.ok(this.wanted.has(name), `${event.type} for ${name}, which was cancelled or answered`);
        if (event.type === 'slotGranted') this.#granted.push(name);
        else {
          assert.ok(this.#granted.includes(name), `${event.type} without a slot`);
          this.wanted.delete(name);
        }
      },
    });
    for (let index = 0; index < LOOPS; index++) this.rig.addLoop(`l${index}`, `http://target${index}/`);
  }

  apply(one: Step): void {
    if (one.kind === 'settle') return;
    if (one.kind === 'answer') return this.client.answer(one.n, one.isOk ? OK : REFUSED);
    const loopId = `l${one.loop}`;
    if (one.kind === 'take') return this.#take(loopId);
    for (const name of this.wanted) if (name.startsWith(`${loopId}#`)) this.#forget(name);
    if (one.kind === 'cancel') this.rig.port.cancelFetch(loopId);
    if (one.kind === 'release') this.rig.port.release(loopId);
    if (one.kind === 'start') this.#start(loopId, one.loop);
  }

  #start(loopId: string, index: number): void {
    const seq = (this.#seq[index] ?? 0) + 1;
    this.#seq[index] = seq;
    this.wanted.add(`${loopId}#${seq}`);
    this.#asked.push(`${loopId}#${seq}`);
    this.rig.start(loopId, { seq });
  }

  #forget(name: string): void {
    this.wanted.delete(name);
    if (!this.#granted.includes(name)) this.#asked = this.#asked.filter((asked) => asked !== name);
  }

  /** The append takes the body of the last answer. */
  #take(loopId: string): void {
    const last = this.rig.events(loopId).at(-1);
    if (last?.type === 'response') this.rig.tables.bodies.delete(last.handle);
  }

  check(concurrency: number): void {
    const { port, tables } = this.rig;
    assert.ok(this.client.inFlightMost <= concurrency, 'I2 more requests in flight than the cap');
    assert.ok(port.inFlightCount <= concurrency, 'I2 more slots taken than the cap');
    assert.equal(port.inFlightCount + port.waitingCount, this.wanted.size, 'I6 a slot or a place in the queue is held for nobody');
    assert.deepEqual(this.#granted, this.#asked.slice(0, this.#granted.length), 'slots are given in the order of asking');
    assert.ok(tables.bodies.size <= LOOPS, 'a loop has at most one body');
  }

  /** After settling nobody waits while a slot is free. */
  checkSettled(concurrency: number): void {
    const { port } = this.rig;
    this.check(concurrency);
    assert.ok(port.waitingCount === 0 || port.inFlightCount === concurrency, 'I6 a slot leaked');
    assert.equal(this.client.inFlight.size, port.inFlightCount, 'I6 a slot is held without a request');
  }
}

test('I1 I2 I6 whatever loops do: no request too many, no slot lost, no answer after a cancel, and a fair order', async () => {
  const property = fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (concurrency, steps) => {
    const model = new Model(concurrency);
    for (const one of steps) {
      model.apply(one);
      model.check(concurrency);
      if (one.kind !== 'settle') continue;
      await settled();
      model.checkSettled(concurrency);
    }
    await settled();
    while (model.client.inFlight.size > 0) {
      model.client.answer(0, OK);
      await settled();
      model.checkSettled(concurrency);
    }
    assert.equal(model.wanted.size, 0);
    for (let index = 0; index < LOOPS; index++) model.rig.port.release(`l${index}`);
    assert.deepEqual([model.rig.tables.bodies.size, model.client.openCount, model.rig.port.inFlightCount], [0, 0, 0]);
  });
  await fc.assert(property, { numRuns: 300 });
});

test('nothing is answered while startFetch is still running, with a driver that delivers at once', async () => {
  const client = new ScriptedClient();
  let isStarting = false;
  const rig = makeRig(client, { onTold: () => assert.ok(!isStarting) });
  rig.addLoop('a', 'http://a/');
  isStarting = true;
  rig.port.startFetch({ loopId: 'a', job: 'job', seq: 1, timeoutMs: 1_000 });
  isStarting = false;
  assert.equal(rig.told.length, 0);
  await settled();
  assert.deepEqual(rig.events('a'), [{ type: 'slotGranted', seq: 1 }]);
});

test('within one input the slot is granted right after it, before any other input', () => {
  const rig = makeRig(new ScriptedClient());
  rig.addLoop('a', 'http://a/');
  rig.start('a');
  assert.deepEqual(rig.events('a'), [{ type: 'slotGranted', seq: 1 }]);
  assert.equal(rig.driver.inputCount, 1);
});

test('a loop that cancels when it is told of its slot sends no request', async () => {
  const client = new ScriptedClient();
  const rig: Rig = makeRig(client, { concurrency: 1, onTold: (loopId) => loopId === 'a' && rig.port.cancelFetch('a') });
  for (const loopId of ['a', 'b']) {
    rig.addLoop(loopId, `http://${loopId}/`);
    rig.start(loopId);
  }
  await settled();
  assert.deepEqual(
    [...client.inFlight.values()].map(({ url }) => url),
    ['http://b/'],
  );
});

test('a cancelled scrape that waits leaves the queue at once', async () => {
  const client = new ScriptedClient();
  const rig = makeRig(client, { concurrency: 1 });
  for (const loopId of ['a', 'b', 'c']) {
    rig.addLoop(loopId, `http://${loopId}/`);
    rig.start(loopId);
  }
  rig.port.cancelFetch('b');
  assert.equal(rig.port.waitingCount, 1);
  client.answer(0, OK);
  await settled();
  assert.equal([...client.inFlight.values()][0]?.url, 'http://c/');
  assert.deepEqual(rig.events('b'), []);
});

test('a cancelled scrape that runs frees its slot at once, and its late answer is nobody’s', async () => {
  const late: ((outcome: HttpOutcome) => void)[] = [];
  const connection: HttpConnection = { send: () => new Promise((resolve) => late.push(resolve)), close: () => {} };
  const rig = makeRig({ connect: () => connection, close: () => {} }, { concurrency: 1 });
  for (const loopId of ['a', 'b']) {
    rig.addLoop(loopId, `http://${loopId}/`);
    rig.start(loopId);
  }
  rig.port.cancelFetch('a');
  await settled();
  assert.equal(late.length, 2);
  late[0]?.(OK);
  await settled();
  assert.deepEqual(rig.events('a'), [{ type: 'slotGranted', seq: 1 }]);
  assert.equal(rig.tables.bodies.size, 0);
});

test('a body that nobody took goes with cancelFetch, release or the next scrape', async () => {
  const client = new ScriptedClient();
  const rig = makeRig(client);
  rig.addLoop('a', 'http://a/');
  const ends = [(): void => rig.port.cancelFetch('a'), (): void => rig.port.release('a'), (): void => rig.start('a', { seq: 9 })];
  for (const end of ends) {
    rig.start('a');
    client.answer(0, OK);
    await settled();
    assert.equal(rig.tables.bodies.size, 1);
    end();
    assert.equal(rig.tables.bodies.size, 0);
  }
});

test('a loop or job that nobody knows fails its scrape and keeps no slot', async () => {
  const rig = makeRig(new ScriptedClient(), { concurrency: 1 });
  rig.start('nobody');
  rig.addLoop('a', 'http://a/');
  rig.driver.accept({ kind: 'timer', key: 'tick' }, () => rig.port.startFetch({ loopId: 'a', job: 'gone', seq: 1, timeoutMs: 1 }));
  await settled();
  for (const loopId of ['nobody', 'a']) {
    assert.deepEqual(rig.events(loopId).at(-1), {
      type: 'fetchFailed',
      seq: 1,
      reason: 'protocol',
      error: 'the target is not known any more',
    });
  }
  assert.equal(rig.port.inFlightCount, 0);
});

test('a client that breaks its promise fails the scrape and nothing else', async () => {
  const throwing: HttpConnection = {
    send: () => {
      throw new Error('a fault');
    },
    close: () => {},
  };
  for (const connection of [NO_CONNECTION, throwing]) {
    const rig = makeRig({ connect: () => connection, close: () => {} }, { concurrency: 1 });
    rig.addLoop('a', 'http://a/');
    rig.start('a');
    await settled();
    assert.deepEqual(rig.events('a').at(-1), { type: 'fetchFailed', seq: 1, reason: 'protocol', error: 'the request could not be sent' });
    assert.equal(rig.port.inFlightCount, 0);
  }
});

test('without a cap every scrape starts at once', () => {
  const client = new ScriptedClient();
  const rig = makeRig(client);
  for (let index = 0; index < 500; index++) {
    rig.addLoop(`l${index}`, `http://l${index}/`);
    rig.start(`l${index}`);
  }
  assert.deepEqual([client.inFlight.size, rig.port.inFlightCount, rig.port.waitingCount], [500, 500, 0]);
});
