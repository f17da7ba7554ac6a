import { ActionIcon, Anchor, Group, Text, Title, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { PREFIX } from './prefix.ts';
import { isRoomOpen } from './rooms.ts';
import type { Room } from './rooms.ts';

interface PageHeaderProps {
  readonly room: Room;
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly children?: ReactNode;
}

const ROOMS: readonly { readonly room: Room; readonly title: string; readonly path: string }[] = [
  { room: 'targets', title: 'Target health', path: 'targets' },
  { room: 'inspect', title: 'Inspection', path: 'inspect' },
];
const CONNECTION_TEXTS: Readonly<Record<PageHeaderProps['connection'], string>> = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'connection lost, trying again …',
};

/** Name, way to the other rooms, connection and the colour scheme. */
export function PageHeader({ room, connection, children }: PageHeaderProps) {
  const open = ROOMS.filter((one) => isRoomOpen(one.room));
  return (
    <Group justify="space-between">
      <Group gap="md">
        <Title order={1} size="h3">
          {document.title} <span className="room">{ROOMS.find((one) => one.room === room)?.title}</span>
        </Title>
        <Text size="sm" role="status" className={`connection ${connection}`}>
          {CONNECTION_TEXTS[connection]}
        </Text>
        {children}
      </Group>
      <Group gap="md">
        {open.length > 1 && (
          <nav aria-label="Rooms" className="room-links">
            {open.map(({ room: other, title, path }) => (
              <Anchor key={other} href={`${PREFIX}/${path}`} size="sm" {...(other === room ? { 'aria-current': 'page' as const } : {})}>
                {title}
              </Anchor>
            ))}
          </nav>
        )}
        <SchemeSwitch />
      </Group>
    </Group>
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
