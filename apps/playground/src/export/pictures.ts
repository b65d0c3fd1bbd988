import {
  ladderSvg,
  stateDiagramSvg,
  stateTimelineSvg,
  type Theme,
  timeSequenceSvg,
} from '@halfclose/pictures';
import type { TraceConnection } from '@halfclose/trace';
import { endView } from '../model/end-view.ts';
import type { Recording } from '../world/recording.ts';

/** Pictures of a connection, each a document of SVG, by their names. */
export type PictureName = 'ladder' | 'sequence' | 'states' | 'timeline';

/** Draws one of them, as `halfclose` on the command line does. */
export function pictureOf(
  name: PictureName,
  recording: Recording,
  connection: TraceConnection,
  title: string,
  theme: Theme,
): string {
  const { events } = recording;
  const own = events.filter((event) => event.type !== 'note');
  switch (name) {
    case 'ladder':
      return ladderSvg(own, { connections: [connection], title, theme, rows: 400 });
    case 'sequence': {
      const side = senderOf(recording, connection);
      const samples = endView(recording, connection, side).records.flatMap(({ blocks }) =>
        blocks.map(({ time, block }) => ({
          time,
          cwnd: block.cwnd * block.mss,
          ssthresh: block.ssthresh === null ? Infinity : block.ssthresh * block.mss,
        })),
      );
      const sender = side === 'left' ? 'client' : 'server';
      return timeSequenceSvg(own, { connection, title, theme, sender, samples });
    }
    case 'states':
      return stateDiagramSvg(own, { title, theme });
    case 'timeline':
      return stateTimelineSvg(own, { title, theme });
  }
}

/** Who sent more. */
function senderOf({ events }: Recording, { client }: TraceConnection): 'left' | 'right' {
  let difference = 0;
  for (const event of events) {
    if (event.type !== 'segment' || event.direction !== 'sent' || event.packet.kind !== 'tcp') continue;
    const { sourcePort, payload } = event.packet.segment;
    difference += sourcePort === client.port ? payload.length : -payload.length;
  }
  return difference >= 0 ? 'left' : 'right';
}
