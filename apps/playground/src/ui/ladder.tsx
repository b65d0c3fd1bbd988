import { formatEndpoint, type Side } from '@halfclose/trace';
import { durationText } from '@halfclose/pictures';
import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { colorOf, shortState } from '../model/end-view.ts';
import { type LadderRow, type LadderView, rowsAt, type Stay } from '../model/ladder-view.ts';
import { type Cursor, cursor, goTo, ladder, recording, selectedRow } from '../state/store.ts';

const ROW = 30;
const TOP = 8;
const FALL = 8;
const HEAD = 7;
/** How far what is lost gets. */
const LOST_AT = 0.7;
/** Rows that are drawn above and below what can be seen. */
const MARGIN = 6;
const CHARACTER = 6.7;

const STYLES: Readonly<Record<string, string>> = { green: 'syn', yellow: 'fin', red: 'rst', dim: 'lost' };

/** Where things stand, for a width. */
interface Layout {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly isNarrow: boolean;
}

function layoutOf(width: number): Layout {
  const isNarrow = width < 620;
  const edge = isNarrow ? 58 : 158;
  return { width, left: edge, right: Math.max(edge + 60, width - edge), isNarrow };
}

/** The ladder: time runs down, packets go across. */
export function Ladder() {
  const scroller = useRef<HTMLDivElement>(null);
  const width = useSignal(700);
  const height = useSignal(600);
  const top = useSignal(0);
  const view = ladder.value;
  const count = view === null ? 0 : rowsAt(view, cursor.value.events);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
      height.value = element.clientHeight;
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [width, height]);

  // What happens last is in view.
  useSignalEffect(() => {
    const element = scroller.current;
    const shown = ladder.value;
    if (element === null || shown === null) return;
    const bottom = TOP + rowsAt(shown, cursor.value.events) * ROW + ROW;
    element.scrollTop = Math.max(0, bottom - element.clientHeight);
  });

  const layout = layoutOf(width.value);
  const first = Math.max(0, Math.floor((top.value - TOP) / ROW) - MARGIN);
  const last = Math.min(count, Math.ceil((top.value + height.value) / ROW) + MARGIN);

  return (
    <section class="panel ladder-panel" aria-label="Ladder">
      <LadderHead view={view} layout={layout} />
      <div
        id="ladder"
        ref={scroller}
        class="ladder"
        role="listbox"
        aria-label="What happened, in order; up and down choose a packet"
        tabIndex={0}
        {...(selectedRow.value === null ? {} : { 'aria-activedescendant': `row-${selectedRow.value}` })}
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
        }}
        onKeyDown={(event) => {
          choose(event, count);
        }}
      >
        {view === null ? (
          <p class="empty">Nothing has happened on a connection yet.</p>
        ) : (
          <svg width={width.value} height={TOP + view.rows.length * ROW + 24} role="presentation">
            <Bars view={view} layout={layout} from={first} to={last} count={count} />
            {crossing(view, first).map((index) => (
              <Passing key={`p${index}`} index={index} view={view} layout={layout} />
            ))}
            {view.rows
              .slice(first, last)
              .map((row, index) => settledRow(first + index, row, view, layout, cursor.value))}
          </svg>
        )}
      </div>
    </section>
  );
}

/** So many rows above what can be seen are looked through for arrows that come down into it. */
const FARTHEST = 3000;

/** Rows above `first` whose arrows end at it or below. */
function crossing({ rows, span }: LadderView, first: number): number[] {
  const found: number[] = [];
  for (let index = Math.max(0, first - Math.min(span, FARTHEST)); index < first; index++)
    if ((rows[index]?.arrival?.row ?? -1) >= first) found.push(index);
  return found;
}

interface PassingProps {
  readonly index: number;
  readonly view: LadderView;
  readonly layout: Layout;
}

/** The arrow of a row that is out of sight. */
function Passing({ index, view, layout }: PassingProps) {
  const row = view.rows[index];
  if (row === undefined || row.event >= cursor.value.events) return null;
  if (lastEventOf(row) >= cursor.value.events)
    return <Packet index={index} row={row} layout={layout} moment={cursor.value} />;
  const key = -1 - index;
  const known = settled.view === view && settled.width === layout.width ? settled.nodes.get(key) : undefined;
  if (known !== undefined) return known;
  const node = <Packet index={index} row={row} layout={layout} moment={cursor.value} />;
  if (settled.view === view && settled.width === layout.width) settled.nodes.set(key, node);
  return node;
}

/** Rows of which nothing will change any more, as they were drawn: the same nodes again need not be compared. */
let settled = { view: null as LadderView | null, width: 0, nodes: new Map<number, JSX.Element>() };

function settledRow(
  index: number,
  row: LadderRow,
  view: LadderView,
  layout: Layout,
  moment: Cursor,
): JSX.Element {
  const isChosen = selectedRow.value === index;
  const isSettled = !isChosen && lastEventOf(row) < moment.events;
  if (settled.view !== view || settled.width !== layout.width)
    settled = { view, width: layout.width, nodes: new Map() };
  const known = isSettled ? settled.nodes.get(index) : undefined;
  if (known !== undefined) return known;
  const node = (
    <Row
      key={index}
      index={index}
      total={view.rows.length}
      row={row}
      view={view}
      layout={layout}
      moment={moment}
      isChosen={isChosen}
    />
  );
  if (isSettled) settled.nodes.set(index, node);
  return node;
}

/** The last event that changes how a row is drawn. */
function lastEventOf({ row, event, arrival }: LadderRow): number {
  if (row.kind !== 'packet') return event;
  return Math.max(event, arrival?.event ?? -1, row.left?.event ?? -1, row.right?.event ?? -1);
}

function choose(event: KeyboardEvent, count: number): void {
  const view = ladder.value;
  if (view === null || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp' && event.key !== 'Enter'))
    return;
  event.preventDefault();
  const now = selectedRow.value;
  if (event.key === 'Enter') {
    const row = now === null ? undefined : view.rows[now];
    if (row !== undefined) goTo(row.event + 1);
    return;
  }
  const step = event.key === 'ArrowDown' ? 1 : -1;
  let next = (now ?? (step > 0 ? -1 : count)) + step;
  while ((view.rows[next]?.drawnAt ?? -1) >= 0) next += step;
  if (next < 0 || next >= count) return;
  selectedRow.value = next;
  const element = event.currentTarget;
  if (!(element instanceof HTMLElement)) return;
  const y = TOP + next * ROW;
  if (y < element.scrollTop) element.scrollTop = y - ROW;
  else if (y + ROW > element.scrollTop + element.clientHeight)
    element.scrollTop = y + ROW * 2 - element.clientHeight;
}

function LadderHead({ view, layout }: { readonly view: LadderView | null; readonly layout: Layout }) {
  const [left, right] = recording.value.hosts;
  const model = view?.model;
  return (
    <div class="ladder-head" style={{ paddingInline: `${layout.isNarrow ? 8 : layout.left - 60}px` }}>
      <div>
        <strong>{left}</strong>
        {model !== undefined && <span class="mono">{formatEndpoint(model.ends.left)}</span>}
      </div>
      <div class="end">
        <strong>{right}</strong>
        {model !== undefined && <span class="mono">{formatEndpoint(model.ends.right)}</span>}
      </div>
    </div>
  );
}

interface BarsProps {
  readonly view: LadderView;
  readonly layout: Layout;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The states of both ends, as bars. */
function Bars({ view, layout, from, to, count }: BarsProps) {
  const bottom = TOP + count * ROW + 6;
  const bars = (['left', 'right'] as const).map((side) => {
    const x = layout[side];
    const stays = view.stays[side];
    const parts: JSX.Element[] = [
      <line key="axis" class="axis" x1={x} x2={x} y1={TOP} y2={TOP + view.rows.length * ROW + 6} />,
    ];
    for (const [index, stay] of stays.entries()) {
      if (stay.event >= cursor.value.events) break;
      const next = stays[index + 1];
      const y = yOf(stay);
      const end = next === undefined || next.event >= cursor.value.events ? bottom : yOf(next);
      if (end < TOP + from * ROW || y > TOP + to * ROW + ROW) continue;
      const isConnection = stay.state !== null && stay.state !== 'CLOSED' && stay.state !== 'LISTEN';
      parts.push(
        <rect
          key={index}
          x={x - (isConnection ? 4 : 1.5)}
          y={y}
          width={isConnection ? 8 : 3}
          height={Math.max(3, end - y)}
          rx={isConnection ? 3 : 1}
          style={{ fill: colorOf(stay.state) }}
        />,
      );
      if (stay.state !== null)
        parts.push(
          <text
            key={`name${index}`}
            class="state-name"
            x={side === 'left' ? x - 10 : x + 10}
            y={y + 4}
            text-anchor={side === 'left' ? 'end' : 'start'}
          >
            {layout.isNarrow ? shortState(stay.state) : stay.state}
          </text>,
        );
    }
    return <g key={side}>{parts}</g>;
  });
  return <g aria-hidden="true">{bars}</g>;
}

function yOf({ row, isArrival }: Stay): number {
  return middle(row) + (isArrival ? FALL / 2 : -FALL / 2);
}

function middle(index: number): number {
  return TOP + index * ROW + ROW / 2 + 4;
}

interface RowProps {
  readonly index: number;
  readonly total: number;
  readonly row: LadderRow;
  readonly view: LadderView;
  readonly layout: Layout;
  readonly moment: Cursor;
  readonly isChosen: boolean;
}

function Row({ index, total, row, view, layout, moment, isChosen }: RowProps) {
  if (row.event >= moment.events) return null;
  // Of a packet that is drawn with the row where it left, only the time stands here.
  if (row.drawnAt >= 0) return <Times index={index} row={row} layout={layout} moment={moment} />;
  const said = spoken(row, view);
  const { row: shown } = row;
  return (
    <g
      id={`row-${index}`}
      role="option"
      aria-selected={isChosen}
      aria-setsize={total}
      aria-posinset={index + 1}
      class={`row ${isChosen ? 'is-chosen' : ''}`}
      onClick={() => (selectedRow.value = index)}
    >
      <title>{said}</title>
      <rect class="hit" x={0} y={TOP + index * ROW + 3} width={layout.width} height={ROW} />
      <Times index={index} row={row} layout={layout} moment={moment} />
      {shown.kind === 'packet' ? (
        <Packet index={index} row={row} layout={layout} moment={moment} />
      ) : (
        shown.text !== '' && (
          <text
            class={`note-${shown.kind} mono`}
            x={layout[shown.side] + (shown.side === 'left' ? 14 : -14)}
            y={middle(index) + 4}
            text-anchor={shown.side === 'left' ? 'start' : 'end'}
          >
            {fit(shown.text, layout.right - layout.left - 30)}
          </text>
        )
      )}
    </g>
  );
}

interface TimesProps {
  readonly index: number;
  readonly row: LadderRow;
  readonly layout: Layout;
  readonly moment: Cursor;
}

function Times({ index, row: { row }, layout, moment }: TimesProps) {
  const times = (['left', 'right'] as const).map((side) => {
    const at = row.kind === 'packet' ? row[side] : row.side === side ? row.moment : null;
    if (at === null || at.event >= moment.events) return null;
    const isState = !layout.isNarrow;
    const isArrival = row.kind === 'packet' && row.towards === side;
    const y =
      row.kind === 'packet' ? middle(index) + (isArrival ? FALL / 2 : -FALL / 2) + 4 : middle(index) + 4;
    const x = isState ? (side === 'left' ? 8 : layout.width - 8) : side === 'left' ? 2 : layout.width - 2;
    return (
      <text
        key={side}
        class="time"
        x={x}
        y={isState ? y : y + 10}
        text-anchor={side === 'left' ? 'start' : 'end'}
      >
        {durationText(recording.value.events[at.event]?.time ?? at.time)}
      </text>
    );
  });
  return <g aria-hidden="true">{times}</g>;
}

interface PacketProps {
  readonly index: number;
  readonly row: LadderRow;
  readonly layout: Layout;
  readonly moment: Cursor;
}

function Packet({ index, row, layout, moment }: PacketProps) {
  const { row: shown, arrival } = row;
  if (shown.kind !== 'packet') return null;
  const isRight = shown.towards === 'right';
  const direction = isRight ? 1 : -1;
  const from = (isRight ? layout.left : layout.right) + direction * 7;
  const whole = (isRight ? layout.right : layout.left) - direction * 7;
  const isLost = shown.part === 'lost';
  const end = isLost ? from + (whole - from) * LOST_AT : whole;
  const y1 = middle(index) - FALL / 2;
  const y2 = arrival === null ? middle(index) + FALL / 2 : middle(arrival.row) + FALL / 2;
  const done = progressOf(row, moment);
  const [x, y] = [from + (end - from) * done, y1 + (y2 - y1) * done];
  const hasArrived = done >= 1;
  // Behind its head there is no line.
  const stop =
    hasArrived && !isLost && shown.head !== 'x' ? HEAD / Math.max(HEAD, Math.hypot(x - from, y - y1)) : 0;
  const style = STYLES[shown.style ?? ''] ?? 'plain';
  const angle = (Math.atan2(y2 - y1, Math.abs(whole - from)) * 180) / Math.PI;
  const isLong = Math.abs(y2 - y1) > ROW;
  const extra = [shown.remark, isLost ? shown.reason : ''].filter((part) => part !== '').join(', ');
  const suffix = extra === '' ? '' : ` (${extra.replace(/ \((.*)\)$/, ', $1').replace(/^\(|\)$/g, '')})`;
  // Of arrows that cross, each has its label near where it leaves, and leaves the middle to the other one.
  const room = isLong ? Math.abs(whole - from) * 0.44 : Math.abs(whole - from) - 26;
  const label =
    shown.forms.find((form) => (form.length + suffix.length) * CHARACTER <= room) ??
    shown.forms.at(-1) ??
    'ICMP';
  const share = isLong
    ? ((label.length + suffix.length) * CHARACTER * 0.5 + 16) / Math.abs(whole - from)
    : 0.5;
  const [lx, ly] = [from + (whole - from) * share, y1 + (y2 - y1) * share - 6];
  const turn = isLong
    ? `rotate(${(direction * angle).toFixed(1)} ${lx.toFixed(1)} ${ly.toFixed(1)})`
    : undefined;
  return (
    <g class={`packet ${style}`} aria-hidden="true">
      <line class="arrow" x1={from} y1={y1} x2={x - stop * (x - from)} y2={y - stop * (y - y1)} />
      {!hasArrived ? (
        <circle class="flying" cx={x} cy={y} r={4} />
      ) : isLost || shown.head === 'x' ? (
        <path class="cross" d={`M${x - 4.5} ${y - 4.5}l9 9m0 -9l-9 9`} />
      ) : (
        <path
          class="head"
          d="M0 0L-10 -4.2L-7.5 0L-10 4.2Z"
          transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${(isRight ? angle : 180 - angle).toFixed(1)})`}
        />
      )}
      <text
        class="label mono"
        x={lx}
        y={ly}
        text-anchor="middle"
        {...(turn === undefined ? {} : { transform: turn })}
      >
        {label + suffix}
      </text>
    </g>
  );
}

/** How far a packet has come, from 0 to 1. */
function progressOf({ arrival, time }: LadderRow, moment: Cursor): number {
  if (arrival === null || arrival.event < moment.events) return 1;
  const way = arrival.time - time;
  if (way <= 0) return 0.5;
  // Not quite there as long as its arrival has not happened.
  return Math.min(0.97, Math.max(0.04, (moment.time - time) / way));
}

function fit(text: string, room: number): string {
  const most = Math.max(6, Math.floor(room / CHARACTER));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function spoken({ row, time }: LadderRow, { model }: LadderView): string {
  const nameOf = (side: Side): string => model.hosts[side] ?? (side === 'left' ? 'client' : 'server');
  const at = durationText(time);
  if (row.kind !== 'packet') return `${at}, ${nameOf(row.side)}: ${row.text}`;
  const from: Side = row.towards === 'right' ? 'left' : 'right';
  const remark = [row.remark, row.part === 'lost' ? `lost: ${row.reason}` : ''].filter(Boolean).join(', ');
  const state = row[row.towards]?.state ?? null;
  return `${at}, from ${nameOf(from)}: ${row.forms[0] ?? 'ICMP'}${remark === '' ? '' : `, ${remark}`}${
    state === null ? '' : `; ${nameOf(row.towards)} is then ${state}`
  }`;
}
