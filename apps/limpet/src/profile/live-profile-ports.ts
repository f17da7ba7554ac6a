import { Session } from 'node:inspector/promises';
import type { ProfilePorts } from './cpu-profile.ts';

/** V8 itself. */
export const liveProfilePorts: ProfilePorts = {
  openInspector() {
    const session = new Session();
    session.connect();
    return session;
  },
  wall: () => Date.now(),
};
