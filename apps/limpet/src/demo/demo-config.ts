/** The configuration that runs when there is none: Limpet itself and the bundled targets. */
export function demoConfig({ ownAddress, targetsAddress }: { readonly ownAddress: string; readonly targetsAddress: string }): string {
  const job = (name: string, path: string, instance: string, more = '') => `
  - job_name: ${name}
    metrics_path: ${path}${more}
    static_configs:
      - targets: ['${targetsAddress}']
        labels: { instance: ${instance} }`;
  return `global:
  scrape_interval: 5s
  scrape_timeout: 3s
scrape_configs:
  - job_name: limpet
    static_configs:
      - targets: ['${ownAddress}']${job('shop-amsterdam', '/steady-a', 'amsterdam')}${job('shop-berlin', '/steady-b', 'berlin')}${job('flapping', '/flapping', 'coast')}${job('slow', '/slow', 'mountain')}
`;
}
