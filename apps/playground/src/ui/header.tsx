import { message, say, source } from '../state/store.ts';
import { ExportDialog, openExport } from './export-dialog.tsx';
import { HelpDialog, openHelp } from './help-dialog.tsx';
import { chooseFile, progress } from './open-capture.ts';
import { openScenarios, ScenarioDialog } from './scenario-dialog.tsx';

/** The name of the page, and what can be opened from everywhere. */
export function Header() {
  const shown = source.value;
  return (
    <header class="header">
      <h1>
        <span class="mark" aria-hidden="true">
          ⇄
        </span>
        Halfclose <span class="light">playground</span>
      </h1>
      <nav aria-label="What to look at">
        <button type="button" class="primary" onClick={openScenarios}>
          Scenarios
        </button>
        <button type="button" onClick={chooseFile}>
          Open a capture…
        </button>
        <button type="button" onClick={openExport}>
          Export
        </button>
        <button type="button" onClick={openHelp} aria-label="Keys, and what is what">
          ?
        </button>
      </nav>
      <p class="progress" role="status">
        {progress.value}
      </p>
      {message.value !== '' && (
        <p class="message" role="alert">
          <span>{message.value}</span>
          <button
            type="button"
            onClick={() => {
              say('');
            }}
            aria-label="Dismiss"
          >
            ×
          </button>
        </p>
      )}
      <ScenarioDialog />
      <ExportDialog key={shown.kind} />
      <HelpDialog />
    </header>
  );
}
