import type { ProfilePorts } from '../src/profile/cpu-profile.ts';

/** An inspector that says what it was told, and fails where it is asked to. */
export function fakeInspector(failing: { method?: string } = {}) {
  const told: string[] = [];
  const v8 = { startTime: 0, endTime: 10, nodes: [], samples: [], timeDeltas: [] };
  const session = {
    post: (method: string, params?: object) => {
      told.push(params === undefined ? method : `${method} ${JSON.stringify(params)}`);
      return failing.method === method ? Promise.reject(new Error(`no ${method}`)) : Promise.resolve({ profile: v8 });
    },
    disconnect: () => void told.push('disconnect'),
  };
  const ports: ProfilePorts = { openInspector: () => session, wall: () => 1_700_000_000_000 };
  return { told, ports, v8 };
}
