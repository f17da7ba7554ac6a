/** A URL that may be shown: the password, if it has one, reads `xxxxx` (C-013). */
export function redactedUrl(url: string): string {
  return url.replace(/^([^/?#]*\/\/[^/?#:@]*):[^/?#]*@/, '$1:xxxxx@');
}
