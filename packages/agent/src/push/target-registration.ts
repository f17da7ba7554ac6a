import { parseTargetGroups } from '@limpet/config';
import type { Driver } from '@limpet/driver';
import type { AgentWorld } from '../agent-options.ts';
import type { ProviderTable, PushBoard } from '@limpet/discovery';

/** Targets that somebody registers at a section of `push_sd_configs`. */
export interface TargetRegistration {
  /** `name` of the section. */
  readonly name: string;
  /** Who registers; one registration each, the newest counts. 1 to 128 printable characters without spaces and slashes. */
  readonly source: string;
  /** Target groups as JSON, in the form of HTTP discovery. */
  readonly groups: string;
  /** How long the registration holds unless it is renewed, milliseconds. */
  readonly ttlMs: number;
}

/** How a registration, or its end, went. `unknown`: no section of that name is configured. */
export type RegistrationResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: RegistrationRefusal; readonly error: string };
export type RegistrationRefusal = 'unknown' | 'invalid' | 'full';

/** Shortest time that a registration may ask for, milliseconds. */
export const TTL_MS_MIN = 1_000;

const SOURCE = /^[!-.0-~]{1,128}$/;

export interface RegistrationDesk {
  readonly board: PushBoard;
  readonly providers: ProviderTable;
  readonly driver: Pick<Driver, 'accept' | 'clock'>;
  readonly world: Pick<AgentWorld, 'command'>;
}

/** Takes a registration in, as one input of the driver. */
export function registerTargets(desk: RegistrationDesk, registration: TargetRegistration): RegistrationResult {
  const { name, source, groups, ttlMs } = registration;
  const maxMs = longestTtlMs(desk.providers, name);
  if (maxMs === undefined) return refused('unknown', `no push_sd_configs section has the name ${JSON.stringify(name)}`);
  if (!SOURCE.test(source)) return refused('invalid', 'a source is 1 to 128 printable characters without spaces and slashes');
  if (!(ttlMs >= TTL_MS_MIN && ttlMs <= maxMs)) return refused('invalid', `the TTL must be between ${TTL_MS_MIN} ms and ${maxMs} ms`);
  const parsed = parseTargetGroups({ file: 'the request', text: groups, format: 'json' });
  if (!parsed.ok) return refused('invalid', parsed.error.message);
  let result: RegistrationResult = { ok: true };
  const register = (): void => {
    const untilMono = desk.driver.clock.mono() + ttlMs;
    const registered = desk.board.register(name, source, { groups: parsed.value, untilMono });
    if (registered === 'tooManySources') result = refused('full', 'too many have registered at this section');
    if (registered === 'tooManyTargets') result = refused('full', 'too many targets in one registration');
  };
  desk.world.command({ type: 'register', registration }, () =>
    desk.driver.accept({ kind: 'push', key: `register:${name}/${source}` }, register),
  );
  return result;
}

/** Ends a registration before its time. */
export function withdrawTargets(
  { board, providers, driver, world }: RegistrationDesk,
  { name, source }: Pick<TargetRegistration, 'name' | 'source'>,
): RegistrationResult {
  if (longestTtlMs(providers, name) === undefined)
    return refused('unknown', `no push_sd_configs section has the name ${JSON.stringify(name)}`);
  if (board.registration(name, source) === undefined) return refused('unknown', 'nobody of that name has registered');
  world.command({ type: 'withdraw', registration: { name, source } }, () =>
    driver.accept({ kind: 'push', key: `withdraw:${name}/${source}` }, () => void board.withdraw(name, source)),
  );
  return { ok: true };
}

/** The longest of the sections of that name; undefined where there is none. */
function longestTtlMs(providers: ProviderTable, name: string): number | undefined {
  const limits = providers
    .providers()
    .flatMap(({ config }) => (config.mechanism === 'push' && config.name === name ? [config.maxTtlMs] : []));
  return limits.length === 0 ? undefined : Math.max(...limits);
}

function refused(reason: RegistrationRefusal, error: string): RegistrationResult {
  return { ok: false, reason, error };
}
