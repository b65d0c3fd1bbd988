import { createRef } from 'preact';
import { Dialog } from './dialog.tsx';
import { KEYS } from './keys.ts';

const dialog = createRef<HTMLDialogElement>();

export function openHelp(): void {
  dialog.current?.showModal();
}

/** What is what, and the keys. */
export function HelpDialog() {
  return (
    <Dialog title="What is what" reference={dialog}>
      <p>
        Two hosts and a link run in this page: the whole TCP of Halfclose, on a clock that stands still until
        it is told to go on. What happens is decided by the seed and by the list of what is done, and by
        nothing else, so you can go back to any moment, and do something else there.
      </p>
      <p>
        Time runs down in the ladder. Bars are the states of both ends, in the colours of the diagrams. A
        packet that is chosen shows its bytes. In the time-sequence graph each bar is a segment, the line
        below is what was acknowledged, the one above what the window allows.
      </p>
      <h3>Keys</h3>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        Names as a01 are rows of{' '}
        <a href="https://github.com/halfclose/halfclose/blob/main/docs/CLOSING.md">docs/CLOSING.md</a>: what
        Linux was measured to do. Each is a scenario.
      </p>
    </Dialog>
  );
}
