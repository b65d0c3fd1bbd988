import { signal } from '@preact/signals';
import { createRef } from 'preact';
import type { Exported, ExportKind } from '../export/exports.ts';
import { addressOf, connection, recording, say, sentenceOf, source } from '../state/store.ts';
import { Dialog } from './dialog.tsx';

const dialog = createRef<HTMLDialogElement>();
const kinds = signal<readonly ExportKind[]>([]);
const chosen = signal<string | null>(null);
const result = signal<{ readonly exported: Exported } | { readonly refused: string } | null>(null);
const done = signal('');
const MOST_SHOWN = 20_000;

export function openExport(): void {
  result.value = null;
  chosen.value = null;
  done.value = '';
  dialog.current?.showModal();
  import('../export/exports.ts').then(
    ({ EXPORTS }) => (kinds.value = EXPORTS),
    (error: unknown) => {
      say(`What exports are made by could not be loaded: ${sentenceOf(error)}`);
    },
  );
}

function make(kind: ExportKind): void {
  chosen.value = kind.name;
  done.value = '';
  const shown = source.value;
  const name =
    shown.kind === 'capture' ? shown.capture.name.replace(/\.\w+$/, '') : (shown.scenario?.name ?? 'world');
  try {
    result.value = {
      exported: kind.make({ source: shown, recording: recording.value, connection: connection.value, name }),
    };
  } catch (error) {
    result.value = { refused: `This cannot be exported so: ${sentenceOf(error)}.` };
  }
}

/** What can be taken away. */
export function ExportDialog() {
  const shown = result.value;
  return (
    <Dialog title="Export" reference={dialog} wide>
      <div class="export">
        <div class="kinds" role="group" aria-label="As what">
          {kinds.value.map((kind) => (
            <button
              key={kind.name}
              type="button"
              aria-pressed={chosen.value === kind.name}
              onClick={() => {
                make(kind);
              }}
            >
              <b>{kind.title}</b>
              <span class="quiet">{kind.about}</span>
            </button>
          ))}
          <button
            type="button"
            onClick={() => {
              void copy(new URL(addressOf(true), location.href).href, 'The link to this moment is copied.');
            }}
          >
            <b>A link</b>
            <span class="quiet">to this scenario, what you have done to it, and this moment</span>
          </button>
        </div>
        <div class="preview" aria-live="polite">
          <p role="status">{done.value}</p>
          {shown === null ? (
            <p class="quiet">Choose what to make of it. Nothing leaves this page but what you save.</p>
          ) : 'refused' in shown ? (
            <p class="problem">{shown.refused}</p>
          ) : (
            <Preview exported={shown.exported} />
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Preview({ exported }: { readonly exported: Exported }) {
  const { file, type, content } = exported;
  return (
    <>
      <p class="mono">{file}</p>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          onClick={() => {
            save(file, type, content);
          }}
        >
          Save
        </button>
        {typeof content === 'string' && (
          <button type="button" onClick={() => void copy(content, `${file} is copied.`)}>
            Copy
          </button>
        )}
        {type === 'image/svg+xml' && typeof content === 'string' && (
          <button type="button" onClick={() => void savePng(file, content)}>
            Save as PNG
          </button>
        )}
      </div>
      {type === 'image/svg+xml' && typeof content === 'string' ? (
        <img
          class="picture"
          alt={`The picture ${file}`}
          src={`data:image/svg+xml,${encodeURIComponent(content)}`}
        />
      ) : typeof content === 'string' ? (
        <pre class="mono" tabIndex={0} aria-label={file}>
          {content.slice(0, MOST_SHOWN)}
          {content.length > MOST_SHOWN && '\n…'}
        </pre>
      ) : (
        <p class="quiet">{content.length.toLocaleString('en')} bytes</p>
      )}
    </>
  );
}

async function copy(text: string, told: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    done.value = told;
  } catch (error) {
    done.value = `It could not be copied: ${sentenceOf(error)}`;
  }
}

function save(file: string, type: string, content: string | Uint8Array): void {
  const blob = new Blob([typeof content === 'string' ? content : new Uint8Array(content)], { type });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
  done.value = `${file} is saved.`;
}

/** Twice as large as it is, for screens that show more than 96 pixels an inch. */
async function savePng(file: string, svg: string): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    if (blob === null) {
      done.value = 'The picture is too large for a PNG.';
      return;
    }
    void blob.arrayBuffer().then((bytes) => {
      save(file.replace(/svg$/, 'png'), 'image/png', new Uint8Array(bytes));
    });
  }, 'image/png');
}
