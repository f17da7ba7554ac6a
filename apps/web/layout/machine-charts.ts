import { MACHINES } from '@limpet/agent';
import { statechartOf } from '@limpet/inspect';
import type { Plugin } from 'vite';
import { layoutOf } from './chart-layout.ts';

const NAME = 'virtual:machine-charts';

/** Lays every machine out while the page is built: the page itself draws, and never computes a layout. */
export function machineCharts(): Plugin {
  return {
    name: 'machine-charts',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: async (id) => {
      if (id !== `\0${NAME}`) return undefined;
      const layouts = [];
      for (const { machine, about } of MACHINES.values()) layouts.push(await layoutOf(statechartOf(machine), about));
      return `export const MACHINE_CHARTS = ${JSON.stringify(layouts)};`;
    },
  };
}
