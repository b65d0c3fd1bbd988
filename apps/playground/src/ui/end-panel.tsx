import { formatCountShort, durationText } from '@halfclose/pictures';
import type { Side } from '@halfclose/trace';
import { blockAt, type EndView, lastAt, reportAt, stateAt } from '../model/end-view.ts';
import { act, cursor, ends, recording, source } from '../state/store.ts';
import { changedFields, type ControlBlock } from '../world/control-block.ts';
import { CallPanel } from './call-panel.tsx';
import { Rows } from './intro.tsx';
import { StateDiagram } from './state-diagram.tsx';

/** One host: its state, what it knows, and what its program can do. */
export function EndPanel({ side }: { readonly side: Side }) {
  const host = recording.value.hosts[side === 'left' ? 0 : 1];
  const view = ends.value?.[side] ?? null;
  const isScript = host === 'script';
  return (
    <section class={`panel end-panel ${side}`} aria-label={host}>
      {isScript ? (
        <ScriptSide />
      ) : (
        <>
          <StateDiagram side={side} host={host} view={view} />
          <LastChange view={view} />
          {source.value.kind === 'world' && (
            <CallPanel host={side === 'left' ? 'client' : 'server'} act={act} />
          )}
          <Block view={view} />
          <Report view={view} />
        </>
      )}
    </section>
  );
}

/** How it came into the state that it is in. */
function LastChange({ view }: { readonly view: EndView | null }) {
  const change = view === null ? null : lastAt(view.changes, cursor.value.events);
  return (
    <div class="change" aria-live="polite">
      {change === null ? (
        <p class="quiet">No connection yet.</p>
      ) : (
        <>
          <p>
            <b>{change.from}</b> → <b>{change.to}</b> <span class="quiet">{durationText(change.time)}</span>
          </p>
          <p class="why">{change.why}</p>
          {change.decision !== null && (
            <>
              <p class="rule">
                <span class="quiet">{change.decision.section}:</span> {change.decision.rule}
              </p>
              <Rows rows={change.decision.rows} />
            </>
          )}
        </>
      )}
    </div>
  );
}

type FieldText = readonly [
  name: string,
  value: string,
  fields: readonly (keyof ControlBlock)[],
  hint: string,
];

function fieldsOf(block: ControlBlock): FieldText[] {
  const time = (value: number): string => (value === 0 ? '–' : durationText(value));
  return [
    ['SND.UNA', String(block['SND.UNA']), ['SND.UNA'], 'oldest number that is not acknowledged'],
    ['RCV.NXT', String(block['RCV.NXT']), ['RCV.NXT'], 'next number that is expected'],
    ['SND.NXT', String(block['SND.NXT']), ['SND.NXT'], 'next number to be sent'],
    ['RCV.WND', formatCountShort(block['RCV.WND']), ['RCV.WND'], 'bytes that it can take'],
    ['SND.WND', formatCountShort(block['SND.WND']), ['SND.WND'], 'bytes that the peer can take'],
    ['unread', formatCountShort(block.receiveQueue), ['receiveQueue'], 'bytes that wait to be read'],
    ['cwnd', `${block.cwnd}`, ['cwnd'], 'congestion window, in segments'],
    ['unsent, unacked', formatCountShort(block.sendQueue), ['sendQueue'], 'bytes in the send buffer'],
    [
      'ssthresh',
      block.ssthresh === null ? '–' : `${block.ssthresh}`,
      ['ssthresh'],
      'slow-start threshold, in segments',
    ],
    ['in flight', `${block.flight}`, ['flight'], 'segments on their way'],
    ['SRTT', time(block.srtt), ['srtt'], 'smoothed round-trip time'],
    [
      'lost, resent',
      `${block.lost}, ${block.resent}`,
      ['lost', 'resent'],
      'segments that count as lost now, and those sent again so far',
    ],
    ['RTO', time(block.rto), ['rto', 'backoff'], 'retransmission timeout'],
    ['MSS', `${block.mss}`, ['mss'], 'bytes of text per segment'],
    ['recovery', block.recovery, ['recovery'], 'state of loss recovery'],
    ['timer', timerText(block), ['timer', 'timerAt'], 'what waits to expire'],
  ];
}

function timerText({ timer, timerAt }: ControlBlock): string {
  if (timerAt === null) return '–';
  return `${timer}, ${durationText(Math.max(0, timerAt - cursor.value.time))}`;
}

/** The control block; what the last event changed is lit. */
function Block({ view }: { readonly view: EndView | null }) {
  const { events } = cursor.value;
  const found = view === null ? null : blockAt(view, events);
  if (found === null)
    return source.value.kind === 'capture' ? (
      <p class="quiet pad">A capture shows what was sent, not what its sender knew.</p>
    ) : null;
  const { block, before, event } = found;
  // What changed with the last event, and not long ago.
  const changed = event >= events - 1 ? changedFields(before, block) : new Set<string>();
  const isOver = view !== null && ['CLOSED', 'TIME-WAIT'].includes(stateAt(view, events));
  return (
    <dl class={`block ${isOver ? 'is-over' : ''}`} aria-label="Control block">
      {fieldsOf(block).map(([name, value, fields, hint]) => {
        const isChanged = fields.some((field) => changed.has(field));
        return (
          <div key={`${name} ${isChanged ? event : ''}`} class={isChanged ? 'is-changed' : ''} title={hint}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/** How it ended. */
function Report({ view }: { readonly view: EndView | null }) {
  const found = view === null ? null : reportAt(view, cursor.value.events);
  if (found === null) return null;
  const { report } = found;
  const { octets } = report;
  const first = { local: 'this side', peer: 'the peer', both: 'both at once', nobody: 'nobody' }[
    report.closedFirst
  ];
  return (
    <div class="report">
      <h3>Close report</h3>
      <p class={report.orderly ? 'good' : 'bad'}>
        {report.orderly ? 'Orderly: everything arrived, both ways.' : `Not orderly: ${report.reason}.`}
      </p>
      <dl>
        <div>
          <dt>closed first</dt>
          <dd>{first}</dd>
        </div>
        <div>
          <dt>sending, receiving</dt>
          <dd>
            {report.sending}, {report.receiving}
          </dd>
        </div>
        <div>
          <dt>written, acknowledged</dt>
          <dd>
            {formatCountShort(octets.written)}, {formatCountShort(octets.acknowledged)}
          </dd>
        </div>
        <div>
          <dt>received, read, lost</dt>
          <dd>
            {formatCountShort(octets.received)}, {formatCountShort(octets.read)},{' '}
            {formatCountShort(octets.lost)}
          </dd>
        </div>
        {report.marks.map(({ kind, direction, reason, time }, index) => (
          <div key={index}>
            <dt>
              {kind.toUpperCase()} {direction}
            </dt>
            <dd>
              {reason}
              {source.value.kind === 'world' && <span class="quiet"> {durationText(time)}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The end that is a script of packetdrill: its lines, with the one that is on. */
function ScriptSide() {
  const { script } = recording.value;
  if (script === null) return null;
  const current = lastAt(script.lines, cursor.value.events + 1)?.line ?? 0;
  return (
    <div class="script-side">
      <h3>The script</h3>
      <p class="quiet">
        The peer is a script of packetdrill, verified on Linux: <code>&lt;</code> is what it sends,{' '}
        <code>&gt;</code> what it expects.
      </p>
      <ol class="mono" tabIndex={0} aria-label="Lines of the script">
        {script.text
          .trimEnd()
          .split('\n')
          .map((line, index) => (
            <li
              key={index}
              class={`${index + 1 === current ? 'is-current' : ''} ${/^\s*(\/\/|#)/.test(line) ? 'quiet' : ''}`}
              {...(index + 1 === current ? { 'aria-current': 'step' as const } : {})}
            >
              {line === '' ? '\u00a0' : line}
            </li>
          ))}
      </ol>
    </div>
  );
}
