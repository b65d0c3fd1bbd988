import { type Flight, flightOf, sequenceModel, type SequenceModel } from '@halfclose/pictures';
import type { Side, TraceConnection } from '@halfclose/trace';
import type { Recording } from '../world/recording.ts';
import type { EndView } from './end-view.ts';

/** A congestion window, in bytes, from a time on. */
interface WindowSample {
  readonly time: number;
  readonly cwnd: number;
  /** `null`: none yet. */
  readonly ssthresh: number | null;
}

/** One direction of a connection over time. */
export interface SequenceView {
  readonly model: SequenceModel;
  readonly flight: readonly Flight[];
  readonly windows: readonly WindowSample[];
  /** When the connection's first segment was sent, by the recording's clock. */
  readonly start: number;
  /** Milliseconds after which nothing of this direction happens any more. */
  readonly busy: number;
  /** Marks that are drawn. */
  readonly marks: number;
}

/** What one side sent over time. */
export function sequenceView(
  recording: Recording,
  connection: TraceConnection,
  end: EndView,
  side: Side,
): SequenceView | null {
  const model = sequenceModel(recording.events, connection, side);
  if (model.segments.length === 0) return null;
  const start = recording.events.find(({ type }) => type === 'segment')?.time ?? 0;
  const first = startOf(recording, connection) ?? start;
  const windows = end.records.flatMap(({ blocks }) =>
    blocks.map(({ time, block }) => ({
      time: time - first,
      cwnd: block.cwnd * block.mss,
      ssthresh: block.ssthresh === null ? null : block.ssthresh * block.mss,
    })),
  );
  const last = Math.max(
    ...[model.segments.at(-1)?.time ?? 0, model.acks.at(-1)?.time ?? 0].filter((time) =>
      Number.isFinite(time),
    ),
  );
  return {
    model,
    flight: flightOf(model),
    windows,
    start: first,
    busy: Math.max(last, 0.001),
    marks: model.segments.length + model.acks.length,
  };
}

function startOf({ events }: Recording, { client, server }: TraceConnection): number | null {
  for (const event of events) {
    if (event.type !== 'segment' || event.packet.kind !== 'tcp') continue;
    const { sourcePort, destinationPort } = event.packet.segment;
    const isOf =
      (sourcePort === client.port && destinationPort === server.port) ||
      (sourcePort === server.port && destinationPort === client.port);
    if (isOf) return event.time;
  }
  return null;
}
