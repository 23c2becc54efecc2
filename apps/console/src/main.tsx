import '@mantine/core/styles.css';
import 'uplot/dist/uPlot.min.css';
import './styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { queryClient } from './api.js';
import { App } from './shell/app.js';
import { KeyDoor } from './shell/key-door.js';
import { theme } from './shell/theme.js';

/** The page's policy lets in style elements that carry this answer's number, and no others. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
// Where a dialog keeps the page from scrolling, its library looks for the number here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queryClient}>
        <BrowserRouter basename="/console">
          <KeyDoor>
            <App />
          </KeyDoor>
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
