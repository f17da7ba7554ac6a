import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLog } from '@limpet/model';
import type { SignalName } from '../io/command-io.ts';
import { obeySignals, SAME_SIGNAL_MS } from './process-signals.ts';

/** A process that gets signals when a test says so. */
class SignalledProcess {
  readonly told: string[] = [];
  nowMs = 0;
  readonly #listeners = new Map<SignalName, () => void>();
  readonly end = obeySignals({
    io: {
      onSignal: (name, listener) => {
        this.#listeners.set(name, listener);
        return () => this.#listeners.delete(name);
      },
    },
    log: silentLog,
    agent: {
      stop: (reason) => Promise.resolve(this.told.push(`stop: ${reason}`)),
      reload: () => Promise.resolve(this.told.push('reload')).then(() => ({ ok: true, revision: 1, errors: [] })),
    },
    stop: (reason) => this.told.push(reason),
    now: () => this.nowMs,
  });

  get(name: SignalName, afterMs = 0): void {
    this.nowMs += afterMs;
    this.#listeners.get(name)?.();
  }
}

test('A-006 SIGTERM and SIGINT stop, a second one stops at once', () => {
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    const signalled = new SignalledProcess();
    signalled.get(name);
    assert.deepEqual(signalled.told, [name]);
    signalled.get('SIGTERM', SAME_SIGNAL_MS);
    assert.deepEqual(signalled.told, [name, 'stop: second SIGTERM']);
  }
});

test('one signal that comes to the group and through a launcher too is one signal', () => {
  const signalled = new SignalledProcess();
  signalled.get('SIGTERM');
  signalled.get('SIGTERM', 12);
  signalled.get('SIGTERM', SAME_SIGNAL_MS - 13);
  assert.deepEqual(signalled.told, ['SIGTERM']);
});

test('another signal is another wish, however soon it comes', () => {
  const signalled = new SignalledProcess();
  signalled.get('SIGINT');
  signalled.get('SIGTERM', 1);
  assert.deepEqual(signalled.told, ['SIGINT', 'stop: second SIGTERM']);
});

test('SIGHUP reloads each time, and nothing is obeyed after the end', () => {
  const signalled = new SignalledProcess();
  signalled.get('SIGHUP');
  signalled.get('SIGHUP');
  signalled.end();
  signalled.get('SIGHUP');
  assert.deepEqual(signalled.told, ['reload', 'reload']);
});
