import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { type PassageSpot, SourcePage } from './source-page.js';

/** The page of a citation, beside what cites it. */
export function SourceDrawer({ spot, close }: { spot: PassageSpot | null; close: () => void }): ReactNode {
  return (
    <Drawer opened={spot !== null} onClose={close} position="right" size={760} title={spot && `${spot.documentName}${spot.page === null ? '' : `, page ${spot.page}`}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      {spot && <SourcePage spot={spot} />}
    </Drawer>
  );
}
