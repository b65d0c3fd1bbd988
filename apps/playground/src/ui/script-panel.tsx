import { signal, useSignalEffect } from '@preact/signals';
import { change, cursor, say, sentenceOf, source, showCapture } from '../state/store.ts';
import { formatScript } from '../world/format-script.ts';
import { parseScript } from '../world/parse-script.ts';
import { ScriptError } from '../world/script-error.ts';
import { socketsAt } from '../world/world.ts';
import { capture } from './open-capture.ts';

const draft = signal('');
const problem = signal('');
const showsSockets = signal(false);

/** What the world is made of, to be read and written; of a capture, its connections. */
export function ScriptPanel() {
  const shown = source.value;
  if (shown.kind === 'capture') return <ConnectionList />;
  if (shown.kind !== 'world') return null;
  return <WorldScript />;
}

function WorldScript() {
  useSignalEffect(() => {
    const shown = source.value;
    if (shown.kind !== 'world') return;
    draft.value = formatScript(shown.setup);
    problem.value = '';
  });
  const shown = source.value;
  if (shown.kind !== 'world') return null;
  const isChanged = draft.value !== formatScript(shown.setup);
  return (
    <section class="panel script-panel" aria-label="Script">
      <div class="panel-head">
        <h2>Script</h2>
        <span class="quiet">time in ms, who, what</span>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          try {
            change(parseScript(draft.value));
            problem.value = '';
            say('');
          } catch (error) {
            if (!(error instanceof ScriptError)) throw error;
            problem.value = sentenceOf(error);
          }
        }}
      >
        <label>
          <span class="hidden">All that is done to the two hosts and the link</span>
          <textarea
            class="mono"
            spellcheck={false}
            rows={12}
            value={draft.value}
            aria-describedby="script-problem"
            aria-invalid={problem.value !== ''}
            onInput={(event) => (draft.value = event.currentTarget.value)}
          />
        </label>
        <p id="script-problem" class="problem" role="alert">
          {problem.value}
        </p>
        <button type="submit" class={isChanged ? 'primary' : ''} disabled={!isChanged}>
          Play this
        </button>
      </form>
      <details
        open={showsSockets.value}
        onToggle={(event) => (showsSockets.value = event.currentTarget.open)}
      >
        <summary>What both hosts hold now, as ss(8) shows it</summary>
        {showsSockets.value && <Sockets />}
      </details>
    </section>
  );
}

/** The world is played again, from the seed up to this moment, and asked. */
function Sockets() {
  const shown = source.value;
  if (shown.kind !== 'world') return null;
  const sockets = socketsAt(shown.setup, cursor.value.time);
  return (
    <pre class="mono sockets" tabIndex={0} aria-label="Sockets of both hosts">
      {`client\n${sockets.client}\n\nserver\n${sockets.server}`}
    </pre>
  );
}

function ConnectionList() {
  const shown = source.value;
  const contents = capture.value;
  if (shown.kind !== 'capture' || contents === null) return null;
  return (
    <section class="panel script-panel" aria-label="Connections of the capture">
      <div class="panel-head">
        <h2>
          {contents.connections.length === 1 ? '1 connection' : `${contents.connections.length} connections`}
        </h2>
        {contents.more > 0 && <span class="quiet">and {contents.more.toLocaleString('en')} more</span>}
      </div>
      <ul class="connection-list">
        {contents.connections.map((each, index) => (
          <li key={index}>
            <button
              type="button"
              aria-pressed={each === shown.connection}
              onClick={() => {
                showCapture(contents, each);
              }}
            >
              {each.headline}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
