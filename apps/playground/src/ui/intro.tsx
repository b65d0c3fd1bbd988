import { cursor, connectionIndex, recording, source } from '../state/store.ts';
import { formatEndpoint } from '@halfclose/trace';

/** What is shown, in words. */
export function Intro() {
  const shown = source.value;
  return (
    <section class="intro" aria-label="What is shown">
      {shown.kind === 'capture' ? <CaptureIntro /> : <ScenarioIntro />}
      <Connections />
      {recording.value.cut !== '' && <p class="note">{recording.value.cut}</p>}
    </section>
  );
}

function ScenarioIntro() {
  const shown = source.value;
  if (shown.kind === 'capture') return null;
  const { scenario } = shown;
  if (scenario === null)
    return (
      <>
        <h2>A world of your own</h2>
        <p class="about">Two hosts and a link. Whatever is done to them stands in the script below.</p>
      </>
    );
  return (
    <>
      <p class="group">
        {scenario.group}{' '}
        <span class="mono" id="scenario-name">
          {scenario.name}
        </span>
      </p>
      <h2>{scenario.title}</h2>
      {scenario.about.map((paragraph) => (
        <p class="about" key={paragraph}>
          {paragraph}
        </p>
      ))}
      {scenario.kind === 'world' && <Rows rows={scenario.rows} />}
    </>
  );
}

/** Links to the rows of the closing tables. */
export function Rows({ rows }: { readonly rows: readonly string[] }) {
  if (rows.length === 0) return null;
  return (
    <p class="rows">
      {rows.length === 1 ? 'row ' : 'rows '}
      {rows.map((row) =>
        /^[a-p]\d\d[a-z]?$/.test(row) ? (
          <a key={row} href={`#scenario=${row}`}>
            {row}
          </a>
        ) : (
          <span key={row}>{row}</span>
        ),
      )}
    </p>
  );
}

function CaptureIntro() {
  const shown = source.value;
  if (shown.kind !== 'capture') return null;
  const { capture, connection } = shown;
  return (
    <>
      <p class="group">{capture.name}</p>
      <h2>{connection.headline}</h2>
      <dl class="explained">
        {connection.lines.map((line, index) => {
          const [label = '', text = ''] = line.split('\t');
          return (
            <div key={index}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          );
        })}
      </dl>
      {capture.warning !== '' && <p class="note">{capture.warning}</p>}
      {connection.left > 0 && (
        <p class="note">{connection.left.toLocaleString('en')} more packets of it are not drawn.</p>
      )}
    </>
  );
}

/** The connections of a recording, where there are several. */
function Connections() {
  const { connections } = recording.value;
  const shown = source.value;
  if (shown.kind === 'capture' || connections.length < 2) return null;
  const listed = connections.slice(0, 40);
  return (
    <label class="connections">
      <span class="label">Connection</span>
      <select
        value={connectionIndex.value}
        onChange={(event) => {
          connectionIndex.value = Number(event.currentTarget.value);
          cursor.value = { ...cursor.value };
        }}
      >
        {listed.map(({ client, server }, index) => (
          <option key={index} value={index}>
            {formatEndpoint(client)} → {formatEndpoint(server)}
          </option>
        ))}
      </select>
      {connections.length > listed.length && (
        <span class="note"> and {connections.length - listed.length} more</span>
      )}
    </label>
  );
}
