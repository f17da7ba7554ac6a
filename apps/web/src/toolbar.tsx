import {
  ActionIcon,
  Group,
  MultiSelect,
  Select,
  Text,
  TextInput,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import type { LiveTargets } from './live-targets.ts';
import type { TargetFilter } from './target-list.ts';

interface ToolbarProps {
  readonly filter: TargetFilter;
  readonly pools: readonly string[];
  readonly counts: { readonly upCount: number; readonly downCount: number; readonly unknownCount: number };
  readonly connection: LiveTargets['connection'];
  readonly onFilter: (filter: TargetFilter) => void;
}

const CONNECTION_TEXTS: Readonly<Record<LiveTargets['connection'], string>> = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'connection lost, trying again …',
};

/** Name, totals, filters and the colour scheme. */
export function Toolbar({ filter, pools, counts, connection, onFilter }: ToolbarProps) {
  return (
    <header className="toolbar">
      <Group justify="space-between">
        <Group gap="md">
          <Title order={1} size="h3">
            {document.title} <span className="room">Target health</span>
          </Title>
          <Text size="sm" role="status" className={`connection ${connection}`}>
            {CONNECTION_TEXTS[connection]}
          </Text>
          <Text size="sm">
            {counts.upCount.toLocaleString()} up, {counts.downCount.toLocaleString()} down, {counts.unknownCount.toLocaleString()} unknown
          </Text>
        </Group>
        <SchemeSwitch />
      </Group>
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

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="default" size="lg" aria-label={`Switch to ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === 'dark' ? '☀' : '☾'}
    </ActionIcon>
  );
}
