/** The body of a good answer; rejects for every other one. */
export async function getText(url: string): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body.slice(0, 500)}`);
  return body;
}

export async function getJson(url: string): Promise<unknown> {
  return JSON.parse(await getText(url));
}

/** Whether a server answers with a status of 2xx; no server at all is no good answer either. */
export async function answersWell(url: string): Promise<boolean> {
  try {
    await getText(url);
    return true;
  } catch {
    return false;
  }
}
