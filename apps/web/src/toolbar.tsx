import { Group, MultiSelect, Select, Text, TextInput } from '@mantine/core';
import type { LiveTargets } from './live-targets.ts';
import { PageHeader } from './page-header.tsx';
import type { TargetFilter } from './target-list.ts';

interface ToolbarProps {
  readonly filter: TargetFilter;
  readonly pools: readonly string[];
  readonly counts: { readonly upCount: number; readonly downCount: number; readonly unknownCount: number };
  readonly connection: LiveTargets['connection'];
  readonly onFilter: (filter: TargetFilter) => void;
}

/** The header with totals, and the filters. */
export function Toolbar({ filter, pools, counts, connection, onFilter }: ToolbarProps) {
  return (
    <header className="toolbar">
      <PageHeader room="targets" connection={connection}>
        <Text size="sm">
          {counts.upCount.toLocaleString()} up, {counts.downCount.toLocaleString()} down, {counts.unknownCount.toLocaleString()} unknown
        </Text>
      </PageHeader>
      <Group gap="sm" mt="xs" align="end">
        <Select
          label="Pool"
          data={[{ value: '', label: 'All pools' }, ...pools.map((name) => ({ value: name, label: name }))]}
          value={filter.pool}
          onChange={(pool) => onFilter({ ...filter, pool: pool ?? '' })}
          searchable
        />
        <MultiSelect
          label="Health"
          placeholder={filter.health.length === 0 ? 'any' : ''}
          data={['up', 'down', 'unknown']}
          value={[...filter.health]}
          onChange={(health) => onFilter({ ...filter, health })}
        />
        <TextInput
          label="Search"
          placeholder="label, value or URL"
          value={filter.search}
          onChange={(event) => onFilter({ ...filter, search: event.currentTarget.value })}
          className="search"
        />
      </Group>
    </header>
  );
}
