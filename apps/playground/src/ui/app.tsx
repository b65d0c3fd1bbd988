import { signal } from '@preact/signals';
import { source } from '../state/store.ts';
import { EndPanel } from './end-panel.tsx';
import { openFile } from './open-capture.ts';
import { Header } from './header.tsx';
import { Intro } from './intro.tsx';
import { Ladder } from './ladder.tsx';
import { LinkPanel } from './link-panel.tsx';
import { PacketPanel } from './packet-panel.tsx';
import { ScriptPanel } from './script-panel.tsx';
import { SequencePanel } from './sequence-panel.tsx';
import { Transport } from './transport.tsx';

const isDragging = signal(false);

/** All of the page. */
export function App() {
  return (
    <div
      class="app"
      onDragOver={(event) => {
        event.preventDefault();
        isDragging.value = true;
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) isDragging.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isDragging.value = false;
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) void openFile(file);
      }}
    >
      <a class="skip" href="#ladder">
        To the ladder
      </a>
      <Header />
      <main>
        <Intro />
        <div class="stage">
          <EndPanel side="left" />
          <div class="center">
            <Ladder />
          </div>
          <EndPanel side="right" />
        </div>
        <div class={`lower ${source.value.kind}`}>
          {source.value.kind !== 'drill' && (
            <div class="column">
              {source.value.kind === 'world' && <LinkPanel />}
              <ScriptPanel />
            </div>
          )}
          <SequencePanel />
          <PacketPanel />
        </div>
      </main>
      <Transport />
      {isDragging.value && (
        <div class="drop" aria-hidden="true">
          <p>Drop a capture: pcap or pcapng. It stays in this page.</p>
        </div>
      )}
    </div>
  );
}
