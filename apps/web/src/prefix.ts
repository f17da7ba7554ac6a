/** Path in front of every route, `''` or `/like/this`; the server writes it into the page. */
export const PREFIX = document.querySelector<HTMLMetaElement>('meta[name="limpet-prefix"]')?.content ?? '';
