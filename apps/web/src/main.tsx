import { createTheme, MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { currentRoom } from './rooms.ts';
import './page.css';

const theme = createTheme({ primaryColor: 'teal', primaryShade: { light: 9, dark: 5 }, defaultRadius: 'sm' });
/** Its drawings are only loaded where they are looked at. */
const InspectRoom = lazy(async () => ({ default: (await import('./inspect/inspect-room.tsx')).InspectRoom }));
const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        {currentRoom() === 'inspect' ? (
          <Suspense>
            <InspectRoom />
          </Suspense>
        ) : (
          <App />
        )}
      </MantineProvider>
    </StrictMode>,
  );
}
