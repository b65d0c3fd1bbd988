import { signal } from '@preact/signals';
import { type HeaderField, packetBytes } from '../packet/header-fields.ts';
import { ladder, selectedRow } from '../state/store.ts';

/** The field that is pointed at, as the bit where it begins; -1: none. */
const pointed = signal(-1);
const MOST_BYTES = 160;

/** The bytes of the packet that is chosen, beside what the RFCs call them. */
export function PacketPanel() {
  const row = selectedRow.value === null ? undefined : ladder.value?.rows[selectedRow.value]?.row;
  if (row?.kind !== 'packet')
    return (
      <section class="panel packet-panel" aria-label="Packet">
        <div class="panel-head">
          <h2>Packet</h2>
        </div>
        <p class="quiet pad">Choose a packet in the ladder, by a click or with ↑ and ↓, to see its bytes.</p>
      </section>
    );
  const { bytes, headers } = packetBytes(row.packet);
  const fields = headers.flatMap((header) => header.fields);
  const field = fields.find(({ bit }) => bit === pointed.value) ?? null;
  const textFrom = headers.at(-1)?.to ?? bytes.length;
  return (
    <section class="panel packet-panel" aria-label="Packet">
      <div class="panel-head">
        <h2>Packet</h2>
        <span class="mono quiet">{bytes.length} bytes</span>
      </div>
      <p class="mono packet-line">{row.forms[0] ?? 'ICMP'}</p>
      <div class="bytes mono" aria-hidden="true" onMouseLeave={() => (pointed.value = -1)}>
        {[...bytes.subarray(0, MOST_BYTES)].map((octet, index) => {
          const own = fields.findLast(({ bit, bits }) => bit < index * 8 + 8 && bit + bits > index * 8);
          const isText = index >= textFrom;
          return (
            <span
              key={index}
              class={`${isText ? 'text' : ''} ${field !== null && covers(field, index) ? 'is-pointed' : ''}`}
              onMouseEnter={() => (pointed.value = own?.bit ?? -1)}
            >
              {octet.toString(16).padStart(2, '0')}
            </span>
          );
        })}
        {bytes.length > MOST_BYTES && <span class="text">… {bytes.length - MOST_BYTES} more</span>}
      </div>
      {headers.map(({ title, source, fields: own }) => (
        <div key={title} class="fields">
          <h3>
            {title} <span class="quiet">{source}</span>
          </h3>
          <dl onMouseLeave={() => (pointed.value = -1)}>
            {own.map(({ name, bit, value }) => (
              <div
                key={bit}
                class={bit === pointed.value ? 'is-pointed' : ''}
                onMouseEnter={() => (pointed.value = bit)}
              >
                <dt>{name}</dt>
                <dd class="mono">{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
      {bytes.length > textFrom && (
        <p class="quiet pad">Behind the headers: {bytes.length - textFrom} bytes of text.</p>
      )}
    </section>
  );
}

function covers({ bit, bits }: HeaderField, octet: number): boolean {
  return bit < octet * 8 + 8 && bit + bits > octet * 8;
}
