export type Room = 'targets' | 'inspect';

/** Rooms that the agent has opened, as it wrote into the page. */
const OPEN: readonly string[] = (document.querySelector<HTMLMetaElement>('meta[name="limpet-rooms"]')?.content ?? '').split(' ');

export function isRoomOpen(room: Room): boolean {
  return room === 'targets' || OPEN.includes(room);
}

/** The room that the address names. */
export function currentRoom(): Room {
  return isRoomOpen('inspect') && /\/inspect\/?$/.test(window.location.pathname) ? 'inspect' : 'targets';
}
