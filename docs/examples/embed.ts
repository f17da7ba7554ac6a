// A Node program that scrapes its own HTTP service with an embedded agent and prints what it learns.
//   node docs/examples/embed.ts
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { configText, createAgent } from '@limpet/agent';
import { labelsText } from '@limpet/model';

let visits = 0;
const service = createServer((_, response) => {
  visits++;
  response.setHeader('content-type', 'text/plain; version=0.0.4');
  response.end(`# TYPE visits_total counter\nvisits_total ${visits}\n`);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => service.once('listening', resolve));
const { port } = service.address() as AddressInfo;

const agent = createAgent({
  config: configText(`
    global: { scrape_interval: 1s, scrape_timeout: 500ms }
    scrape_configs:
      - job_name: own-service
        static_configs: [{ targets: ['127.0.0.1:${port}'], labels: { team: storefront } }]
  `),
  reloadOnStartup: true,
});
agent.on('target.up', ({ url }) => console.log(`up: ${url}`));
agent.on('target.down', ({ url, error }) => console.log(`down: ${url}: ${error}`));
await agent.start();

let count = 0;
for await (const delivery of agent.batches({ name: 'example' })) {
  for (const { labels, value } of delivery.samples()) console.log(`${labelsText(labels)} ${value}`);
  delivery.ack(); // its place is free; without it the stream fills up and says what it missed
  if (++count === 3) break;
}

console.log(`stopped with exit code ${await agent.stop('the example is over')}`);
service.close();
service.closeAllConnections();
