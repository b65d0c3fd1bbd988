import type { ComponentChildren, RefObject } from 'preact';

interface DialogProps {
  readonly title: string;
  readonly reference: RefObject<HTMLDialogElement | null>;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

/** A window of its own: Escape closes it, and so does a click beside it. */
export function Dialog({ title, reference, children, wide = false }: DialogProps) {
  const close = (): void => reference.current?.close();
  return (
    <dialog
      ref={reference}
      class={wide ? 'wide' : ''}
      aria-label={title}
      onClick={(event) => {
        if (event.target === reference.current) close();
      }}
    >
      <div class="dialog">
        <div class="dialog-head">
          <h2>{title}</h2>
          <button type="button" onClick={close} aria-label="Close">
            ×
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
