import { signal } from '@preact/signals';
import { createRef } from 'preact';
import type { Scenario } from '../scenarios/scenario.ts';
import { loadRows, say, scenarios, sentenceOf } from '../state/store.ts';
import { Dialog } from './dialog.tsx';

const dialog = createRef<HTMLDialogElement>();
const wanted = signal('');

export function openScenarios(): void {
  dialog.current?.showModal();
  loadRows().catch((error: unknown) => {
    say(`The rows of the closing tables could not be loaded: ${sentenceOf(error)}`);
  });
}

/** All scenarios, by group, and a search. */
export function ScenarioDialog() {
  const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = scenarios.value.filter((scenario) => {
    const text = `${scenario.name} ${scenario.title} ${scenario.about.join(' ')} ${scenario.rows.join(' ')}`;
    return words.every((word) => text.toLowerCase().includes(word));
  });
  const groups = new Map<string, Scenario[]>();
  for (const scenario of found) {
    const known = groups.get(scenario.group);
    if (known === undefined) groups.set(scenario.group, [scenario]);
    else known.push(scenario);
  }
  return (
    <Dialog title="Scenarios" reference={dialog} wide>
      <label class="search">
        <span class="label">Search by name, row or word</span>
        <input
          type="search"
          value={wanted.value}
          placeholder="time-wait, linger, a01, …"
          onInput={(event) => (wanted.value = event.currentTarget.value)}

          autofocus
        />
      </label>
      <p class="count" role="status">
        {found.length === 0 ? 'No scenario has all of these words.' : `${found.length} scenarios`}
      </p>
      <div class="groups">
        {[...groups].map(([group, all]) => (
          <section key={group}>
            <h3>{group}</h3>
            <ul>
              {all.map(({ name, title, about }) => (
                <li key={name}>
                  <a
                    href={`#scenario=${name}`}
                    title={about[0] ?? ''}
                    onClick={() => dialog.current?.close()}
                  >
                    {title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
