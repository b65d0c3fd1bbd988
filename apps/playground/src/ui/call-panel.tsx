import { signal } from '@preact/signals';
import type { act as actOn } from '../state/store.ts';
import type { Call, HostName } from '../world/world-setup.ts';

const bytes = { client: signal(1000), server: signal(1000) };

interface CallPanelProps {
  readonly host: HostName;
  readonly act: typeof actOn;
}

/** What the program of a host can call now. */
export function CallPanel({ host, act }: CallPanelProps) {
  const call = (what: Call): void => {
    act({ kind: 'call', host, call: what });
  };
  const count = bytes[host];
  const button = (text: string, what: Call, hint: string) => (
    <button
      type="button"
      onClick={() => {
        call(what);
      }}
      title={hint}
    >
      {text}
    </button>
  );
  return (
    <fieldset class="calls">
      <legend>Now the {host} calls</legend>
      <div class="buttons">
        {host === 'server'
          ? button('listen', { call: 'listen', backlog: 16 }, 'listen() on port 80')
          : button('connect', { call: 'connect', port: null }, 'connect() to port 80 of the server')}
        <span class="joined">
          <button
            type="button"
            onClick={() => {
              call({ call: 'send', bytes: count.value });
            }}
          >
            send
          </button>
          <label>
            <span class="hidden">bytes that the {host} sends</span>
            <input
              type="number"
              min={1}
              max={100_000_000}
              value={count.value}
              onChange={(event) => {
                const value = Math.round(event.currentTarget.valueAsNumber);
                if (value >= 1 && value <= 100_000_000) count.value = value;
                event.currentTarget.value = String(count.value);
              }}
            />
          </label>
        </span>
        {button(
          'shutdown',
          { call: 'shutdown', how: 'wr' },
          'shutdown(SHUT_WR): nothing more will come from here',
        )}
        {button('close', { call: 'close' }, 'close()')}
        <button
          type="button"
          title="SO_LINGER {1, 0} and close(): a RST"
          onClick={() => {
            call({ call: 'linger', seconds: 0 });
            call({ call: 'close' });
          }}
        >
          abort
        </button>
        {button(
          'linger 5',
          { call: 'linger', seconds: 5 },
          'SO_LINGER {1, 5}: close() waits 5 seconds at most',
        )}
        {button('read on', { call: 'read', isOn: true }, 'the program reads all that arrives')}
        {button('read off', { call: 'read', isOn: false }, 'the program reads nothing any more')}
        {button('power off', { call: 'crash' }, 'the power of the host fails')}
      </div>
    </fieldset>
  );
}
