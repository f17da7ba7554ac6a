import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { machineCharts } from './layout/machine-charts.ts';

// Assets are named relative to the page, so that it works below any route prefix.
export default defineConfig({
  base: './',
  plugins: [react(), machineCharts()],
  build: { outDir: 'dist', assetsInlineLimit: 0, sourcemap: false, chunkSizeWarningLimit: 900 },
});
