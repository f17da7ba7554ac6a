/**
 * Path in front of every route as the browser sees it, `''` or `/like/this`: a proxy in front may have added it, so it is
 * taken from the page's own address, which is one name below it.
 */
export const PREFIX: string = new URL('.', location.href).pathname.replace(/\/$/, '');
