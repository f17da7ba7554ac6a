/** The newest version of Docker's API that Limpet knows. */
export const API_VERSION_MAX = '1.51';
/** What a daemon speaks that does not say. */
export const API_VERSION_UNSAID = '1.24';

const VERSION = /^\d{1,4}\.\d{1,4}$/;

/** The version to speak with a daemon: its own, but none newer than is known here. */
export function negotiatedVersion(said: string): string {
  if (!VERSION.test(said)) return API_VERSION_UNSAID;
  return isNewer(said, API_VERSION_MAX) ? API_VERSION_MAX : said;
}

function isNewer(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor > rightMajor || (leftMajor === rightMajor && leftMinor > rightMinor);
}
