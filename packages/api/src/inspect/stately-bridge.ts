/** Where the inspector of Stately is hosted. The browser loads it, never the agent. */
const STATELY_ORIGIN = 'https://stately.ai';

/**
 * A page that passes the messages of the `stately` socket on to Stately's inspector in a frame. The frame is told nothing
 * before it has announced itself, and only its own origin is; what comes until then waits, in bounds, registrations longest.
 */
export function statelyBridge(): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Stately inspector</title>
    <style>
      html, body { height: 100%; margin: 0; font: 14px system-ui, sans-serif; }
      body { display: flex; flex-direction: column; }
      p { margin: 0; padding: 6px 12px; }
      iframe { flex: 1; border: 0; }
    </style>
  </head>
  <body>
    <p id="state" role="status">Waiting for the Stately inspector, which this browser loads from ${STATELY_ORIGIN}.</p>
    <iframe id="inspector" title="Stately inspector" src="${STATELY_ORIGIN}/inspect" referrerpolicy="no-referrer"></iframe>
    <script>
      const ORIGIN = ${JSON.stringify(STATELY_ORIGIN)};
      const WAITING_MAX = 1000;
      const frame = document.querySelector('#inspector');
      const state = document.querySelector('#state');
      const waiting = [];
      let isConnected = false;
      const pass = (message) => frame.contentWindow.postMessage(message, ORIGIN);
      addEventListener('message', (event) => {
        if (event.origin !== ORIGIN || event.source !== frame.contentWindow || event.data?.type !== '@statelyai.connected') return;
        isConnected = true;
        waiting.splice(0).forEach(pass);
        state.textContent = 'Connected: the actors that the address of this page names are shown, and those above them.';
      });
      const url = new URL('stately' + location.search, location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(url);
      socket.addEventListener('message', ({ data }) => {
        const message = JSON.parse(data);
        if (isConnected) return pass(message);
        waiting.push(message);
        if (waiting.length > WAITING_MAX) waiting.splice(Math.max(0, waiting.findIndex(({ type }) => type !== '@xstate.actor')), 1);
      });
      socket.addEventListener('close', () => (state.textContent = 'The agent has ended the connection. Load the page again.'));
    </script>
  </body>
</html>
`;
}
